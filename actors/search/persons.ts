/**
 * The persons of one shard thread: who is loaded, who waits for a restore, who must leave.
 *
 * ```
 *            ask                    restore                    bytesMax, asked least recently
 *  unknown ───────▶ awaited ─────────────────────▶ loaded ──────────────────────────────────▶ unknown
 *     ▲                │ awaitedRecordsMax
 *     └────────────────┘
 * ```
 *
 * S1 A person nobody asks for costs nothing: what comes for an unknown person is passed over.
 * S2 Whatever comes between asking and restoring is kept and merged with the rows; the newest sequence of
 *    each id wins, so that rows and values may overlap and come in any order.
 * S3 A wait that is given up makes the person unknown again: its restore is ignored, and the next question
 *    asks anew: an index is whole or absent.
 * S4 The person restored or asked last stays, however large.
 */
import type { FoldedRecord } from '../record/record.js'
import type { SearchLimits } from './limits.js'
import { PersonIndex } from './person-index.js'

interface Loaded {
  readonly index: PersonIndex
  /** What of `bytes` is this person's. */
  bytes: number
}

/** All persons of one shard thread. */
export class Persons {
  /** In the order of asking, the longest ago first. */
  private readonly loaded = new Map<string, Loaded>()
  private readonly awaited = new Map<string, FoldedRecord[]>()
  private waiting = 0
  private bytes = 0

  constructor(private readonly limits: SearchLimits) {}

  /** Takes one committed record. */
  apply(key: string, folded: FoldedRecord): void {
    const loaded = this.loaded.get(key)
    if (loaded !== undefined) {
      loaded.index.add(folded)
      this.account(key, loaded)
      return
    }
    const waiting = this.awaited.get(key)
    if (waiting === undefined) return
    waiting.push(folded)
    this.countWaiting()
  }

  /** Forgets a person whole; rows that were read before are not taken (S3). */
  erase(key: string): void {
    this.forgetWait(key)
    const loaded = this.loaded.get(key)
    if (loaded === undefined) return
    this.loaded.delete(key)
    this.bytes -= loaded.bytes
  }

  /** Lets `answer` ask the person's index; undefined, and awaited from now on, when it is not loaded. */
  ask<A>(key: string, answer: (index: PersonIndex) => A): A | undefined {
    const loaded = this.loaded.get(key)
    if (loaded === undefined) {
      if (!this.awaited.has(key)) this.await(key)
      return undefined
    }
    this.loaded.delete(key)
    this.loaded.set(key, loaded)
    const given = answer(loaded.index)
    this.account(key, loaded)
    return given
  }

  /** Loads a person from its rows and what came meanwhile. */
  restore(key: string, rows: readonly FoldedRecord[]): void {
    const known = this.loaded.get(key)
    const waiting = this.awaited.get(key)
    if (known === undefined && waiting === undefined) return
    const loaded = known ?? { index: new PersonIndex(this.limits), bytes: 0 }
    loaded.index.addAll([...rows, ...waiting ?? []])
    this.forgetWait(key)
    this.loaded.delete(key)
    this.loaded.set(key, loaded)
    this.account(key, loaded)
  }

  private account(key: string, loaded: Loaded): void {
    const { bytes } = loaded.index
    this.bytes += bytes - loaded.bytes
    loaded.bytes = bytes
    for (const [other, { bytes: freed }] of this.loaded) {
      if (this.bytes <= this.limits.bytesMax) return
      if (other === key) continue
      this.loaded.delete(other)
      this.bytes -= freed
    }
  }

  private await(key: string): void {
    this.awaited.set(key, [])
    this.countWaiting()
  }

  /** A wait counts as one record, and so does each record that came for it. */
  private countWaiting(): void {
    this.waiting += 1
    for (const key of this.awaited.keys()) {
      if (this.waiting <= this.limits.awaitedRecordsMax) return
      this.forgetWait(key)
    }
  }

  private forgetWait(key: string): void {
    const waiting = this.awaited.get(key)
    if (waiting === undefined) return
    this.waiting -= 1 + waiting.length
    this.awaited.delete(key)
  }
}
