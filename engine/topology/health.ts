/**
 * What is wrong with the tasks of a node, by name: a task with work that has not moved, a sink that fails.
 * Pure; the node puts it into the registry, the gateway says it to whoever asks.
 */
import { messageOf, type ErrorCode, type ErrorDetails } from '../errors/index.js'
import type { TaskProgress } from './task.js'

/** Something wrong, and what to do about it. */
export interface NodeProblem {
  readonly code: ErrorCode
  readonly partition: number
  readonly message: string
  readonly fix: string
}

/** One partition of a node, as far as health goes. */
export interface PartitionProgress {
  readonly partition: number
  readonly progress: TaskProgress
  /** The version that it runs, if another one is live: readers do not wait for it. */
  readonly following?: number
  /** Name of each failing sink, and why. */
  readonly failingSinks: readonly (readonly [name: string, reason: string])[]
}

/** The problems of a node's partitions at `now` (ms UTC); a task may take `stallMs` from commit to commit. */
export function problemsOf(
  partitions: readonly PartitionProgress[], stallMs: number, now: number,
): NodeProblem[] {
  return partitions.flatMap(({ partition, progress, following, failingSinks }) => {
    const { waiting, movedAt, doing, position } = progress
    const problems = failingSinks.map(([sink, reason]) => problem('SINK_FAILING', { partition, sink, reason },
      'Its rows wait in the outbox; start what the sink writes to.'))
    if (waiting > 0 && now - movedAt >= stallMs) {
      const since = new Date(movedAt).toISOString()
      const details = { partition, since, doing, position, waiting }
      problems.push(following === undefined
        ? problem('TASK_STALLED', details,
          `Restart the node; if it stalls again, look at what ${doing} does with that entry.`)
        : problem('VERSION_STALLED', { ...details, version: following },
          `Readers do not see it. Restart its node, or: hinata versions drop v${following}`))
    }
    return problems
  })
}

function problem(
  code: ErrorCode, details: ErrorDetails & { readonly partition: number }, fix: string,
): NodeProblem {
  return { code, partition: details.partition, message: messageOf(code, details), fix }
}
