/**
 * The fold, in memory. F1 the order of records, timers and tells; F2 failures; F3 what is committed is all
 * there is: however a log is cut into batches, and whatever is forgotten between them, the same bytes come
 * out (G7).
 */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { actor, decodeValue, testDriver, type Topology } from '../../../engine/index.js'
import { TimerIndex } from '../../../engine/state/index.js'
import { Fold } from '../../../engine/topology/fold.js'
import { MemoryStore } from '../../../engine/topology/memory-store.js'
import { staged } from './staged.js'
import { added, cart, dead, shop, shopTopology, type Addition } from './shop.js'

interface LogEntry {
  readonly at: number
  readonly records: { readonly key: string, readonly value: Addition }[]
}

const topology = shopTopology(1)

/**
 * Folds the entries, commits after the entries named in `cuts`, keeps at most `bytesMax` of actors in memory.
 */
async function foldLog(
  log: readonly LogEntry[], cuts: ReadonlySet<number>, bytesMax: number,
): Promise<string> {
  const store = new MemoryStore()
  const timers = new TimerIndex(0)
  const fold = new Fold({ topology, partition: 0, store, timers, isLocal: () => true })
  const emitted: string[] = []
  const letters: string[] = []
  const stored = new Map<string, number | null>()
  const commit = (): void => {
    const batch = fold.collect()
    store.write(batch)
    emitted.push(...batch.emitted.map(({ packed }) => packed.toString('hex')))
    letters.push(...batch.dead.map(String))
    for (const [member, due] of batch.timers) stored.set(member, due)
    fold.passivate(bytesMax)
  }
  let waiting: LogEntry[] = []
  for (const [i, entry] of log.entries()) {
    waiting.push(entry)
    if (!cuts.has(i) && i < log.length - 1) continue
    const ready = (await staged(waiting.map(({ at, records }, j) =>
      ({ id: `${at}-${i - waiting.length + 1 + j}`,
        records: records.map(one => ({ ...one, eventTime: at })) })))).flat()
    await fold.prepare([{ records: ready }])
    for (const record of ready) await fold.fold(record)
    commit()
    waiting = []
  }
  await fold.fireTimers(Infinity)
  commit()
  const fields = [...store.dump()].map(([name, packed]) => `${name}=${packed.toString('hex')}`)
  return [...fields, ...emitted, ...letters,
    JSON.stringify([...stored].filter(([, due]) => due !== null))].join('\n')
}

const addition = fc.record({ item: fc.constantFrom('tea', 'ham', 'jam', 'broken'),
  count: fc.nat({ max: 9 }) })
const logs: fc.Arbitrary<LogEntry[]> = fc.array(fc.record({
  after: fc.constantFrom(0, 1, 999, 4_000, 9_999, 10_000, 10_001, 25_000),
  records: fc.array(fc.record({ key: fc.constantFrom('ada', 'bob', 'cyd'), value: addition }),
    { minLength: 1, maxLength: 4 }),
}), { minLength: 1, maxLength: 30 }).map(entries => {
  let at = 1_000_000
  return entries.map(({ after, records }) => ({ at: at += after, records }))
})

t.test('F1 F3 G7: cuts between batches and passivation change nothing', async t => {
  await fc.assert(fc.asyncProperty(logs, fc.array(fc.nat({ max: 30 })), fc.constantFrom(-1, 2_000, 1e9),
    async (log, cuts, bytesMax) => {
      const whole = await foldLog(log, new Set(), 1e9)
      assert.equal(await foldLog(log, new Set(cuts), bytesMax), whole)
      assert.equal(await foldLog(log, new Set(log.keys()), -1), whole,
        'one entry at a time, nothing kept in memory')
    }), { seed: 5, numRuns: 60 })
  t.pass('60 runs')
})

t.test('F1: a timer that is due between two records of one batch fires between them', async t => {
  const log = [1_000_000, 1_020_000].map(at =>
    ({ at, records: [{ key: 'ada', value: { item: 'tea', count: 1 } }] }))
  const lines = (await foldLog(log, new Set(), 1e9)).split('\n')
  t.ok(lines.includes('s|shop|the shop/closed=02'), 'closed once between them and once after')
})

t.test('F1: a timer due before a record fires before it, one due at its instant after it', async t => {
  const driver = await testDriver(topology, { startMs: 0 })
  await driver.push('ada', { item: 'tea', count: 1 })
  await driver.advance(10_000)
  await driver.push('ada', { item: 'ham', count: 1 })
  t.equal(driver.state(shop, 'the shop').closed.get(), 0, 'moved by the record of the same instant')
  await driver.advance(10_001)
  t.equal(driver.state(shop, 'the shop').closed.get(), 1)
  t.strictSame([...driver.state(cart, 'ada').last], ['tea', 'ham'])
  t.equal(driver.state(cart, 'ada').items.get('tea'), undefined, 'the timer saw both')
  await driver.advance(5_001)
  t.equal(driver.state(shop, 'the shop').items.get('rests'), 1, 'a timer of an actor that was told')
})

