/**
 * Nodes come and go under load, as processes of their own: how long does a key stand, what moves, does every
 * record still count once and in order, and had any partition two writers? A key sends its next record when
 * the last one is folded and committed.
 */
import { startRedis } from '../support/redis.js'
import { until } from '../support/until.js'
import { judgeCommits } from './commit-witness.js'
import type { Run } from './fault.js'
import { NodeProcess } from './node-child.js'
import { Rig } from './rig.js'

/** What the nodes are and do. */
export interface RebalanceOptions {
  /** So many nodes, one after the other, each for its share of `seconds`. */
  readonly counts: readonly number[]
  readonly seconds: number
  /** Keys that send. Default 48. */
  readonly keys?: number
}

/** From one number of nodes to the next. */
export interface RebalanceStep {
  readonly nodes: number
  /** Partitions of each node. */
  readonly shares: readonly number[]
  /** Partitions that have another owner than before; and how few could have. */
  readonly moved: number
  readonly least: number
}

/** What one run measured and found; `catchUpMs` is the longest time from sending to committed of any key. */
export interface RebalanceResult extends Run {
  readonly steps: readonly RebalanceStep[]
  /** The longest such time of each key: the middle one, and that of one key in a hundred. */
  readonly p50: number
  readonly p99: number
  /** Commits of all nodes, which are judged by their epochs (W1 to W3). */
  readonly commits: number
}

/** Does it, and checks everything at rest. */
export async function runRebalance(options: RebalanceOptions): Promise<RebalanceResult> {
  const { counts, seconds, keys = 48 } = options
  const server = await startRedis()
  const rig = await Rig.open({ url: server.url, seed: 13, accounts: keys })
  const fleet = new ChangingFleet(rig)
  try {
    const longest = rig.accounts.map(() => 0)
    let isFlowing = true
    const flow = async (index: number): Promise<void> => {
      while (isFlowing) {
        longest[index] = Math.max(longest[index], await rig.sendAndSettle(rig.accounts[index]))
      }
    }
    const steps = [await fleet.size(counts[0])]
    const flows = Promise.all(rig.accounts.map((_, index) => flow(index)))
    flows.catch(() => undefined) // told below
    for (const count of counts.slice(1)) {
      await passes(seconds / counts.length)
      steps.push(await fleet.size(count))
    }
    await passes(seconds / counts.length)
    isFlowing = false
    await flows
    await rig.settled()
    await fleet.end()
    const times = longest.sort((a, b) => a - b)
    const at = (share: number): number => Math.round(times[Math.floor(share * (times.length - 1))])
    const found = await rig.check(at(1))
    const twoWriters = judgeCommits(fleet.commits)
    const commits = [...fleet.commits.values()].reduce((sum, { length }) => sum + length, 0)
    return { ...found, changed: found.changed + twoWriters.length, wrong: [...found.wrong, ...twoWriters],
      steps, p50: at(0.5), p99: at(0.99), commits }
  } finally {
    await fleet.end()
    await rig.close()
    await server.stop()
  }
}

async function passes(seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1_000
  await until('its time is over', () => performance.now() > end, seconds + 10)
}

/** Node processes that come and go. */
class ChangingFleet {
  /** What each node committed, by its id, those that are gone included. */
  readonly commits = new Map<string, NodeProcess['commits']>()
  readonly #rig: Rig
  readonly #nodes: NodeProcess[] = []

  constructor(rig: Rig) {
    this.#rig = rig
  }

  /** Starts or ends nodes until there are `count`, and waits until they share the partitions. */
  async size(count: number): Promise<RebalanceStep> {
    const { url, namespace } = this.#rig
    const before = await this.#rig.owners()
    while (this.#nodes.length < count) this.#nodes.push(new NodeProcess(url, namespace, 'orders'))
    await Promise.all(this.#nodes.splice(count).map(node => node.end('SIGTERM')))
    const ids = await Promise.all(this.#nodes.map(node => node.started()))
    ids.forEach((id, i) => this.commits.set(id, this.#nodes[i].commits))
    const after = await until('the partitions are shared', async () => {
      const owners = await this.#rig.owners()
      const [least, most] = [Math.floor(owners.length / count), Math.ceil(owners.length / count)]
      const isShared = ids.every(id => {
        const share = owners.filter(owner => owner === id).length
        return share >= least && share <= most
      })
      return isShared && owners.every(owner => owner !== null) ? owners : undefined
    })
    const isMoved = (owner: string | null, partition: number): boolean => owner !== after[partition]
    const isNew = (id: string): boolean => !before.includes(id)
    return {
      nodes: count, shares: ids.map(id => after.filter(owner => owner === id).length),
      moved: before.filter(isMoved).length,
      least: ids.every(isNew) ? after.length
        : before.filter(owner => owner === null || !ids.includes(owner)).length
          + ids.filter(isNew).length * Math.floor(after.length / count),
    }
  }

  /** Ends all. */
  async end(): Promise<void> {
    await Promise.all(this.#nodes.splice(0).map(node => node.end('SIGTERM')))
  }
}
