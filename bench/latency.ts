/**
 * Latencies in an HDR histogram (Node's own, which is HdrHistogram), counted from the time at which something
 * was meant to be sent, and the pace that says when that is: an open loop. Who falls behind sends late, and
 * the wait is in the figures.
 */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'

/** In milliseconds. */
export interface Percentiles {
  readonly p50: number
  readonly p99: number
  readonly p999: number
}

const microsecondsPerMs = 1_000
/** Due sends are looked for this often; a timer of Node is no finer. */
const tickMs = 1

/** Latencies, in microseconds. */
export class Latencies {
  readonly #histogram: RecordableHistogram = createHistogram({ figures: 3 })

  /** Notes one that was due at `dueAt` of performance.now() and has ended now. */
  note(dueAt: number): void {
    this.#histogram.record(Math.max(1, Math.round((performance.now() - dueAt) * microsecondsPerMs)))
  }

  percentiles(): Percentiles {
    const ms = (percent: number): number => this.#histogram.percentile(percent) / microsecondsPerMs
    return { p50: ms(50), p99: ms(99), p999: ms(99.9) }
  }
}

/**
 * Calls `send(n, dueAt)` for n = 0 … count-1, each at its time, `perSecond` of them; resolves when the last
 * one was called. Never waits for what `send` began.
 */
export async function paced(
  count: number, perSecond: number, send: (n: number, dueAt: number) => void,
): Promise<void> {
  const startedAt = performance.now()
  const dueAt = (n: number): number => startedAt + n / perSecond * 1_000
  let next = 0
  while (next < count) {
    const now = performance.now()
    while (next < count && dueAt(next) <= now) send(next, dueAt(next++))
    if (next < count) await new Promise(resolve => setTimeout(resolve, tickMs))
  }
}
