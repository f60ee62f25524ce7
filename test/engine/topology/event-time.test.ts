/**
 * Event time: M1 watermarks are a function of the log, M2 active and idle sources, M3 marks between
 * partitions, E1 the order of timers, E2 what is committed is all there is. All in memory, with the real
 * fold.
 */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { actor, map, output, testDriver, topic, value, type Topology } from '../../../engine/index.js'
import { partitionOf } from '../../../engine/record/hash.js'
import { endRecords } from '../../../engine/topology/end-input.js'
import type { MemoryPartition } from '../../../engine/topology/memory-partition.js'
import { Interleaved, partitionIn } from './interleaved.js'
import { alarmsTopology, dead, endOf, lateSteps, rings, type Ring } from './alarms.js'

const street = { street: 'mill' }

t.test('M2 E1: a timer fires when the watermark reaches it, after the record that moved it', async t => {
  const driver = await testDriver(alarmsTopology(1))
  await driver.pushBlock([1_000, 9_999, 14_999].map(eventTime => ({ key: 'ada', eventTime, value: street })))
  t.strictSame(driver.emitted(rings), [], 'the watermark is 9,999')
  await driver.push('bob', street, 15_000)
  t.strictSame(driver.emitted(rings), [
    { of: 'ada', at: 10_000, steps: 2 }, { of: 'mill', at: 10_000, steps: 2 }])
  await driver.push('ada', street, 9_999)
  t.strictSame(driver.emitted(lateSteps), [{ of: 'ada', eventTime: 9_999 }])
  await driver.push('ada', street, 10_000)
  await driver.endInput()
  t.strictSame(driver.emitted(rings).slice(2), [
    { of: 'ada', at: 20_000, steps: 2 }, { of: 'bob', at: 20_000, steps: 1 },
    { of: 'mill', at: 20_000, steps: 3 }], 'in the order of due time and member, the told one last')
  t.strictSame(driver.emitted(dead), [])
})

t.test('M2: while no source is active, event time passes with the log\'s time', async t => {
  const driver = await testDriver(alarmsTopology(1, { idleMs: 60_000 }), { startMs: 1_000_000 })
  await driver.push('ada', street, 12_000)
  await driver.advance(60_000)
  t.strictSame(driver.emitted(rings), [], 'due at this instant: not yet')
  await driver.advance(1)
  await driver.crash()
  await driver.advance(12_999)
  t.strictSame(driver.emitted(rings), [], 'idle since 1,060,000 with a watermark of 7,000')
  await driver.advance(1)
  t.strictSame(driver.emitted(rings).map(({ of }) => of), ['ada', 'mill'])
  await driver.push('ada', street, 30_000)
  await driver.push('ada', street, 19_000)
  t.match(driver.emitted(lateSteps), [{ eventTime: 19_000 }])
})

t.test('M2: what is told while time passes by itself arrives in time', async t => {
  const driver = await testDriver(alarmsTopology(4, { idleMs: 1_000 }), { partitions: 4, startMs: 0 })
  for (const key of walkers) await driver.push(key, street, 8_000)
  await driver.advance(1_001)
  t.strictSame(driver.emitted(rings), [], 'all are idle, the watermark is 3,000')
  await driver.advance(7_001)
  t.strictSame(driver.emitted(rings).map(({ of }) => of).filter(of => of !== 'mill').sort(), walkers)
  await driver.advance(1_000)
  t.match(driver.emitted(rings).at(-1), { of: 'mill', steps: walkers.length })
  t.strictSame(driver.emitted(lateSteps), [])
})

