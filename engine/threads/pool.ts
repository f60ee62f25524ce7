/**
 * A pool of threads that are alike: any of them may serve. Work and answers travel as packed bytes, so that
 * the main thread neither clones object trees nor decodes what only a thread needs. Callers bound what they
 * have in flight.
 */
import { Piscina } from 'piscina'

/**
 * Records live for a batch: a young generation that holds a few batches collects them without copying them
 * first.
 */
const youngGenerationMb = 64

/** How threads are used. */
export interface ThreadPoolOptions {
  readonly threads: number
  /**
   * Tasks that a thread holds at once. Default 2: a thread that has its next task already does not wait for
   * the main thread, which folds meanwhile.
   */
  readonly tasksPerThread?: number
  /**
   * What an idle thread does: blocks until its next task, which is fastest, or serves its sockets and timers.
   * Default `for tasks`.
   */
  readonly waits?: 'for tasks' | 'for events'
}

/** Runs packed work in threads. */
export class ThreadPool {
  readonly #piscina: Piscina<unknown, Uint8Array>

  /** `entry` is the compiled file that every thread loads; its default export takes the task. */
  constructor(entry: URL, options: ThreadPoolOptions) {
    this.#piscina = new Piscina({
      filename: entry.href,
      minThreads: options.threads,
      maxThreads: options.threads,
      concurrentTasksPerWorker: options.tasksPerThread ?? 2,
      atomics: options.waits === 'for events' ? 'disabled' : 'sync',
      resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
    })
  }

  /** Runs one task. Its buffers are moved, not copied, when listed in `transfer`. */
  run(task: unknown, transfer: ArrayBuffer[] = []): Promise<Uint8Array> {
    return this.#piscina.run(task, { transferList: transfer })
  }

  /** Ends the threads; work that waits is rejected. */
  stop(): Promise<void> {
    return this.#piscina.destroy()
  }
}

/** A copy of `bytes` in a buffer of its own, ready to be moved to a thread. */
export function movable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return movableWhole([bytes])
}

/** Copies of the parts behind one another, in a buffer of their own. */
export function movableWhole(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
