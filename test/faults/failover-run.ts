/**
 * One failover under load: orders flow into a cluster, a node folds them, a master goes, and afterwards every
 * record that was acknowledged is looked for in the log.
 *
 * `cut off, kill -9` tells the classes of durability apart: the master's replica is frozen (SIGSTOP) and
 * their link is cut, so what the master takes from then on is with it alone; then it dies, and the replica
 * goes on and is promoted.
 */
import { openTopologyClient, startNode, type TopologyClient } from '../../engine/index.js'
import { readRange, type AppendInput } from '../../engine/log/index.js'
import { decodeBlock } from '../../engine/record/block.js'
import { Keyspace } from '../../engine/record/keys.js'
import { closeRedis, openRedis, type Durability, type RedisConnection } from '../../engine/redis/index.js'
import { slotOf } from '../../engine/redis/slot.js'
import { startCluster, type ClusterNode, type TestCluster } from '../support/redis-cluster.js'
import { until } from '../support/until.js'
import { account, ordersTopology, partitions, type Order } from './orders.js'

const senders = 40
const readMax = 1_000_000
/** Records that are acknowledged before and after the master goes. */
const aroundCount = 2_500
/** Records that others acknowledge while a master is cut off; that master takes as many, if it takes any. */
const aloneCount = 1_000

/** What one failover did. */
export interface FailoverResult {
  readonly acknowledged: number
  /** Of those, sent to a master that was cut off from its replica. */
  readonly alone: number
  /** Acknowledged by a master whose replica was frozen: those, and what came before the link was cut. */
  readonly unconfirmed: number
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
export type Departure = 'kill -9' | 'CLUSTER FAILOVER' | 'cut off, kill -9'

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
  const flow = { isFlowing: true }
  let isDone = false
  const flows = all.map(sender => sendAlways(client, sender, flow, failures))
  try {
    await until('orders flow', () => countOf(all) > aroundCount)
    for (const sender of all) sender.pauseMs = 0
    const slot = slotOf('{0}')
    const victim = await cluster.masterOf(slot)
    const left = await depart(departure, cluster, victim, client, all)
    await until('another is master', async () => await cluster.masterOf(slot) !== victim)
    if (departure !== 'CLUSTER FAILOVER') await victim.restart()
    await until('the cluster is whole', () => cluster.isWhole().catch(() => false))
    const whole = countOf(all)
    await until('orders flow again', () => countOf(all) > whole + aroundCount)
    flow.isFlowing = false
    await Promise.all(flows)
    await until('all is folded and handed over', async () => (await client.lag())
      .every(({ appended, folded, emitted, inserted }) => folded === appended && inserted === emitted))
    const result = { ...await check(all, redis, client, failures), ...left }
    isDone = true
    return result
  } finally {
    flow.isFlowing = false
    const ended = client.close().then(() => node.stop())
    if (isDone) await ended
    else ended.catch(() => undefined) // of a broken cluster they may wait for ever; the error is what counts
    closeRedis(redis)
    await cluster.stop()
  }
}

async function sendAlways(
  client: TopologyClient, sender: Sender, flow: { readonly isFlowing: boolean }, failures: string[],
): Promise<void> {
  for (let number = 0; flow.isFlowing; number++) {
    const sentAt = performance.now()
    try {
      await client.append([orderOf(sender.key, number)])
      sender.acknowledged.push(number)
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error))
    }
    sender.pauseMs = Math.max(sender.pauseMs, performance.now() - sentAt)
  }
}

function countOf(all: readonly Sender[]): number {
  return all.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0)
}

/** What a master acknowledged before it died that its replica could not know. */
type LeftAlone = Pick<FailoverResult, 'alone' | 'unconfirmed'>

/** Makes the master go. */
async function depart(
  departure: Departure, cluster: TestCluster, victim: ClusterNode, client: TopologyClient,
  all: readonly Sender[],
): Promise<LeftAlone> {
  const heir = await replicaOf(cluster, victim)
  if (departure === 'CLUSTER FAILOVER') {
    await heir.ask('CLUSTER', 'FAILOVER')
    return { alone: 0, unconfirmed: 0 }
  }
  if (departure === 'kill -9') {
    await victim.kill()
    return { alone: 0, unconfirmed: 0 }
  }
  const owners = await Promise.all(Array.from({ length: partitions }, (_, partition) =>
    cluster.masterOf(slotOf(`{${partition}}`))))
  const [its, others] = [true, false].map(isIts => all.filter(({ key }) =>
    (owners[client.partitionOf(key)] === victim) === isIts))
  const confirmed = countOf(its)
  process.kill(heir.pid, 'SIGSTOP')
  try {
    await victim.ask('CLIENT', 'KILL', 'TYPE', 'replica')
    const begin = countOf(others)
    const before = its.map(({ acknowledged }) => acknowledged.length)
    // of each sender without the first, which may have been on its way when the link was cut
    const alone = (): number => its.reduce((sum, { acknowledged }, i) =>
      sum + Math.max(0, acknowledged.length - before[i] - 1), 0)
    await until('others go on', () => countOf(others) >= begin + aloneCount)
    // with `replica` none of its own is acknowledged, and there is nothing to wait for
    if (client.durability !== 'replica') {
      await until('it goes on alone', () => alone() >= aloneCount)
    }
    await victim.kill()
    return { alone: alone(), unconfirmed: countOf(its) - confirmed }
  } finally {
    process.kill(heir.pid, 'SIGCONT')
  }
}

async function replicaOf(cluster: TestCluster, master: ClusterNode): Promise<ClusterNode> {
  const id = String(await master.ask('CLUSTER', 'MYID'))
  const lines = String(await master.ask('CLUSTER', 'NODES')).split('\n')
  const [, port] = / 127\.0\.0\.1:(\d+)/.exec(` ${lines.find(line => line.includes(`slave ${id}`))!
    .split(' ')[1]}`)!
  return cluster.nodes.find(node => node.port === Number(port))!
}

async function check(
  sent: Sender[], redis: RedisConnection, client: TopologyClient, failures: string[],
): Promise<Omit<FailoverResult, keyof LeftAlone>> {
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
