/**
 * Nodes come and go under load, as processes of their own: how long does a key stand, and does every record
 * still count once? A key sends its next record when the last one is folded and committed.
 */
import { openTopologyClient } from '../../engine/index.js'
import { openRedis, closeRedis } from '../../engine/redis/index.js'
import { startRedis } from '../support/redis.js'
import { until } from '../support/until.js'
import { NodeProcess } from './node-child.js'
import { account, ordersTopology } from './orders.js'

const keyCount = 48
const settleMs = 30_000

/** What one run measured; times are ms from append to commit, the longest of each key. */
export interface RebalanceResult {
  readonly records: number
  readonly p50: number
  readonly p99: number
  readonly max: number
  /** Keys whose folded count is not what was acknowledged. */
  readonly wrong: readonly string[]
  /** Partitions of each node at the end of each step. */
  readonly shares: readonly (readonly number[])[]
}

/** Runs `counts` nodes one after the other, each for its share of `seconds`. */
export async function runRebalance(counts: readonly number[], seconds: number): Promise<RebalanceResult> {
  const server = await startRedis()
  const redis = await openRedis(server.url, 'sink')
  const client = await openTopologyClient({ redisUrl: server.url, namespace: 'f',
    topology: ordersTopology(redis, 'f') })
  const nodes: NodeProcess[] = []
  const owners = async (): Promise<(string | null)[]> => (await client.lag()).map(({ owner }) => owner)
  const size = async (count: number): Promise<void> => {
    while (nodes.length < count) nodes.push(new NodeProcess(server.url, 'f', 'orders'))
    await Promise.all(nodes.splice(count).map(node => node.end('SIGTERM')))
    const ids = await Promise.all(nodes.map(node => node.started()))
    await until('the partitions are shared', async () => {
      const found = await owners()
      return found.every(owner => owner !== null && ids.includes(owner)) && new Set(found).size === count
    })
  }
  const shares: number[][] = []
  const sent = new Map<string, number>()
  const longest = new Map<string, number>()
  let isFlowing = true
  let flows: Promise<void>[] = []
  for (const count of counts) {
    await size(count)
    if (flows.length === 0) flows = Array.from({ length: keyCount }, (_, i) => flow(`account ${i}`))
    const before = total()
    await until('it works', () => total() > before + keyCount)
    const end = performance.now() + seconds * 1_000 / counts.length
    await until('its time is over', () => performance.now() > end, seconds + 10)
    const found = await owners()
    shares.push([...new Set(found)].map(id => found.filter(owner => owner === id).length))
  }
  isFlowing = false
  await Promise.all(flows)
  const wrong: string[] = []
  for (const [key, count] of sent) {
    const state = await client.state(account, key)
    if (state?.orders.get() !== count) wrong.push(`${key} folded ${state?.orders.get()} of ${count}`)
  }
  await Promise.all(nodes.map(node => node.end('SIGTERM')))
  await client.close()
  closeRedis(redis)
  await server.stop()
  const times = [...longest.values()].sort((a, b) => a - b)
  const at = (share: number): number => Math.round(times[Math.floor(share * (times.length - 1))])
  return { records: total(), p50: at(0.5), p99: at(0.99), max: at(1), wrong, shares }

  function total(): number {
    return [...sent.values()].reduce((sum, one) => sum + one, 0)
  }

  async function flow(key: string): Promise<void> {
    while (isFlowing) {
      const from = performance.now()
      await client.append([{ key, eventTime: 1, value: { item: 'tea', isBroken: false } }])
      sent.set(key, (sent.get(key) ?? 0) + 1)
      if (!await client.settled(key, settleMs)) throw new Error(`${key} stands`)
      longest.set(key, Math.max(longest.get(key) ?? 0, performance.now() - from))
    }
  }
}
