/**
 * G4 on real node processes: a record is folded by one node only; when one stops, another takes over within
 * seconds; a node that was frozen past its lease is fenced when it wakes, and changes nothing.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { sampleRecords } from '../../deploy/tour/sample.js'
import { openTopologyClient, startNode, type Topology, type TopologyClient } from '../../engine/index.js'
import { parseRecord } from '../../actors/record/index.js'
import { hinataTopology } from '../../pipelines/hinata.js'
import { startRedis } from '../support/redis.js'
import { copyLog, dumpState } from '../support/state-dump.js'
import { until } from '../support/until.js'

const entry = fileURLToPath(new URL('../../deploy/cli/hinata.js', import.meta.url))
const partitions = 16
const persons = 24
const leaseMs = 1_500
/** Ten leases: a machine that does much else is no failure, a node that waits for something is. */
const takeoverMsMax = 10 * leaseMs

t.setTimeout(180_000)

interface NodeProcess {
  readonly child: ChildProcess
  readonly log: () => string
}

/** Starts `hinata node` as a process of its own; resolves when it is ready. */
async function launch(redisUrl: string): Promise<NodeProcess> {
  const child = spawn(process.execPath, [entry, 'node'], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { // a ClickHouse that never answers: rows wait in the outbox, folding goes on
      REDIS_URL: redisUrl, CLICKHOUSE_URL: 'http://127.0.0.1:9', HINATA_PARTITIONS: String(partitions),
      HINATA_LEASE_MS: String(leaseMs), HINATA_THREADS: '1',
    },
  })
  let log = ''
  child.stdout!.on('data', chunk => { log += chunk })
  await new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', code => reject(new Error(`node ended with ${code}: ${log}`)))
  })
  child.removeAllListeners('exit')
  return { child, log: () => log }
}

/** Appends the sample, once for every person of a round. */
function appender(client: TopologyClient): (round: number) => Promise<void> {
  const sample = sampleRecords(5, Date.now()).slice(0, 60)
  return async round => {
    for (let person = 0; person < persons; person++) {
      await client.append(sample.map(({ record }) => {
        const parsed = parseRecord({ ...record, id: `${record.id}-${round}` }, Date.now())
        if (parsed.refusal) throw new Error(parsed.refusal.message)
        return { key: `person-${person}`, eventTime: parsed.eventTime,
          value: { record: parsed.record, app: 'test', receivedAt: Date.now() } }
      }))
    }
  }
}

const sumOf = async (client: TopologyClient): Promise<{ appended: number, folded: number }> =>
  (await client.lag()).reduce((sum, lag) =>
    ({ appended: sum.appended + lag.appended, folded: sum.folded + lag.folded }),
    { appended: 0, folded: 0 })

t.test('G4: two nodes share; one stops, the other takes over; a frozen one is fenced', async t => {
  const redis = await startRedis()
  const topology = hinataTopology({ partitions, sinks: [] })
  const client = await openTopologyClient({ redisUrl: redis.url, topology })
  const [first, second] = await Promise.all([launch(redis.url), launch(redis.url)])
  const children = [first, second]
  t.teardown(async () => {
    for (const { child } of children) child.kill('SIGKILL')
    await client.close()
    await redis.stop()
  })
  const append = appender(client)
  await until('both nodes own partitions', async () => {
    const owned = (await client.nodes()).map(node => node.partitions)
    return owned.length === 2 && owned.every(list => list.length > 0) && owned.flat().length === partitions
  })
  const owned = (await client.nodes()).flatMap(node => node.partitions)
  t.equal(new Set(owned).size, partitions, 'every partition has one owner')
  await append(1)
  await until('round 1 is folded', async () => (await sumOf(client)).folded === persons * 60)

  const stopping = append(2)
  first.child.kill('SIGTERM')
  const stoppedAt = performance.now()
  await until('the other node owns everything', async () =>
    (await client.lag()).every(lag => lag.owner !== null) && (await client.nodes()).length === 1 &&
    (await client.nodes())[0].partitions.length === partitions)
  const takeoverMs = Math.round(performance.now() - stoppedAt)
  t.ok(takeoverMs < takeoverMsMax, `taken over in ${takeoverMs} ms`)
  await stopping
  await until('round 2 is folded', async () => (await sumOf(client)).folded === 2 * persons * 60)

  const third = await launch(redis.url)
  children.push(third)
  await until('the third node owns some', async () => (await client.nodes())
    .every(node => node.partitions.length > 0) &&
    (await client.nodes()).length === 2)
  const freezing = append(3)
  second.child.kill('SIGSTOP') // in the middle of its work
  await freezing
  const epochs = (await client.lag()).map(lag => lag.epoch)
  await until('the third node owns everything',
    async () => (await client.nodes()).some(node => node.partitions.length === partitions))
  await until('round 3 is folded', async () => (await sumOf(client)).folded === 3 * persons * 60)
  t.ok((await client.lag()).some((lag, partition) => lag.epoch > epochs[partition]), 'epochs rose')
  second.child.kill('SIGCONT')
  await until('the frozen node notices', () => /lease lost|belongs to epoch/.test(second.log()))
  await until('both own partitions again', async () => (await client.nodes()).length === 2)
  await append(4)
  await until('round 4 is folded', async () => (await sumOf(client)).folded === 4 * persons * 60)
  for (const { child } of children) child.kill('SIGTERM')
  await until('both have ended', () => [second, third].every(({ child }) => child.exitCode !== null))

  await replayEquals(t, redis.url, topology)
})

/** Replays a copy of the log, undisturbed, and compares the bytes. */
async function replayEquals(t: Test, url: string, topology: Topology): Promise<void> {
  const lived = await dumpState(url, 'h', partitions)
  await copyLog(url, 'h', 'replay', partitions)
  const node = await startNode({ redisUrl: url, topology, namespace: 'replay' })
  const replay = await openTopologyClient({ redisUrl: url, topology, namespace: 'replay' })
  for (let person = 0; person < persons; person++) t.ok(await replay.settled(`person-${person}`, 60_000))
  await replay.close()
  await node.stop()
  const replayed = await dumpState(url, 'replay', partitions)
  t.strictSame([...lived].filter(([name, bytes]) => replayed.get(name) !== bytes).map(([name]) => name), [],
    'lived through stop, freeze and takeover = replayed undisturbed, byte for byte')
  t.equal(lived.size, replayed.size)
}
