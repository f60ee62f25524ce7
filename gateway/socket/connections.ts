/** All open connections of one gateway: ids, the common tick, draining. */
import { randomBytes } from 'node:crypto'
import { HinataError, type Clock } from '../../engine/index.js'
import type { Principal } from '../identity/principal.js'
import type { GatewayLimits } from '../limits.js'
import type { Connection } from './connection.js'

/** Close code for a connection that was replaced. */
const policyCode = 1008
const goingAwayCode = 1001

/**
 * Keeps the open connections: at most `connectionsMax`, and `connectionsPerAppMax` of one app. Pair `start`
 * with `stop`.
 */
export class Connections {
  readonly #open = new Map<string, Connection>()
  readonly #ofApp = new Map<string, number>()
  readonly #clock: Clock
  readonly #limits: GatewayLimits
  readonly #stopping = new AbortController()
  #loop: Promise<void> | null = null

  constructor(clock: Clock, limits: GatewayLimits) {
    this.#clock = clock
    this.#limits = limits
  }

  /** An id for a new connection. */
  nextId(): string {
    return `c_${randomBytes(9).toString('base64url')}`
  }

  /** Throws CONNECTIONS_TOO_MANY when no other may be opened. */
  assertRoom(): void {
    const { connectionsMax: max } = this.#limits
    if (this.#open.size >= max) throw new HinataError('CONNECTIONS_TOO_MANY', { who: 'This gateway', max })
  }

  /** Counts a connection as its app's, or throws CONNECTIONS_TOO_MANY. Pair with `release`. */
  take(appId: string): void {
    const { connectionsPerAppMax: max } = this.#limits
    const count = this.#ofApp.get(appId) ?? 0
    if (count >= max) throw new HinataError('CONNECTIONS_TOO_MANY', { who: 'Your app', max })
    this.#ofApp.set(appId, count + 1)
  }

  release(appId: string): void {
    const count = this.#ofApp.get(appId) ?? 0
    if (count > 1) this.#ofApp.set(appId, count - 1)
    else this.#ofApp.delete(appId)
  }

  add(connection: Connection): void {
    this.#open.set(connection.id, connection)
  }

  remove(connection: Connection): void {
    this.#open.delete(connection.id)
  }

  /** Ends a connection that its app has left behind; nothing when it is gone, or another caller's. */
  replace(id: string, by: Principal): void {
    const connection = this.#open.get(id)
    if (connection?.isOf(by)) connection.close(policyCode, 'REPLACED')
  }

  /** Looks at the credential of every connection again; false when some could not be looked at. */
  async renew(): Promise<boolean> {
    let isWhole = true
    for (const connection of [...this.#open.values()]) isWhole = await connection.renew() && isWhole
    return isWhole
  }

  /** Asks the ladder about every live subscription again, since somebody decided anew. */
  judge(): void {
    for (const connection of [...this.#open.values()]) connection.judge()
  }

  start(): void {
    this.#loop = this.#tick()
  }

  /** Lets every connection answer what it took, at most `drainMs` long, then ends them. */
  async stop(): Promise<void> {
    for (const connection of [...this.#open.values()]) connection.drain()
    const end = this.#clock.now() + this.#limits.drainMs
    while (this.#open.size > 0 && this.#clock.now() < end) await this.#clock.wait(this.#limits.creditCheckMs)
    for (const connection of [...this.#open.values()]) connection.close(goingAwayCode, 'STOPPING')
    this.#stopping.abort()
    await this.#loop
  }

  async #tick(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      for (const connection of [...this.#open.values()]) connection.tick()
      await this.#clock.wait(this.#limits.creditCheckMs, signal)
    }
  }
}
