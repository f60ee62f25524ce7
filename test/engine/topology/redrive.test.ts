/**
 * Redrive: a dead letter is put back into the log and folded once, in its key's order, however often it is
 * asked for (E1, E2, D1, D2, D3), and a replay of the log comes to the same state (G7).
 */
import t from 'tap'
import { openOperations, openTopologyClient, startNode, type DeadLetter } from '../../../engine/index.js'
import { Keyspace } from '../../../engine/record/keys.js'
import { closeRedis, fieldsOf, openRedis, send } from '../../../engine/redis/index.js'
import { until } from '../../support/until.js'
import { broken, listener, startMendable, type Mendable } from './mendable.js'

const settle = async ({ client }: Mendable): Promise<void> => {
  await until('all is folded', () => client.settled('ada', 20_000))
}

async function lettersOf(on: Mendable, count: number): Promise<DeadLetter[]> {
  await until(`${count} letters`, async () => (await on.letters()).length === count)
  return on.letters()
}

t.test('E1 D2: what failed in a stage, a turn, a told actor and a timer is folded once after its redrive',
  async t => {
  const on = await startMendable(t, 'resume')
  for (const word of ['stage one', 'two', 'heard tell three', 'timer']) broken.add(word)
  await on.say('ada', 'one', 'two', 'tell three', 'wake', 'five')
  await settle(on)
  const letters = await lettersOf(on, 4)
  t.equal(new Set(letters.map(({ id }) => id)).size, 4)
  t.strictSame(letters.map(({ where, to }) => [where, to?.message]).sort(), [['actor listener', 'heard'],
    ['actor speaker', undefined], ['actor speaker', 'wake'], ['stage hear', undefined]])
  t.strictSame(await on.words('ada'), ['tell three', 'wake', 'five'])

  broken.clear()
  const reports = await Promise.all([1, 2, 3].map(() => on.operations.letters.move('redrive', {})))
  t.equal(reports.reduce((sum, { moved }) => sum + moved, 0), 4, 'three at once move each letter once')
  await settle(on)
  t.strictSame(await on.words('ada'), ['tell three', 'wake', 'five', 'one', 'two', 'woken'])
  t.strictSame([...(await on.client.state(listener, 'ada'))!.words], ['heard tell three'])
  t.strictSame(await on.letters(), [])
  t.match(await on.operations.letters.move('redrive', {}), { moved: 0, isSettled: true })
})

t.test('a letter that fails again is a new one that names the old; a dropped one is closed', async t => {
  const on = await startMendable(t, 'resume')
  broken.add('two').add('three')
  await on.say('ada', 'one', 'two', 'three')
  await settle(on)
  const [two, three] = await lettersOf(on, 2)
  t.match(await on.operations.letters.move('redrive', { ids: [two.id] }), { moved: 1, failedAgain: 1 })
  const [, again] = await on.letters()
  t.match(again, { redrives: 1, redriveOf: two.id, origin: two.origin, value: 'two' })
  t.match(await on.operations.letters.move('drop', { key: 'ada' }), { moved: 2, failedAgain: 0 })
  broken.clear()
  await t.rejects(on.operations.letters.move('redrive', { ids: [three.id] }), { code: 'LETTER_UNKNOWN' })
  await t.rejects(on.operations.letters.find('7:1-0:0'), { code: 'LETTER_UNKNOWN' })
  t.strictSame(await on.words('ada'), ['one'])
})

t.test('E2 D3: a parked actor takes its letters in order, also those that came meanwhile, and goes on',
  async t => {
  const on = await startMendable(t, 'park')
  broken.add('2')
  await on.say('ada', '1', '2', '3', '4')
  await on.say('bob', '1')
  await settle(on)
  const letters = await lettersOf(on, 3)
  t.strictSame(letters.map(({ error }) => error.code), ['TURN_FAILED', 'ACTOR_PARKED', 'ACTOR_PARKED'])
  await t.rejects(on.operations.letters.move('redrive', { ids: [letters[2].id] }), { code: 'LETTER_BEHIND' })
  t.match(await on.operations.letters.move('redrive', { code: 'ACTOR_PARKED' }), { moved: 0, refused: 2 })

  t.match(await on.operations.letters.move('redrive', {}), { moved: 3, failedAgain: 3 }, 'still broken')
  t.strictSame(await on.words('ada'), ['1'])
  broken.clear()
  let isFlowing = true
  let said = 5
  const flow = (async () => {
    while (isFlowing) {
      await on.say('ada', String(said++))
      await new Promise(resolve => setTimeout(resolve, 5))
    }
  })()
  const report = await on.operations.letters.move('redrive', { key: 'ada' })
  await until('the actor goes on', async () => (await on.letters()).length === 0
    || ((await on.operations.letters.move('redrive', { key: 'ada' })), false))
  isFlowing = false
  await flow
  await settle(on)
  t.ok(report.moved >= 3)
  t.strictSame(await on.words('ada'), Array.from({ length: said - 1 }, (_, i) => String(i + 1)), 'in order')
  t.strictSame(await on.letters(), [])
})

t.test('D3: the first letter of a parked actor may be dropped; the others follow', async t => {
  const on = await startMendable(t, 'park')
  broken.add('2')
  await on.say('ada', '1', '2', '3')
  await settle(on)
  const [first, second] = await lettersOf(on, 2)
  await t.rejects(on.operations.letters.move('drop', { ids: [second.id] }), { code: 'LETTER_BEHIND' })
  t.match(await on.operations.letters.move('drop', { ids: [first.id] }), { moved: 1 })
  await on.say('ada', '4')
  await settle(on)
  t.strictSame(await on.words('ada'), ['1'], 'still parked: 3 waits')
  t.match(await on.operations.letters.move('redrive', {}), { moved: 2, failedAgain: 0 })
  await on.say('ada', '5')
  await settle(on)
  t.strictSame(await on.words('ada'), ['1', '3', '4', '5'])
})

