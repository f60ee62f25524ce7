/**
 * How much an app may ask and send: per app and person, and per app, each by the minute and by the hour.
 * Counted in Redis, so that all gateways together keep the limit.
 *
 *          a call takes longer than limitsMsMax, or fails
 *   counting ─────────────────────────────────────────────▶ open (nothing is counted, all pass)
 *       ▲                 limitsRetryMs later a call tries       │
 *       └──────────────────────── it answers ────────────────────┘
 *
 * L1  A request waits for its own answer. Records over WebSocket do not: what an app sends, and what it sends
 *     for one person, is counted whenever a hundredth of a minute's most has come together, by one call at a
 *     time; the answer judges the next batch. So a limit is overstepped by that hundredth per gateway, and by
 *     what arrives within a round trip, which credit bounds. A call for each batch cost 60 µs and more.
 * L2  Open while Redis does not answer: counted in `hinata_gateway_limits_open_total`, told by /api/status.
 */
import { HinataError, type Allowance, type Allowances, type Clock, type Taken } from '../../engine/index.js'
import { Deadlines } from '../deadlines.js'
import type { Principal } from '../identity/principal.js'
import { within } from '../identity/within.js'
import type { GatewayLimits } from '../limits.js'
import type { Problem } from '../problems.js'
import { allowancesOf, isCounted, type Counted } from './windows.js'

/** What one app sends over WebSocket, for one person or altogether. */
interface Meter {
  readonly allowance: Allowance
  /** Fewer records than this wait to be counted. */
  readonly countFrom: number
  uncounted: number
  isCounting: boolean
  blockedUntil: number
  most: number
}

/** Counts and refuses. */
export class Limiter {
  readonly #allowances: Allowances
  readonly #clock: Clock
  readonly #deadlines: Deadlines
  readonly #limits: GatewayLimits
  readonly #countOpen: () => void
  readonly #meters = new Map<string, Meter>()
  #openSince: number | null = null
  #triedAt = -Infinity

  constructor(allowances: Allowances, clock: Clock, limits: GatewayLimits, countOpen: () => void) {
    this.#allowances = allowances
    this.#clock = clock
    this.#deadlines = new Deadlines(clock, limits.limitsMsMax)
    this.#limits = limits
    this.#countOpen = countOpen
  }

  /** Counts a request. Null when it is not counted, or cannot be. Throws RATE_LIMITED. */
  async request(principal: Principal, key: string | null): Promise<Taken | null> {
    if (!isCounted('requests', principal, this.#limits)) return null
    const taken = await this.#take(allowancesOf('requests', principal, key, this.#limits), 1, false)
    if (taken !== null && !taken.isTaken) throw new RateLimited('requests', taken)
    return taken
  }

  /** Counts records, and judges them by what was counted before. Throws RATE_LIMITED. */
  records(principal: Principal, key: string, count: number): void {
    if (!isCounted('records', principal, this.#limits)) return
    const ofPerson = this.#meterOf(principal, key)
    const ofApp = this.#meterOf(principal, null)
    const now = this.#clock.now()
    assertFlows(ofPerson, now)
    assertFlows(ofApp, now)
    this.#add(ofPerson, count)
    this.#add(ofApp, count)
  }

  /** What is left to an app, of the window with the least; null when it is not limited, or cannot be told. */
  left(counted: Counted, principal: Principal): Promise<Taken | null> {
    if (!isCounted(counted, principal, this.#limits)) return Promise.resolve(null)
    const [, ofApp] = allowancesOf(counted, principal, null, this.#limits)
    return this.#take([ofApp], 0, true)
  }

  /** Set while nothing can be counted. */
  problem(): Problem | null {
    if (this.#openSince === null) return null
    const since = new Date(this.#openSince).toISOString()
    return {
      code: 'LIMITS_OPEN', fix: 'Start Redis or give its address; counting goes on by itself.',
      message: `Limits are not counted since ${since}: Redis does not answer.`,
    }
  }

  #add(meter: Meter, count: number): void {
    meter.uncounted += count
    if (!meter.isCounting && meter.uncounted >= meter.countFrom) void this.#count(meter)
  }

  async #count(meter: Meter): Promise<void> {
    meter.isCounting = true
    while (meter.uncounted >= meter.countFrom) {
      const cost = meter.uncounted
      meter.uncounted = 0
      const taken = await this.#take([meter.allowance], cost, true)
      if (taken !== null && taken.waitMs > 0) {
        meter.blockedUntil = this.#clock.now() + taken.waitMs
        meter.most = taken.most
      }
    }
    meter.isCounting = false
  }

  #meterOf(principal: Principal, key: string | null): Meter {
    const name = key === null ? principal.appId : `${principal.appId} ${key}`
    const known = this.#meters.get(name)
    if (known !== undefined) return known
    if (this.#meters.size >= this.#limits.metersMax) {
      const [oldest] = this.#meters.keys()
      if (oldest !== undefined) this.#meters.delete(oldest)
    }
    const [ofPerson, ofApp] = allowancesOf('records', principal, key, this.#limits)
    const allowance = key === null ? ofApp : ofPerson
    const countFrom = Math.max(1, Math.floor(allowance.windows[0]!.most / 100))
    const meter: Meter = { allowance, countFrom, uncounted: 0, isCounting: false, blockedUntil: 0, most: 0 }
    this.#meters.set(name, meter)
    return meter
  }

  async #take(
    allowances: readonly Allowance[], cost: number, isForced: boolean,
  ): Promise<Taken | null> {
    const now = this.#clock.now()
    if (this.#openSince !== null && now - this.#triedAt < this.#limits.limitsRetryMs) {
      this.#countOpen()
      return null
    }
    this.#triedAt = now
    try {
      const taking = this.#allowances.take(allowances, cost, isForced)
      const taken = await within(this.#deadlines, taking)
      this.#openSince = null
      return taken
    } catch {
      this.#openSince ??= now // L2: told by the metric and by problem()
      this.#countOpen()
      return null
    }
  }
}

function assertFlows({ blockedUntil, most }: Meter, now: number): void {
  if (blockedUntil <= now) return
  const seconds = Math.ceil((blockedUntil - now) / 1_000)
  throw new HinataError('RATE_LIMITED', { what: 'records', most, seconds })
}

/** A request beyond its limit, with what the headers tell. */
export class RateLimited extends HinataError {
  readonly taken: Taken

  constructor(what: string, taken: Taken) {
    super('RATE_LIMITED', { what, most: taken.most, seconds: Math.ceil(taken.waitMs / 1_000) })
    this.taken = taken
  }
}

/** The headers that tell an app how much is left: those of SPEC 7, and the same without the X. */
export function limitHeaders({ most, left, resetMs }: Taken): (readonly [name: string, value: string])[] {
  const values = [['Limit', most], ['Remaining', left], ['Reset', Math.ceil(resetMs / 1_000)]] as const
  return ['X-RateLimit', 'RateLimit'].flatMap(prefix =>
    values.map(([name, value]) => [`${prefix}-${name}`, String(value)] as const))
}
