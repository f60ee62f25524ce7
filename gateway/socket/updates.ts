/**
 * Updates on their way to one socket, which may be slow. Never stalls a feed, never grows without end.
 *
 *            soft bytes wait in the socket               socket took everything
 *   direct ────────────────────────────────▶ coalescing ─────────────────────────▶ direct
 *                                                │ too many keys, too long
 *                                                ▼
 *                                             too slow (the connection is closed)
 *
 * U1  While coalescing, only the newest state of each key is kept; the update says how many older ones it
 *     replaced.
 * U2  Updates of one key keep their order; a newer position never comes before an older one of the same key.
 * U3  At most `coalescedKeysMax` keys wait, at most `slowMsMax` long.
 */
import type { GatewayLimits } from '../limits.js'
import type { GatewayFrame } from '../schema/gateway-frames.js'

type Update = Extract<GatewayFrame, { type: 'update' | 'gap' }>

/** What the queue needs of its connection. */
export interface UpdateOutlet {
  readonly bufferedBytes: number
  send(frame: GatewayFrame): void
  tooSlow(): void
  now(): number
}

/** The updates of one connection. */
export class UpdateQueue {
  readonly #outlet: UpdateOutlet
  readonly #limits: GatewayLimits
  readonly #waiting = new Map<string, Update>()
  #behindSince = 0
  #whenEmpty: (() => void)[] = []

  constructor(outlet: UpdateOutlet, limits: GatewayLimits) {
    this.#outlet = outlet
    this.#limits = limits
  }

  /** Sends an update, or keeps it as the newest state of its key. */
  push(key: string, update: Update): void {
    if (!this.#isBehind) return this.#outlet.send(update)
    const name = `${update.id}\n${update.type}\n${key}`
    const older = this.#waiting.get(name)
    this.#waiting.delete(name)
    this.#waiting.set(name, older === undefined ? update : replacing(older, update))
    if (this.#waiting.size === 1) this.#behindSince = this.#outlet.now()
    if (this.#waiting.size > this.#limits.coalescedKeysMax) this.#outlet.tooSlow()
  }

  /** Sends what waits as far as the socket takes it. Called when the socket drained, and now and then. */
  flush(): void {
    for (const [name, update] of this.#waiting) {
      if (this.#isSocketFull) break
      this.#waiting.delete(name)
      this.#outlet.send(update)
    }
    if (this.#waiting.size > 0 && this.#outlet.now() - this.#behindSince > this.#limits.slowMsMax) {
      return this.#outlet.tooSlow()
    }
    if (!this.#isBehind) this.#wake()
  }

  /** Resolves when an update would be sent at once. */
  whenReady(): Promise<void> {
    if (!this.#isBehind) return Promise.resolve()
    return new Promise(resolve => this.#whenEmpty.push(resolve))
  }

  /** Forgets what waits for a subscription. */
  forget(id: string): void {
    for (const [name, update] of this.#waiting) if (update.id === id) this.#waiting.delete(name)
  }

  /** Forgets everything and wakes who waits. */
  close(): void {
    this.#waiting.clear()
    this.#wake()
  }

  get #isSocketFull(): boolean {
    return this.#outlet.bufferedBytes > this.#limits.outboundSoftBytes
  }

  get #isBehind(): boolean {
    return this.#waiting.size > 0 || this.#isSocketFull
  }

  #wake(): void {
    const waiting = this.#whenEmpty
    this.#whenEmpty = []
    for (const resolve of waiting) resolve()
  }
}

function replacing(older: Update, newer: Update): Update {
  if (older.type === 'gap') return newer.type === 'gap' ? { ...newer, from: older.from } : newer
  return newer.type === 'update' ? { ...newer, skipped: (older.skipped ?? 0) + 1 } : newer
}
