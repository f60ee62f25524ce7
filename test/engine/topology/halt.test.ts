/**
 * A partition that cannot go on stands with a name, tries again later and later, and goes on by itself or as
 * an operator says (I1, I2, I3, Z1, Z2): most records fail, an actor's supervision stops it, a block cannot
 * be read. A node that starts anew begins where the old one stood.
 */
import t from 'tap'
import { openTopologyClient, startNode, type Halt } from '../../../engine/index.js'
import { breakerFailuresMin } from '../../../engine/limits/limits.js'
import { Keyspace } from '../../../engine/record/keys.js'
import { closeRedis, openRedis, send } from '../../../engine/redis/index.js'
import { until } from '../../support/until.js'
import { broken, startMendable, type Mendable } from './mendable.js'

const keys = new Keyspace('h')
const bad = (count: number): string[] => Array.from({ length: count }, (_, i) => `bad ${i}`)

const haltOf = ({ client }: Mendable): Promise<Halt> =>
  until('it stands', async () => (await client.lag())[0].halt)

t.test('Z1 G5: most of a batch fails: nothing of it is buried, it is tried again, and goes on by itself',
  async t => {
  const on = await startMendable(t, 'resume')
  await on.say('ada', 'good')
  await until('it is folded', () => on.client.settled('ada', 20_000))
  for (const word of bad(200)) broken.add(word)
  await on.say('ada', ...bad(200))
  const halt = await haltOf(on)
  t.match(halt,
    { code: 'PARTITION_PAUSED', tries: 1, cause: /200 of 200 .* actor speaker: .*no bad 0 today/ })
  t.ok(halt.nextAt > halt.since)
  await until('it is tried again', async () => (await haltOf(on)).tries >= 2)
  t.ok((await haltOf(on)).nextAt - halt.nextAt >= 2_000, 'later and later')
  t.strictSame(await on.letters(), [])
  t.match(await on.client.lag(), [{ folded: 1, appended: 201, owner: on.nodes[0].id }],
    'they stay in the log')
  broken.clear()
  await until('it goes on by itself', async () => (await on.client.lag())[0].halt === null)
  t.strictSame(await on.words('ada'), ['good', ...bad(200)])
  t.strictSame(await on.letters(), [])
  await t.rejects(on.operations.resume(0, { isSkipping: false }), { code: 'PARTITION_RUNS' })
})

t.test('Z1: of records that come one by one, the few that decide are buried', async t => {
  const on = await startMendable(t, 'resume')
  for (const word of bad(100)) broken.add(word)
  for (const word of bad(breakerFailuresMin + 5)) {
    await on.say('ada', word)
    await until('it is folded or stands', async () => {
      const [lag] = await on.client.lag()
      return lag.halt !== null || lag.folded === lag.appended
    })
  }
  await haltOf(on)
  t.equal((await on.letters()).length, breakerFailuresMin - 1)
})

t.test('I2: a node that starts anew neither forgets the delay nor buries; resume tries at once', async t => {
  const on = await startMendable(t, 'resume')
  for (const word of bad(50)) broken.add(word)
  await on.say('ada', ...bad(50))
  await until('it was tried', async () => (await haltOf(on)).tries >= 2)
  await on.nodes[0].stop()
  const before = await haltOf(on)
  await on.start()
  await until('it is owned', async () => (await on.client.lag())[0].owner === on.nodes[1].id)
  t.match(await haltOf(on), before)
  broken.clear()
  t.match(await on.operations.halted(), [[0, { code: 'PARTITION_PAUSED' }]])
  await on.operations.resume(0, { isSkipping: false })
  t.ok(await until('it goes on', () => on.client.settled('ada', 20_000)))
  t.strictSame(await on.words('ada'), bad(50))
  t.strictSame(await on.letters(), [])
})

t.test('resume --skip of a paused partition buries what fails, and only that', async t => {
  const on = await startMendable(t, 'resume')
  for (const word of bad(50)) broken.add(word)
  await on.say('ada', ...bad(50), 'good')
  await haltOf(on)
  await on.say('bob', 'good')
  await on.operations.resume(0, { isSkipping: true })
  await until('it goes on', async () => (await on.client.lag())[0].halt === null)
  t.equal((await on.letters()).length, 50)
  t.strictSame([...await on.words('ada'), ...await on.words('bob')], ['good', 'good'])
})

t.test('I1 I3: a record that stops its task has a name; skipped, it is a dead letter, in a replay as well',
  async t => {
  const on = await startMendable(t, 'stop')
  broken.add('2')
  await on.say('ada', '1')
  await on.say('ada', '2')
  await on.say('ada', '3')
  const { position, cause } = await haltOf(on)
  t.match(cause, /^Partition 0 stopped at .*no 2 today/)
  await until('what stands before it is committed', async () => (await on.words('ada')).length === 1)
  t.strictSame(await on.letters(), [])
  await on.operations.resume(0, { isSkipping: true })
  t.ok(await until('it goes on', () => on.client.settled('ada', 20_000)))
  t.match(await on.letters(), [{ id: `0:${position}`, value: '2', error: { code: 'RECORD_SKIPPED',
    message: /An operator skipped this record.*no 2 today/ } }])
  t.strictSame(await on.words('ada'), ['1', '3'])

  const redis = await openRedis(on.url, 'copy')
  const copy = new Keyspace('copy')
  for (const name of ['log', 'meta', 'skips'] as const) {
    await send(redis, 'COPY', [keys[name](0, 'said'), copy[name](0, 'said')])
  }
  closeRedis(redis)
  const at = { redisUrl: on.url, topology: on.topology, namespace: 'copy' }
  const node = await startNode(at)
  const client = await openTopologyClient(at)
  t.teardown(async () => {
    await client.close()
    await node.stop()
  })
  t.ok(await until('the replay is through', () => client.settled('ada', 20_000)))
  t.equal((await client.lag())[0].dead, 1)
  broken.clear()
  t.match(await on.operations.letters.move('redrive', {}), { moved: 1, failedAgain: 0 })
  t.strictSame(await on.words('ada'), ['1', '3', '2'])
})

t.test('I3: a block that cannot be read is passed as one letter that counts as all its records', async t => {
  const on = await startMendable(t, 'resume')
  const redis = await openRedis(on.url, 'test')
  t.teardown(() => closeRedis(redis))
  await on.say('ada', 'before')
  await send(redis, 'XADD', [keys.log(0, 'said'), '*', 'd', Buffer.from([0xc1])])
  await send(redis, 'HINCRBY', [keys.meta(0, 'said'), 'n', 7])
  await on.say('ada', 'after', 'that')
  t.match(await haltOf(on), { code: 'BLOCK_CORRUPT' })
  await on.operations.resume(0, { isSkipping: true })
  t.ok(await until('it goes on', () => on.client.settled('ada', 20_000)))
  t.match(await on.client.lag(), [{ appended: 10, folded: 10, dead: 1, halt: null }])
  const [letter] = await on.letters()
  t.match(letter, { where: 'log', error: { code: 'RECORD_SKIPPED' }, isFinal: String })
  t.strictSame(letter.value, Buffer.from([0xc1]), 'its bytes are kept')
  await t.rejects(on.operations.letters.move('redrive', { ids: [letter.id] }), { code: 'LETTER_FINAL' })
  t.match(await on.operations.letters.move('drop', {}), { moved: 1 })
  t.strictSame(await on.words('ada'), ['before', 'after', 'that'])
})
