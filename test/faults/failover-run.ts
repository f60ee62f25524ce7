/**
 * One failover under load: orders flow into a cluster, a node folds them, a master dies by kill -9 or is
 * asked to step down, and afterwards every record that was acknowledged is looked for in the log.
 */
import { openTopologyClient, startNode, type TopologyClient } from '../../engine/index.js'
import { readRange, type AppendInput } from '../../engine/log/index.js'
import { decodeBlock } from '../../engine/record/block.js'
import { Keyspace } from '../../engine/record/keys.js'
import { closeRedis, openRedis, type Durability, type RedisConnection } from '../../engine/redis/index.js'
import { slotOf } from '../../engine/redis/slot.js'
import { startCluster } from '../support/redis-cluster.js'
import { until } from '../support/until.js'
import { account, ordersTopology, partitions, type Order } from './orders.js'

const senders = 40
const readMax = 1_000_000

/** What one failover did. */
export interface FailoverResult {
  readonly acknowledged: number
  /** Acknowledged, and not in the log. */
  readonly lost: number
  /** In the log more than once. */
  readonly doubled: number
  /** Out of the order of their key. */
  readonly disordered: number
  /** Accounts whose folded count is not that of their records in the log. */
  readonly misfolded: number
  /** The longest time between two acknowledgements of one key, ms. */
  readonly pauseMs: number
  readonly failures: readonly string[]
}

/** How the master goes. */
export type Departure = 'kill -9' | 'CLUSTER FAILOVER'

/** One sender: its acknowledged numbers, and its longest wait. */
interface Sender {
  readonly key: string
  readonly acknowledged: number[]
  pauseMs: number
}

/** Starts a cluster, does it once, and ends everything. */
export async function runFailover(durability: Durability, departure: Departure): Promise<FailoverResult> {
  const cluster = await startCluster(durability === 'fsync' ? ['--appendfsync', 'always'] : [])
  const redis = await openRedis(cluster.url, 'sink')
  const options = { redisUrl: cluster.url, namespace: 'f', topology: ordersTopology(redis, 'f') }
  const node = await startNode(options)
  const client = await openTopologyClient({ ...options, durability })
  const all: Sender[] = Array.from({ length: senders }, (_, i) =>
    ({ key: `account ${i}`, acknowledged: [], pauseMs: 0 }))
  const failures: string[] = []
  let isFlowing = true
  const flows = all.map(async sender => {
    for (let number = 0; isFlowing; number++) {
      const sentAt = performance.now()
      try {
        await client.append([orderOf(sender.key, number)])
        sender.acknowledged.push(number)
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error))
      }
      sender.pauseMs = Math.max(sender.pauseMs, performance.now() - sentAt)
    }
  })
  const count = (): number => all.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0)
  await until('orders flow', () => count() > 4_000)
  for (const sender of all) sender.pauseMs = 0
  const slot = slotOf('{0}')
  const victim = await cluster.masterOf(slot)
  if (departure === 'kill -9') await victim.kill()
  else {
    const [, , , replica] = cluster.nodes
    const heir = victim === cluster.nodes[0] ? replica : cluster.nodes[cluster.nodes.indexOf(victim) + 3]
    await heir.ask('CLUSTER', 'FAILOVER')
  }
  await until('another is master', async () => await cluster.masterOf(slot) !== victim)
  if (departure === 'kill -9') await victim.restart()
  await until('the cluster is whole', () => cluster.isWhole().catch(() => false))
  const whole = count()
  await until('orders flow again', () => count() > whole + 4_000)
  isFlowing = false
  await Promise.all(flows)
  await until('all is folded and handed over', async () => (await client.lag())
    .every(({ appended, folded, emitted, inserted }) => folded === appended && inserted === emitted))
  const result = await check(all, redis, client, failures)
  await client.close()
  await node.stop()
  closeRedis(redis)
  await cluster.stop()
  return result
}

async function check(
  sent: Sender[], redis: RedisConnection, client: TopologyClient, failures: string[],
): Promise<FailoverResult> {
  const logged = new Map<string, number[]>(sent.map(({ key }) => [key, []]))
  for (let partition = 0; partition < partitions; partition++) {
    const entries = await readRange(redis, new Keyspace('f').log(partition, 'orders'), '-', '+', readMax)
    for (const { key, value } of entries.flatMap(({ id, block }) => decodeBlock(id, block))) {
      logged.get(key)!.push((value as Order & { number: number }).number)
    }
  }
  let [acknowledged, lost, doubled, disordered, misfolded] = [0, 0, 0, 0, 0]
  for (const { key, acknowledged: numbers } of sent) {
    const found = logged.get(key)!
    const distinct = new Set(found)
    acknowledged += numbers.length
    lost += numbers.filter(number => !distinct.has(number)).length
    doubled += found.length - distinct.size
    disordered += found.filter((number, i) => i > 0 && number < found[i - 1]).length
    if ((await client.state(account, key))?.orders.get() !== found.length) misfolded++
  }
  return { acknowledged, lost, doubled, disordered, misfolded, failures,
    pauseMs: Math.round(Math.max(...sent.map(({ pauseMs }) => pauseMs))) }
}

function orderOf(key: string, number: number): AppendInput {
  return { key, eventTime: 1, value: { item: 'tea', isBroken: false, number },
    idempotency: { id: String(number), fingerprint: 'x', origin: String(number) } }
}