t.test('M2 M3: an idle partition holds nobody back, and follows the others', async t => {
  const [ada, bob] = [keyIn(0, 2), keyIn(1, 2)]
  const driver = await testDriver(alarmsTopology(2, { idleMs: 1_000 }), { partitions: 2, startMs: 0 })
  await driver.push(bob, street, 1_000)
  for (let at = 1_000; at <= 31_000; at += 1_000) await driver.push(ada, street, at)
  t.strictSame(driver.emitted(rings).filter(({ of }) => of !== ada), [], 'bob\'s partition is waited for')
  await driver.advance(1_001)
  await driver.push(ada, street, 32_000)
  const ranOf = (who: string): number[] =>
    driver.emitted(rings).filter(({ of }) => of === who).map(({ at }) => at)
  t.strictSame(ranOf(bob), [10_000], 'its own alarms ring: it follows the active one')
  t.strictSame(ranOf('mill'), [10_000, 20_000])
  t.strictSame(driver.emitted(lateSteps), [])
})

t.test('a partition that never had a record is idle after a while, too', async t => {
  const driver = await testDriver(alarmsTopology(8, { idleMs: 1_000 }), { partitions: 8, startMs: 0 })
  await driver.push('ada', street, 1_000)
  await driver.advance(1_001)
  await driver.push('ada', street, 15_000)
  t.strictSame(driver.emitted(rings).map(({ of }) => of), ['ada', 'mill'])
})

t.test('a name is one timer, in event time or in the log\'s', async t => {
  const rang = output<string>('rang')
  const clock = actor('clock', {
    state: { word: value('') },
    receive: {
      set(ctx, due: { at: number } | { atEventTime: number } | null) {
        if (due) ctx.timer('ring', due)
        else ctx.cancelTimer('ring')
      },
      ring(ctx) { ctx.emit(rang, `${ctx.position} ${ctx.now}`) },
    },
  })
  const driver = await testDriver({ ...alarmsTopology(1), target: { actor: clock, message: 'set' },
    actors: [clock] }, { startMs: 0 })
  await driver.push('a', { at: 100 }, 5_000)
  await driver.push('a', { atEventTime: 50 }, 5_000)
  await driver.push('b', { atEventTime: 60 }, 5_000)
  await driver.push('b', { at: 200 }, 5_000)
  await driver.push('c', { atEventTime: 70 }, 5_000)
  await driver.push('c', null, 5_000)
  await driver.push('d', { atEventTime: -7.5 }, 5_000)
  t.strictSame(driver.emitted(rang), ['e-7:ring 0'], 'at once: the watermark is 0')
  await driver.crash()
  await driver.advance(300)
  await driver.endInput()
  t.strictSame(driver.emitted(rang).slice(1), ['200:ring 200', 'e50:ring 300'])
})

t.test('what event time needs is asked for: the declaration, and whom an actor tells', async t => {
  const other = actor('other', { state: {}, receive: { hear() { /* nothing */ } } })
  const lone = actor('lone', {
    state: {},
    receive: { go(ctx, what: string) {
      if (what === 'tell') ctx.tell(other, 'x', 'hear', 1)
      else ctx.timer('go', { atEventTime: 1 })
    } },
  })
  const topology = { ...alarmsTopology(1), target: { actor: lone, message: 'go' }, actors: [lone, other] }
  const driver = await testDriver(topology)
  await driver.push('a', 'tell')
  t.match(driver.emitted(dead), [{ error: { message: /lone told other, which it does not declare/ } }])
  const timeless = await testDriver({ ...topology, eventTime: undefined })
  await timeless.push('a', 'tell')
  await timeless.push('a', 'timer')
  t.match(timeless.emitted(dead), [{ error: { message: /Timer go needs event time/ } }])
  const circle = { ...lone, tells: [other] }
  Object.assign(other, { tells: [circle] })
  await t.rejects(testDriver({ ...topology, actors: [circle, other] }), { code: 'TELLS_IN_CIRCLE' })
})