t.test('G7 D2: a replay leaves the same bytes; one whose code was mended folds nothing twice', async t => {
  const on = await startMendable(t, 'park')
  broken.add('2')
  await on.say('ada', '1', '2', '3')
  await settle(on)
  await lettersOf(on, 2)
  await on.operations.letters.move('redrive', {})
  await on.operations.letters.move('drop', { ids: [(await on.letters())[0].id] })
  await on.operations.letters.move('redrive', {})
  await on.say('ada', '4')
  await settle(on)
  t.strictSame(await on.words('ada'), ['1', '3', '4'])
  t.strictSame(await replay(on, 'same'), await dump(on.url, 'h'))
  broken.clear()
  const mended = await replay(on, 'mended')
  t.notOk([...mended.keys()].some(name => name.includes('~letters')), 'no letter is open')
  t.strictSame(mendedWords, ['1', '2', '3', '4'], 'each word once, although three were redriven')
})

t.test('a stage in a thread sees redriven values as they were, and nothing of what is dropped', async t => {
  const module = new URL('./upper-stage.js', import.meta.url)
  const on = await startMendable(t, 'resume', { stages: [{ name: 'upper', batchMax: 2, module }] })
  await on.client.append(['a', 7, 'b', 8, 'c'].map(value => ({ key: 'ada', eventTime: 1, value })))
  broken.add('B').add('timer')
  await on.say('ada', 'b', 'x')
  await settle(on)
  const letters = await lettersOf(on, 4)
  t.strictSame(letters.map(({ value }) => value), [7, 'b', 8, 'b'])
  broken.clear()
  await on.operations.letters.move('drop', { ids: [letters[2].id] })
  t.match(await on.operations.letters.move('redrive', {}), { moved: 3, failedAgain: 1 })
  t.match(await on.letters(), [{ value: 7, where: 'stage upper', redriveOf: letters[0].id }])
  t.strictSame(await on.words('ada'), ['A', 'C', 'X', 'B', 'B'])
})

t.test('E1: a redrive whose connection breaks half way neither loses nor doubles', async t => {
  const on = await startMendable(t, 'resume')
  const all = Array.from({ length: 300 }, (_, i) => `word ${i}`)
  for (const word of all) broken.add(word)
  // between bad ones stand as many good ones, so that the partition is not paused
  for (const word of all) await on.say('ada', word, 'good', 'good')
  await settle(on)
  await lettersOf(on, 300)
  broken.clear()
  const breaking = await openOperations({ redisUrl: on.url, topology: on.topology })
  const broke = t.rejects(breaking.letters.move('redrive', {}))
  await until('some are moved', async () => (await on.operations.letters.counts())[0] < 300)
  breaking.close()
  await broke
  await on.operations.letters.move('redrive', {})
  await settle(on)
  t.strictSame((await on.words('ada')).filter(word => word !== 'good'), all, 'each once, in order')
  t.strictSame(await on.letters(), [])
})

t.test('the sinks are told: dead, then redriven or dropped, under the same id', async t => {
  const seen: DeadLetter[] = []
  const on = await startMendable(t, 'resume', { sinks: [{
    name: 'memory', outputs: [{ output: 'dead' }], batchRecordsMax: 10, lingerMs: 1,
    insert: async ({ emitted }) => { seen.push(...emitted.map(({ value }) => value as DeadLetter)) },
  }] })
  broken.add('1').add('2')
  await on.say('ada', '1', '2')
  const [first, second] = await lettersOf(on, 2)
  broken.clear()
  await on.operations.letters.move('redrive', { ids: [first.id] })
  await on.operations.letters.move('drop', { ids: [second.id] })
  await until('four are told', () => seen.length === 4)
  t.match(seen.slice(2), [{ id: first.id, status: 'redriven', value: '1', settledAt: Number },
    { id: second.id, status: 'dropped', value: '2' }])
})

let mendedWords: string[] = []

/** Folds a copy of the log in a namespace of its own. */
async function replay({ url, topology }: Mendable, namespace: string): Promise<Map<string, string>> {
  const redis = await openRedis(url, 'copy')
  const [from, to] = [new Keyspace('h'), new Keyspace(namespace)]
  await send(redis, 'COPY', [from.log(0, 'said'), to.log(0, 'said')])
  await send(redis, 'COPY', [from.meta(0, 'said'), to.meta(0, 'said')])
  const at = { redisUrl: url, topology, namespace }
  const node = await startNode(at)
  const copy = await openTopologyClient(at)
  await until('the replay is through', () => copy.settled('ada', 20_000))
  mendedWords = [...(await copy.state(topology.target.actor as typeof listener, 'ada'))!.words]
  await copy.close()
  await node.stop()
  closeRedis(redis)
  return dump(url, namespace)
}

async function dump(url: string, namespace: string): Promise<Map<string, string>> {
  const redis = await openRedis(url, 'dump')
  const names = (await send(redis, 'KEYS', [`${namespace}:{*}:mendable.1:[st]:*`]) as Buffer[]).map(String)
  const found = await Promise.all(names.sort().map(async name => {
    const fields = Object.entries(fieldsOf(await send(redis, 'HGETALL', [name])))
    const texts = fields.map(([field, packed]) => `${field}=${packed.toString('hex')}`)
    return [name.slice(namespace.length), texts.sort().join('\n')] as const
  }))
  closeRedis(redis)
  return new Map(found)
}
