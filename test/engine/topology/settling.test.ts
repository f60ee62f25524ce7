/** Waiting for the fold: T1 each for what was appended when it called, T2 and one look for all. */
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { ManualClock } from '../../../engine/clock/index.js'
import { Settling, type Counts } from '../../../engine/topology/settling.js'
import { until } from '../../support/until.js'

const pollMs = 5
/** Resolves when every promise that could go on has. */
const drained = (): Promise<void> => setImmediate()

function settlingOf(): {
  settling: Settling, clock: ManualClock, counts: { appended: number, folded: number }, looks: () => number,
  stopping: AbortController, breakWith: (reason: Error) => void
} {
  const counts = { appended: 0, folded: 0 }
  const clock = new ManualClock()
  const stopping = new AbortController()
  let looks = 0
  let broken: Error | undefined
  const read = (): Promise<Counts> => {
    looks += 1
    return broken ? Promise.reject(broken) : Promise.resolve({ ...counts })
  }
  return { settling: new Settling(read, clock, stopping.signal), clock, counts, looks: () => looks, stopping,
    breakWith: reason => { broken = reason } }
}

t.test('T1 T2: six hundred wait on one look, each for what was there when it called', async t => {
  const { settling, clock, counts, looks } = settlingOf()
  const done: number[] = []
  const all = Array.from({ length: 600 }, async (_, i) => {
    counts.appended = i + 1
    const isSettled = await settling.settled(0, 'a.1', 1_000)
    t.ok(isSettled)
    done.push(i)
  })
  await until('all have called', () => looks() === 600)
  counts.appended = 10_000
  counts.folded = 300
  await until('the first are told', async () => {
    await clock.advance(pollMs)
    return done.length === 300
  })
  t.ok(done.every(i => i < 300))
  t.ok(looks() < 640, `${looks()} looks`)
  counts.folded = 600
  await until('all are told', async () => {
    await clock.advance(pollMs)
    return done.length === 600
  })
  await Promise.all(all)
  const before = looks()
  await clock.advance(100 * pollMs)
  t.equal(looks(), before, 'nobody waits')
})

t.test('T2: one look each time for all who wait for the same, however they came', async t => {
  const { settling, clock, counts, looks } = settlingOf()
  const told: boolean[] = []
  const call = async (partition: number, id: string): Promise<void> => {
    const before = looks()
    void settling.settled(partition, id, 10_000).then(isSettled => told.push(isSettled))
    await until('it has looked once for itself', () => looks() === before + 1)
    await drained()
  }
  const looksOf = async (polls: number): Promise<number> => {
    const before = looks()
    for (let i = 0; i < polls; i += 1) {
      clock.advance(pollMs)
      await drained()
    }
    return looks() - before
  }
  counts.appended = 1
  await call(0, 'a.1')
  t.equal(await looksOf(10), 10)
  for (let i = 0; i < 5; i += 1) await call(0, 'a.1')
  t.equal(await looksOf(10), 10, 'six wait on one look')
  await call(1, 'a.1')
  await call(0, 'a.2')
  t.equal(await looksOf(10), 30, 'another partition, and another version, have their own')
  counts.folded = 1
  t.equal(await looksOf(1), 3, 'the last ones')
  t.same(told, Array.from({ length: 8 }, () => true))
  counts.appended = 2
  await call(0, 'a.1')
  t.equal(await looksOf(10), 10, 'who comes when all were told begins anew')
  counts.folded = 2
  t.equal(await looksOf(3), 1)
})

t.test('a caller hears when its time is over, when nobody waits on, and what went wrong', async t => {
  const late = settlingOf()
  late.counts.appended = 1
  t.equal(await late.settling.settled(0, 'a.1', 0), false)
  const waits = late.settling.settled(0, 'a.1', 12)
  const other = late.settling.settled(1, 'a.1', 1_000)
  let isTold = false
  void waits.then(() => { isTold = true })
  await until('its time is over', async () => {
    await late.clock.advance(pollMs)
    return isTold
  })
  t.equal(await waits, false)
  late.stopping.abort()
  t.equal(await other, false)
  const broken = settlingOf()
  broken.counts.appended = 1
  const fails = broken.settling.settled(0, 'a.1', 1_000)
  const failed = t.rejects(fails, /Redis is away/)
  await until('it waits', () => broken.looks() === 1)
  broken.breakWith(new Error('Redis is away'))
  await broken.clock.advance(pollMs)
  await failed
})
