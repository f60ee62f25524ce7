/**
 * Warming up: for `warmUpMs` after a takeover, the loading of a partition's actors is rationed among all such
 * partitions of the node, so that those it had before go on. Actors are loaded when their first record
 * comes; an actor costs the main thread in proportion to its bytes, so bytes are what is rationed.
 *
 * U1  In any time t, partitions that warm up load at most `warmUpBytesPerSecondMax`·t and what was saved up,
 *     `warmUpBytesAtOnceMax`. What a batch needs beyond that is owed: all wait until it is paid.
 * U2  It decides how many entries the next batch takes, never which, in what order or with what result (F1).
 * U3  A partition that nobody has committed for has nothing to load, and is not held back.
 */
import type { Clock } from '../clock/index.js'
import { warmUpBytesAtOnceMax, warmUpBytesPerSecondMax, warmUpMs } from '../limits/limits.js'

/** What a batch may load: Infinity, or at least one. */
export interface LoadAllowance {
  readonly actorsMax: number
  readonly reservedBytes: number
}

/** How an actor's size is guessed before any was loaded, and how much a batch changes the guess. */
const actorBytesFirst = 16 * 1_024
const actorBytesWeight = 0.3

/** While another partition has reserved what there is. */
const reservedPollMs = 5

/** A clock that goes back by so much was set anew: it must not prolong anything. */
const clockJumpMs = 1_000

const unlimited: LoadAllowance = { actorsMax: Infinity, reservedBytes: 0 }

/** The ration of one node. */
export class WarmUp {
  readonly #clock: Clock
  /** Bytes that may be loaded now; below zero: owed. */
  #room = warmUpBytesAtOnceMax
  #filledAt: number
  #actorBytes = actorBytesFirst

  constructor(clock: Clock) {
    this.#clock = clock
    this.#filledAt = clock.now()
  }

  /** When the warm-up of a partition begins whose last committed sequence is `sequence`; -Infinity: none. */
  begin(sequence: number): number {
    return sequence > 0 ? this.#clock.now() : -Infinity
  }

  /** Waits until a partition that warms up since `begunAt` may load something, or the signal aborts. */
  async reserve(begunAt: number, signal: AbortSignal): Promise<LoadAllowance> {
    const isOver = (): boolean => {
      const passedMs = this.#clock.now() - begunAt
      return passedMs <= -clockJumpMs || passedMs >= warmUpMs
    }
    for (;;) {
      if (isOver()) return unlimited
      this.#fill()
      if (this.#room > 0 || signal.aborted) break
      const owedMs = Math.ceil(-this.#room * 1_000 / warmUpBytesPerSecondMax)
      await this.#clock.wait(Math.max(owedMs, reservedPollMs), signal)
    }
    const reservedBytes = Math.max(0, this.#room)
    this.#room -= reservedBytes
    return { actorsMax: Math.max(1, Math.floor(reservedBytes / this.#actorBytes)), reservedBytes }
  }

  /** Gives back what was not needed; what was loaded beyond the reservation is owed. */
  settle({ actorsMax, reservedBytes }: LoadAllowance, actors: number, bytes: number): void {
    if (actorsMax === Infinity) return
    this.#room += reservedBytes - bytes
    if (actors > 0) this.#actorBytes += (bytes / actors - this.#actorBytes) * actorBytesWeight
  }

  #fill(): void {
    const now = this.#clock.now()
    const passedMs = now - this.#filledAt
    if (passedMs < 0 && passedMs > -clockJumpMs) return // that time is counted already
    const gained = Math.max(0, passedMs) * warmUpBytesPerSecondMax / 1_000
    this.#room = Math.min(this.#room + gained, warmUpBytesAtOnceMax)
    this.#filledAt = now
  }
}
