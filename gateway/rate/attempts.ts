/**
 * Attempts of strangers, by their address: failed authentications, and registrations of apps.
 *
 * A1  Closed: when Redis does not answer in time, the attempt is refused (IDENTITY_UNAVAILABLE).
 * A2  An address beyond its limit costs no lookup until its time is over; callers who are known already are
 *     not asked for their address.
 */
import { HinataError, type Allowances, type Clock, type Taken } from '../../engine/index.js'
import { Deadlines } from '../deadlines.js'
import { within } from '../identity/within.js'
import type { GatewayLimits } from '../limits.js'
import { hourMs, minuteMs } from './windows.js'

/** Counts attempts. */
export class Attempts {
  readonly #allowances: Allowances
  readonly #clock: Clock
  readonly #deadlines: Deadlines
  readonly #limits: GatewayLimits
  readonly #blockedUntil = new Map<string, number>()

  constructor(allowances: Allowances, clock: Clock, limits: GatewayLimits) {
    this.#allowances = allowances
    this.#clock = clock
    this.#deadlines = new Deadlines(clock, limits.identityMsMax)
    this.#limits = limits
  }

  /** Throws ATTEMPTS_TOO_MANY while the address has failed too often. */
  assertFree(address: string): void {
    const until = this.#blockedUntil.get(address)
    if (until === undefined) return
    const waitMs = until - this.#clock.now()
    if (waitMs > 0) throw tooMany('failed attempts', waitMs)
    this.#blockedUntil.delete(address)
  }

  /** Counts a failed authentication. */
  async failed(address: string): Promise<void> {
    const { attemptsPerMinuteMax, attemptsPerHourMax } = this.#limits
    const taken = await this.#take('failed', address, attemptsPerMinuteMax, attemptsPerHourMax, true)
    if (taken.left > 0) return
    if (this.#blockedUntil.size >= this.#limits.addressesMax) {
      const [oldest] = this.#blockedUntil.keys()
      if (oldest !== undefined) this.#blockedUntil.delete(oldest)
    }
    this.#blockedUntil.set(address, this.#clock.now() + Math.max(taken.waitMs, taken.resetMs))
  }

  /** Counts a registration. Throws ATTEMPTS_TOO_MANY. */
  async registering(address: string): Promise<void> {
    const { registrationsPerMinuteMax, registrationsPerHourMax } = this.#limits
    const taken = await this.#take(
      'registering', address, registrationsPerMinuteMax, registrationsPerHourMax, false)
    if (!taken.isTaken) throw tooMany('registrations', taken.waitMs)
  }

  #take(
    what: string, address: string, perMinute: number, perHour: number, isForced: boolean,
  ): Promise<Taken> {
    const windows = [{ most: perMinute, ms: minuteMs }, { most: perHour, ms: hourMs }]
    const taking = this.#allowances.take([{ group: `${what} ${address}`, name: '', windows }], 1, isForced)
    return within(this.#deadlines, taking)
  }
}

function tooMany(what: string, waitMs: number): HinataError {
  return new HinataError('ATTEMPTS_TOO_MANY', { what, seconds: Math.ceil(waitMs / 1_000) })
}