t.test('F2 G5: a record that fails three times is a dead letter with its error, and changes nothing else',
  async t => {
  const driver = await testDriver(topology)
  await driver.pushBlock(['tea', 'broken', 'ham'].map(item =>
    ({ key: 'ada', eventTime: 7, value: { item, count: 1 } })))
  const [letter, ...others] = driver.emitted(dead)
  t.strictSame(others, [])
  t.match(letter, {
    key: 'ada', eventTime: 7, attempts: 3, where: 'actor cart', value: { item: 'broken', count: 1 },
    error: { code: 'TURN_FAILED', message: /3 times: this one is broken/, stack: /shop/ },
  })
  t.match(letter.position, /:1$/)
  t.strictSame(driver.emitted(added).map(({ item, additions }) => [item, additions]),
    [['tea', 1], ['ham', 2]])
  t.strictSame(driver.state(cart, 'ada').items.entries(), [['ham', 1], ['tea', 1]])
})

t.test('a turn is attempted exactly as often as its actor says', async t => {
  let attempts = 0
  const flaky = actor('flaky', {
    state: {},
    receive: { go(_ctx, worksAt: number) { if (++attempts < worksAt) throw new Error('not yet') } },
    supervision: { attemptsMax: 5 },
  })
  const driver = await testDriver(of(flaky, 'go'))
  await driver.push('a', 5)
  t.equal(attempts, 5)
  t.strictSame(driver.emitted(dead), [])
  attempts = 0
  await driver.push('a', 6)
  t.equal(attempts, 5)
  t.match(driver.emitted(dead), [{ attempts: 5 }])
})

t.test('G3: a parked actor sends its later records to the dead letters in order; its siblings go on',
  async t => {
  const parked = actor('parked', {
    state: { ...cart.state },
    receive: { go(ctx, word: string) {
      if (word === 'bad') throw new Error('bad')
      ctx.state.last.push(word)
    } },
    supervision: { onFailure: 'park', attemptsMax: 1 },
  })
  const driver = await testDriver(of(parked, 'go'))
  for (const word of ['one', 'bad', 'two', 'three']) {
    await driver.push('ada', word)
    await driver.push('bob', word === 'bad' ? 'fine' : word)
    driver.forget()
  }
  t.strictSame(driver.emitted(dead).map(({ key, value, error }) => [key, value, error.code]),
    [['ada', 'bad', 'TURN_FAILED'], ['ada', 'two', 'ACTOR_PARKED'], ['ada', 'three', 'ACTOR_PARKED']])
  t.notOk(driver.emitted(dead).some(({ error }) => error.stack?.includes('Fold')), 'no frames of the engine')
  t.strictSame([...driver.state(parked, 'ada').last], ['one'])
  t.strictSame([...driver.state(parked, 'bob').last], ['two', 'three'])
})

t.test('supervision may ask the task to stop', async t => {
  const strict = actor('strict', {
    state: {}, receive: { go() { throw new Error('never') } }, supervision: { onFailure: 'stop' },
  })
  const fold = new Fold({
    topology: of(strict, 'go'), partition: 0, store: new MemoryStore(), timers: new TimerIndex(0),
    isLocal: () => true,
  })
  const [[record]] = await staged([{ id: '1-0', records: [{ key: 'a', eventTime: 1, value: 1 }] }])
  await fold.fold(record)
  t.match(fold.stoppedBy, { code: 'TURN_FAILED' })
})

t.test('messages: a loop ends as a failure of its record, another partition is a matter of the relay',
  async t => {
  const driver = await testDriver(topology)
  await driver.push('ada', { item: 'loop', count: 0 })
  t.match(driver.emitted(dead), [{ where: 'tell', error: { code: 'TELLS_TOO_MANY' } }])

  for (const relays of [false, true]) {
    const store = new MemoryStore()
    const fold = new Fold({
      topology: shopTopology(2, { relays }), partition: 0, store, timers: new TimerIndex(0),
      isLocal: key => key === 'ada',
    })
    const records = [{ key: 'ada', eventTime: 1, value: { item: 'tea', count: 1 } }]
    const [[record]] = await staged([{ id: '1-0', records }])
    await fold.fold(record)
    await fold.fireTimers(Infinity)
    const batch = fold.collect()
    store.write(batch)
    t.notOk([...store.dump().keys()].some(name => name.includes('shop')),
      'nothing of the other partition is touched')
    const [output, key] = decodeValue(batch.emitted.at(-1)!.packed) as [string, string]
    if (relays) t.strictSame([output, key], ['~tell', 'the shop'])
    else t.match(decodeValue(batch.dead[0]), { error: { code: 'RELAY_NOT_DECLARED' } })
  }
})

t.test('a value that `reads` cannot take fails alone', async t => {
  const driver = await testDriver(topology)
  await driver.pushBlock([{ key: 'ada', eventTime: 1, value: null },
    { key: 'ada', eventTime: 1, value: { item: 'tea', count: 1 } }])
  t.match(driver.emitted(dead), [{ attempts: 3, error: { code: 'TURN_FAILED' } }])
  t.equal(driver.state(cart, 'ada').additions.get(), 1)
})

function of(target: Topology['target']['actor'], message: string): Topology {
  return { ...shopTopology(1), target: { actor: target, message }, actors: [target] }
}
