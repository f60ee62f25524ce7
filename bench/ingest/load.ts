/**
 * Load on a receiver. Full: as much as its windows let through. Paced: an open loop; what no connection has
 * room for waits here, and its latency counts from when it was due.
 */
import { Latencies, paced, type Percentiles } from '../latency.js'
import type { Lane } from './sender.js'

/** What a phase came to; messages, not records. */
export interface Phase {
  readonly acknowledged: number
  readonly perSecond: number
  readonly latency: Percentiles
}

/** Sends messages over lanes, each message number once. */
export class Load {
  readonly #lanes: readonly Lane[]
  readonly #inFlight: number[]
  /** Connections that have room, first come first served. */
  readonly #free: number[]
  readonly #queue: { n: number, dueAt: number }[] = []
  #next = 0
  #queueHead = 0
  #open = 0
  #failure: unknown
  #wake: () => void = () => undefined

  constructor(lanes: readonly Lane[]) {
    this.#lanes = lanes
    this.#inFlight = lanes.map(() => 0)
    this.#free = lanes.map((_, i) => i)
  }

  /** Messages sent so far: their numbers are 0 … sent-1. */
  get sent(): number {
    return this.#next
  }

  /** Windows are kept full for so long; at most `windowMax` messages unanswered on a connection. */
  async full(seconds: number, windowMax: number): Promise<Phase> {
    const latencies = new Latencies()
    const startedAt = performance.now()
    const until = startedAt + seconds * 1_000
    const first = this.#next
    await Promise.all(this.#lanes.flatMap(lane => Array.from({ length: Math.min(windowMax, lane.window) },
      async () => {
        for (let sentAt = performance.now(); sentAt < until; sentAt = performance.now()) {
          await lane.send(this.#next++)
          latencies.note(sentAt)
        }
      })))
    return phaseOf(this.#next - first, startedAt, latencies)
  }

  /** Sends at a rate for so long, and waits for the last acknowledgement. Throws when one is refused. */
  async paced(seconds: number, perSecond: number): Promise<Phase> {
    const latencies = new Latencies()
    const count = Math.max(1, Math.round(seconds * perSecond))
    const startedAt = performance.now()
    await paced(count, perSecond, (_, dueAt) => {
      this.#open++
      this.#queue.push({ n: this.#next++, dueAt })
      this.#pump(latencies)
    })
    if (this.#open > 0) await new Promise<void>(resolve => { this.#wake = resolve })
    if (this.#failure !== undefined) throw this.#failure
    return phaseOf(count, startedAt, latencies)
  }

  #pump(latencies: Latencies): void {
    while (this.#queueHead < this.#queue.length && this.#free.length > 0) {
      const at = this.#free.shift()!
      const { n, dueAt } = this.#queue[this.#queueHead++]
      const lane = this.#lanes[at]
      if (++this.#inFlight[at] < lane.window) this.#free.push(at)
      lane.send(n).then(() => { latencies.note(dueAt) }, (thrown: unknown) => { this.#failure ??= thrown })
        .finally(() => {
          if (this.#inFlight[at]-- === lane.window) this.#free.push(at)
          this.#pump(latencies)
          if (--this.#open === 0) this.#wake()
        })
    }
    if (this.#queueHead === this.#queue.length) this.#queueHead = this.#queue.length = 0
  }
}

function phaseOf(acknowledged: number, startedAt: number, latencies: Latencies): Phase {
  return { acknowledged, perSecond: acknowledged / (performance.now() - startedAt) * 1_000,
    latency: latencies.percentiles() }
}
