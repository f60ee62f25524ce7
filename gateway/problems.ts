/** What can be wrong, in words: a code, what was found, and what to do. Pure. */
import {
  messageOf, type Halt, type NodeInfo, type NodeProblem, type PartitionLag,
} from '../engine/index.js'

/** Something wrong, and what to do about it. */
export interface Problem {
  readonly code: string
  readonly message: string
  readonly fix: string
  /** What a behaviour threw, which may quote a record: for administrators. */
  readonly detail?: string
}

/** What a node says of a partition of its own. */
export function nodeProblem(
  node: NodeInfo, { code, message, fix, partition }: NodeProblem,
): Problem & { readonly partition: number } {
  return { code, partition, message, fix: `${fix} It is node ${node.id}, process ${node.pid}.` }
}

/** A partition that stands and is tried again. */
export function haltProblem({ partition }: PartitionLag, halt: Halt): Problem {
  const since = new Date(halt.since).toISOString()
  const next = new Date(halt.nextAt).toISOString()
  return {
    code: halt.code, detail: halt.cause, fix: haltFix(partition, halt.code),
    message: `Partition ${partition} stands at ${halt.position} since ${since}; tried ${halt.tries} times, `
      + `next at ${next}.`,
  }
}

function haltFix(partition: number, code: string): string {
  const resume = `hinata resume --partition ${partition}`
  switch (code) {
    case 'PARTITION_PAUSED':
      return `Mend what fails; it goes on by itself, at once with: ${resume}. `
        + `To bury what fails: ${resume} --skip`
    case 'PARTITION_STOPPED':
      return `Mend what fails, then: ${resume}. To pass this record, as a dead letter: ${resume} --skip`
    case 'BLOCK_CORRUPT':
      return `The block cannot be read. To pass it, as a dead letter: ${resume} --skip`
    default:
      return `The log of its node has the cause. Try at once: ${resume}`
  }
}

/** A backlog that has not moved for `forMs`. */
export function stalledProblem(lag: PartitionLag, forMs: number): Problem {
  const seconds = Math.round(forMs / 1_000)
  const found = `Partition ${lag.partition} holds ${lag.appended - lag.folded} records behind ${lag.position}`
    + ` and has not moved for ${seconds} s`
  if (lag.owner === null) {
    return { code: 'OWNER_UNKNOWN', message: `${found}; no node owns it.`, fix: 'Start a node: hinata node' }
  }
  return {
    code: 'PARTITION_STALLED', message: `${found} at node ${lag.owner}.`,
    fix: `Look at the log of node ${lag.owner} and restart it.`,
  }
}

/** Nodes that hold partitions, but whose leases ended `stallMs` ago and that announce themselves no more. */
export function silentNodes(
  lags: readonly PartitionLag[], nodes: readonly NodeInfo[], stallMs: number,
): Map<string, Problem> {
  const alive = new Set(nodes.map(({ id }) => id))
  const held = new Map<string, PartitionLag[]>()
  for (const lag of lags) {
    if (lag.owner === null || alive.has(lag.owner) || lag.silentMs < stallMs) continue
    held.set(lag.owner, [...held.get(lag.owner) ?? [], lag])
  }
  return new Map([...held].map(([node, silent]) => [node, {
    code: 'NODE_SILENT',
    fix: 'Its process is dead, frozen or blocked: restart it, or start another: hinata node',
    message: messageOf('NODE_SILENT', {
      node, seconds: Math.round(Math.max(...silent.map(({ silentMs }) => silentMs)) / 1_000),
      partitions: `partitions ${silent.map(({ partition }) => partition).join(' ')}`,
    }),
  }]))
}