t.test('routes: several operators take what is theirs, under the key they want', async t => {
  const counts = actor('counts', {
    state: { seen: map<number>() },
    receive: { count(ctx, word: string) {
      ctx.state.seen.update(word, n => (n ?? 0) + 1)
      if (word === 'bad') throw new Error('bad')
    } },
  })
  const topology: Topology = {
    name: 'routes', version: 1, source: topic<{ word: string, to?: string }>('words', { partitions: 4 }),
    stages: [], actors: [counts], views: [], sinks: [], relays: true, deadLetters: dead,
    target: { actor: counts, message: 'count', body: ({ word }: { word: string }) => word },
    routes: [{
      actor: counts, message: 'count', where: ({ to }: { to?: string }) => to !== undefined,
      key: ({ to }: { to: string }) => to.toLowerCase(), body: ({ word }: { word: string }) => `for ${word}`,
    }],
  }
  const driver = await testDriver(topology, { partitions: 4 })
  await driver.push('ada', { word: 'tea' })
  for (const to of ['BOB', 'CYD', 'DAN', 'EVE']) await driver.push('ada', { word: 'tea', to })
  t.strictSame(driver.state(counts, 'ada').seen.entries(), [['tea', 5]])
  for (const key of ['bob', 'cyd', 'dan', 'eve']) {
    t.strictSame(driver.state(counts, key).seen.entries(), [['for tea', 1]], key)
  }
  await driver.push('ada', { word: 'x', to: 7 })
  t.match(driver.emitted(dead), [{ where: 'route', error: { message: /toLowerCase/ } }])
})

interface Walk {
  readonly key: string
  readonly eventTime: number
}

/** What must ring when nothing is late: the steps of each person, and of the street, per ten seconds. */
function expectedRings(walks: readonly Walk[]): Ring[] {
  const steps = new Map<string, Ring>()
  for (const { key, eventTime } of walks) {
    for (const of of [key, 'mill']) {
      const at = endOf(eventTime)
      const name = `${of} ${at}`
      steps.set(name, { of, at, steps: (steps.get(name)?.steps ?? 0) + 1 })
    }
  }
  return [...steps.values()].sort(byName)
}

function byName(a: Ring, b: Ring): number {
  return a.of !== b.of ? (a.of < b.of ? -1 : 1) : a.at - b.at
}

const walkers = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay']

t.test('M1 M3 E2: whatever the batches, crashes and the order of relayed messages, every alarm rings once, '
  + 'complete, and the logs alone tell how', async t => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.record({ who: fc.constantFrom(...walkers), after: fc.nat({ max: 3_000 }),
      behind: fc.nat({ max: 5_000 }) }), { minLength: 1, maxLength: 60 }),
    fc.integer({ min: 1, max: 4 }), fc.array(fc.nat(), { minLength: 50, maxLength: 50 }),
    async (steps, partitions, draws) => {
      let now = 100_000
      const walks = steps.map(({ who, after, behind }) =>
        ({ key: who, eventTime: (now += after) - behind }))
      let drawn = 0
      const flow = new Interleaved(alarmsTopology(partitions), partitions,
        below => (draws[drawn++ % draws.length] + drawn) % below)
      await flow.run([...walks.map(walk => ({ ...walk, value: street })), ...endRecords(partitions)])
      const { logs, stores, emitted } = flow
      const found = emitted.map(({ value }) => value as Ring).sort(byName)
      assert.deepEqual(found, expectedRings(walks), 'and nothing late')
      for (const [partition, log] of logs.entries()) {
        const replayed = partitionIn(alarmsTopology(partitions), partition, partitions)
        for (let i = 0; i < log.length; i += 7) await replayed.take(log.slice(i, i + 7))
        assert.deepEqual(textOf(replayed), textOf(stores[partition]))
        assert.deepEqual(replayed.timers, stores[partition].timers)
      }
    }), { seed: 3, numRuns: 150 })
  t.pass('150 runs')
})

/** Every committed field. */
function textOf({ store }: MemoryPartition): string[] {
  return [...store.dump()].map(([name, packed]) => `${name}=${packed.toString('hex')}`)
}

/** A key of the partition. */
function keyIn(partition: number, partitions: number): string {
  return walkers.find(key => partitionOf(key, partitions) === partition)!
}
