/**
 * Batches that were refused for now, and have not come again: those behind them wait.
 *
 * An app sends the batches of a person in the order of their seq, and what was refused for now once more
 * under the same seq. Between a refusal and the moment when the app hears of it, later batches are on their
 * way; if there is room again when they arrive, they would be taken before it. A pong does not tell whether
 * the app has heard: a browser answers pings before its page reads what came in front of them.
 *
 * T1  While a batch of a person is turned back, so is every one with a higher seq, until it comes again: what
 *     is taken of a person over a connection is taken in the order of seq. Other persons do not wait.
 * T2  An app that never sends it again is held up no longer than `creditGraceMs` after the last refusal that
 *     had another cause.
 * T3  At most `heldFramesMax` are remembered, the first ones: no app of ours has more on their way.
 */
import type { GatewayLimits } from '../limits.js'

interface Waited {
  /** Ascending. */
  readonly seqs: number[]
  since: number
}

/** The batches of one connection that were turned back. Pure: no clock. */
export class TurnedBack {
  readonly #limits: GatewayLimits
  readonly #byPerson = new Map<string, Waited>()
  #count = 0

  constructor(limits: GatewayLimits) {
    this.#limits = limits
  }

  /** Whether a batch must wait for one of its person that was turned back before it. */
  mustWait(person: string, seq: number): boolean {
    const first = this.#byPerson.get(person)?.seqs[0]
    return first !== undefined && seq > first
  }

  /** A batch is refused for now, for a cause of its own. */
  refused(person: string, seq: number, now: number): void {
    const known = this.#byPerson.get(person)
    if (known === undefined && this.#count >= this.#limits.heldFramesMax) return
    const waited = known ?? { seqs: [], since: now }
    this.#byPerson.set(person, waited)
    waited.since = now
    this.#add(waited, seq)
  }

  /** A batch is refused because it must wait. */
  waits(person: string, seq: number): void {
    const waited = this.#byPerson.get(person)
    if (waited !== undefined) this.#add(waited, seq)
  }

  /** A batch comes, perhaps again. */
  came(person: string, seq: number): void {
    const waited = this.#byPerson.get(person)
    const at = waited?.seqs.indexOf(seq) ?? -1
    if (waited === undefined || at < 0) return
    waited.seqs.splice(at, 1)
    this.#count -= 1
    if (waited.seqs.length === 0) this.#byPerson.delete(person)
  }

  /** Gives up on what does not come again (T2). */
  tick(now: number): void {
    for (const [person, { seqs, since }] of this.#byPerson) {
      if (now - since <= this.#limits.creditGraceMs) continue
      this.#byPerson.delete(person)
      this.#count -= seqs.length
    }
  }

  #add({ seqs }: Waited, seq: number): void {
    const at = seqs.findLastIndex(one => one <= seq)
    if (seqs[at] === seq || this.#count >= this.#limits.heldFramesMax) return
    seqs.splice(at + 1, 0, seq)
    this.#count += 1
  }
}
