/**
 * What else a version does while it follows: it keeps event time, it pauses, it buries. None of that reaches
 * the live version, and operators work on the live one unless they name another.
 */
import t, { type Test } from 'tap'
import {
  actor, list, openOperations, openTopologyClient, openVersions, startNode, topic, type NodeOptions,
  type Operations, type Topology, type Versions,
} from '../../../engine/index.js'
import { Keyspace } from '../../../engine/record/keys.js'
import {
  fieldsOf, loadScript, redisTime, runScript, send, type RedisConnection,
} from '../../../engine/redis/index.js'
import { timerMember } from '../../../engine/state/index.js'
import { connectRedis } from '../../support/connection.js'
import { until } from '../../support/until.js'
import { alarmsTopology, rings, type Ring } from './alarms.js'
import { dead } from './shop.js'

const keys = new Keyspace('h')

t.setTimeout(90_000)

async function start(t: Test, options: NodeOptions): Promise<void> {
  const node = await startNode({ leaseMs: 1_000, ...options })
  t.teardown(() => node.stop())
}

async function caughtUp(versions: Versions, version: number): Promise<void> {
  await until(`version ${version} has caught up`, async () => {
    const one = (await versions.progress()).find(found => found.version === version)
    return one !== undefined && one.appended > 0 && one.folded === one.appended
  })
}

async function assertEqual(t: Test, versions: Versions): Promise<void> {
  const differing = []
  for await (const { actor, key, kind } of versions.diff(1, 2)) differing.push({ actor, key, kind })
  t.strictSame(differing, [], 'equal, cell by cell')
}

/** Timers and watermarks of a version of the alarms, as text. */
async function timeOf(redis: RedisConnection, version: number): Promise<string> {
  const [timers, marks] = await Promise.all([
    send(redis, 'ZRANGE', [keys.timers(0, `alarms.${version}`), 0, -1, 'WITHSCORES']),
    send(redis, 'HGETALL', [keys.state(0, `alarms.${version}`, '~watermark', '')])])
  const fields = Object.entries(fieldsOf(marks)).map(([name, packed]) => `${name}=${packed.toString('hex')}`)
  return `${String((timers as unknown[]).flat())} ${String(fields.sort())}`
}

t.test('event time: watermarks and alarms of a follower are those of the live version', async t => {
  const { server, redis } = await connectRedis(t)
  const batches = new Map<string, Ring[]>()
  const topologyOf = (version: number): Topology => ({
    ...alarmsTopology(1, { outOfOrderMs: 100, idleMs: 300 }), version, sinks: [{
      name: 'rings', outputs: [rings], batchRecordsMax: 100, lingerMs: 1,
      insert: ({ token, emitted }) => {
        batches.set(token, emitted.map(({ value }) => value as Ring))
        return Promise.resolve()
      },
    }],
  })
  const at = { redisUrl: server.url, topology: topologyOf(1) }
  await start(t, at)
  const client = await openTopologyClient(at)
  const versions = await openVersions(at)
  t.teardown(() => { versions.close(); return client.close() })
  await versions.add(2, {})
  await start(t, { ...at, topology: topologyOf(2) })
  const walkers = Array.from({ length: 8 }, (_, i) => `walker ${i}`)
  let rung = 0
  let live = 1
  for (const from of [1_009_000, 1_019_000, 1_029_000]) {
    await client.append(walkers.map((key, i) =>
      ({ key, eventTime: from + i, value: { street: `street ${i % 3}` } })))
    await client.settled('walker 0', 10_000)
    live = 3 - live
    await versions.promote(live, { nearMsMax: 20_000 }) // while the alarms wait for the watermark
    rung += walkers.length + 3 // each walker, each street: once nobody walks, event time passes by itself
    await until('all have rung', () => [...batches.values()].flat().length >= rung)
    await until('the follower is at the same time', async () =>
      await timeOf(redis, 1) === await timeOf(redis, 2))
    await assertEqual(t, versions)
  }
  const found = [...batches.values()].flat().map(({ of, at }) => `${of} ${at}`)
  t.equal(found.length, rung)
  t.equal(new Set(found).size, rung, 'each alarm rang once')
})

t.test('watermarks that travel between partitions do not follow: VERSION_UNFOLLOWABLE', async t => {
  const { server } = await connectRedis(t)
  const at = { redisUrl: server.url, topology: alarmsTopology(2) }
  await start(t, at)
  const versions = await openVersions(at)
  t.teardown(() => versions.close())
  await t.rejects(versions.add(2, {}), { code: 'VERSION_UNFOLLOWABLE' })
  const topology = { ...at.topology, version: 2 }
  await t.rejects(startNode({ ...at, topology }), { code: 'VERSION_UNFOLLOWABLE' })
  await start(t, at)
})

