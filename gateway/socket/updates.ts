/**
 * Updates on their way to one socket, which may be slow. Never stalls a feed, never grows without end.
 *
 *            too much is unread                     the app has read enough
 *   direct ────────────────────────────▶ coalescing ─────────────────────────▶ direct
 *                                             │ too many keys or bytes, or nothing read for too long
 *                                             ▼
 *                                          too slow (the connection is closed)
 *
 * U1  While coalescing, only the newest state of each key is kept; the update says how many older ones it
 *     replaced.
 * U2  Updates of one key keep their order; a newer position never comes before an older one of the same key.
 * U3  At most `coalescedKeysMax` keys and `coalescedBytesMax` bytes wait, and not without progress for longer
 *     than `slowMsMax`.
 * U4  What was sent and not read is at most `outboundSoftBytes` and one update: in our socket, in the kernel
 *     and on the way. A ping goes with every sixteenth of it, and its pong says what was read. So whoever
 *     does not read costs a write into a map per change, not a write to the network, and no megabytes of
 *     buffers.
 * U5  An app that lags, with an eighth of it unread or its first update, gives way to those that do not.
 */
import type { GatewayLimits } from '../limits.js'
import type { Shown } from '../live/shown.js'

/** An update of a subscription, or a gap in it. */
export type Update =
  | { readonly type: 'update', readonly id: string, readonly shown: Shown, readonly skipped?: number }
  | { readonly type: 'gap', readonly id: string, readonly from: string, readonly to: string }

/** What the queue needs of its connection. */
export interface UpdateOutlet {
  readonly bufferedBytes: number
  /** Sends an update and answers its size in bytes; an app that lags gets it behind those that do not. */
  send(update: Update, isLagging: boolean): number
  /** How many bytes an update shows. */
  sizeOf(update: Update): number
  /** Has the app say, by `read(mark)`, when it has read everything so far. */
  ping(mark: number): void
  tooSlow(): void
  now(): number
}

interface Kept {
  readonly update: Update
  readonly bytes: number
}

/** Pings per `outboundSoftBytes`. */
const pingsPerSoft = 16
/** What part of it may be unread before an app lags. */
const laggingShare = 1 / 8

/** The updates of one connection. */
export class UpdateQueue {
  readonly #outlet: UpdateOutlet
  readonly #limits: GatewayLimits
  readonly #waiting = new Map<string, Kept>()
  #waitingBytes = 0
  /** When something last went out, or began to wait. */
  #movedAt = 0
  #sentBytes = 0
  #pingedBytes = 0
  #readBytes = 0
  #whenEmpty: (() => void)[] = []

  constructor(outlet: UpdateOutlet, limits: GatewayLimits) {
    this.#outlet = outlet
    this.#limits = limits
  }

  /** Sends an update, or keeps it as the newest state of its key. */
  push(key: string, update: Update): void {
    if (!this.#isBehind) return this.#send(update)
    if (this.#waiting.size === 0) this.#movedAt = this.#outlet.now()
    const name = `${update.id}\n${update.type}\n${key}`
    const older = this.#forgetOne(name)
    const newest = older === undefined ? update : replacing(older, update)
    const bytes = this.#outlet.sizeOf(newest)
    this.#waiting.set(name, { update: newest, bytes })
    this.#waitingBytes += bytes
    const { coalescedKeysMax, coalescedBytesMax } = this.#limits
    const isTooMuch = this.#waiting.size > coalescedKeysMax || this.#waitingBytes > coalescedBytesMax
    if (isTooMuch) this.#outlet.tooSlow()
  }

  /** The app has read everything up to a ping. */
  read(mark: number): void {
    if (!(mark > this.#readBytes && mark <= this.#pingedBytes)) return
    this.#readBytes = mark
    this.flush()
  }

  /** Sends what waits as far as the app reads it. Called when the socket drained, and now and then. */
  flush(): void {
    for (const [name, { update }] of this.#waiting) {
      if (this.#isFull) break
      this.#forgetOne(name)
      this.#send(update)
      this.#movedAt = this.#outlet.now()
    }
    if (this.#waiting.size > 0 && this.#outlet.now() - this.#movedAt > this.#limits.slowMsMax) {
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
    for (const [name, { update }] of this.#waiting) if (update.id === id) this.#forgetOne(name)
  }

  /** Forgets everything and wakes who waits. */
  close(): void {
    this.#waiting.clear()
    this.#waitingBytes = 0
    this.#wake()
  }

  get #isFull(): boolean {
    const { outboundSoftBytes } = this.#limits
    return this.#sentBytes - this.#readBytes > outboundSoftBytes
      || this.#outlet.bufferedBytes > outboundSoftBytes
  }

  get #isBehind(): boolean {
    return this.#waiting.size > 0 || this.#isFull
  }

  #send(update: Update): void {
    const { outboundSoftBytes } = this.#limits
    const unread = this.#sentBytes - this.#readBytes
    const isLagging = unread > outboundSoftBytes * laggingShare || (this.#readBytes === 0 && unread > 0)
    this.#sentBytes += this.#outlet.send(update, isLagging)
    const isPinged = this.#sentBytes - this.#pingedBytes <= outboundSoftBytes / pingsPerSoft
    if (isPinged && this.#pingedBytes > 0) return
    this.#pingedBytes = this.#sentBytes
    this.#outlet.ping(this.#sentBytes)
  }

  #forgetOne(name: string): Update | undefined {
    const kept = this.#waiting.get(name)
    if (kept === undefined) return undefined
    this.#waiting.delete(name)
    this.#waitingBytes -= kept.bytes
    return kept.update
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