t.test('a switch waits for a timer of the log\'s time behind one of event time', async t => {
  const { redis } = await connectRedis(t)
  const ids = ['alarms.1', 'alarms.2']
  const names = [keys.live(0, 'alarms'), ...ids.map(id => keys.checkpoint(0, id)),
    ...ids.map(id => keys.timers(0, id)), ...ids.map(id => keys.outbox(0, id)), keys.log(0, 'steps')]
  await send(redis, 'HSET', [names[0], 'version', 1])
  await send(redis, 'HSET', [names[1], 'epoch', 7, 'position', '0-0', 'held', '7:5000'])
  const early = timerMember({ actor: 'walker', key: 'ada', name: 'ring', isEventTime: true })
  const wake = timerMember({ actor: '~watermark', key: '', name: 'wake' })
  for (const timers of [names[3], names[4]]) await send(redis, 'ZADD', [timers, 10, early])
  await send(redis, 'ZADD', [names[4], 1_000, wake])
  const ask = async (): Promise<string> => String(
    (await runScript(redis, loadScript('switch-version'), names, [1, 2, 7]) as Buffer[])[0])
  const bound = await runScript(redis, loadScript('read-bound'), [names[1], names[3], names[7]], ['0-0'])
  t.strictSame((bound as Buffer[]).map(String), ['0-0', '5000'], 'the live version has fired all before')
  t.equal(await ask(), 'behind', 'the new one has not')
  await send(redis, 'ZREM', [names[4], wake])
  t.equal(await ask(), 'ok', 'both wait for the watermark')
})

/** Versions that fail at every word, and `<version> <word>` that fails in one. */
const broken = new Set<number | string>()

function speakerOf(version: number) {
  return actor('speaker', {
    state: { words: list<string>({ max: 1_000 }) },
    receive: {
      said(ctx, word: string) {
        if (broken.has(version) || broken.has(`${version} ${word}`)) throw new Error(`no ${word} today`)
        ctx.state.words.push(word)
      },
    },
    supervision: { attemptsMax: 1 },
  })
}

function wordsTopology(version: number): Topology {
  const speaker = speakerOf(version)
  return { name: 'words', version, source: topic<string>('said', { partitions: 1 }), stages: [],
    target: { actor: speaker, message: 'said' }, actors: [speaker], views: [], sinks: [], deadLetters: dead }
}

t.test('the breaker of a follower is its own; operators find the letters of the live version', async t => {
  broken.clear()
  const { server, redis } = await connectRedis(t)
  const at = { redisUrl: server.url, topology: wordsTopology(1) }
  const open = async (version?: number): Promise<Operations> => {
    const operations = await openOperations({ ...at, version })
    t.teardown(() => operations.close())
    return operations
  }
  await start(t, at)
  const client = await openTopologyClient(at)
  const versions = await openVersions(at)
  t.teardown(() => { versions.close(); return client.close() })
  await client.append(Array.from({ length: 100 }, (_, i) =>
    ({ key: `p${i % 50}`, eventTime: 1, value: 'sweet' })))
  await client.settled('p0', 10_000)
  broken.add(2)
  await versions.add(2, {})
  await start(t, { ...at, topology: wordsTopology(2) })
  await until('version 2 pauses', async () =>
    (await versions.progress()).find(({ version }) => version === 2)?.haltedPartitions === 1)
  t.match(await client.lag(), [{ halt: null, dead: 0, appended: 100, folded: 100 }])
  t.match(await (await open()).halted(), [])
  const ofTwo = await open(2)
  t.match(await ofTwo.halted(), [[0, { code: 'PARTITION_PAUSED' }]])
  broken.delete(2)
  await ofTwo.resume(0, { isSkipping: false })
  await caughtUp(versions, 2)
  await assertEqual(t, versions)
  const caughtUpAt = await redisTime(redis, 'any')
  await until('both nodes have told of themselves since', async () =>
    (await client.nodes()).filter(({ heartbeatAt }) => heartbeatAt > caughtUpAt).length === 2)
  const nodes = await client.nodes()
  t.strictSame(nodes.filter(({ hotKeys }) => hotKeys.length > 0).map(({ topology }) => topology), ['words.1'])
  t.strictSame(nodes.flatMap(({ problems }) => problems), [])

  await versions.promote(2, { nearMsMax: 20_000 })
  broken.add('2 sour')
  await client.append([{ key: 'p1', eventTime: 1, value: 'sour' }])
  await until('version 2 buries it', async () => (await client.lag())[0].dead === 1)
  await caughtUp(versions, 1)
  broken.delete('2 sour')
  const { letters } = await open()
  t.strictSame(await letters.counts(), [1])
  t.match(await letters.move('redrive', {}), { moved: 1, failedAgain: 0, isSettled: true })
  await caughtUp(versions, 1)
  await assertEqual(t, versions)
  const state = await client.state(speakerOf(2), 'p1')
  t.strictSame([...state!.words], ['sweet', 'sweet', 'sour'])
})
