/** P1, P2: the wait before an insert follows the values that are inserted per second. */
import t from 'tap'
import { InsertPace } from '../../analytics/pace.js'
import { ManualClock } from '../../engine/index.js'

/** Sixteen partitions insert in turn, `rounds` times, so many values each per second. */
function load(pace: InsertPace, clock: ManualClock, valuesPerSecond: number, rounds: number): void {
  for (let round = 0; round < rounds; round++) {
    clock.advance(1_000)
    for (let partition = 0; partition < 16; partition++) pace.note(partition, valuesPerSecond)
  }
}

t.test('short while little is inserted, however many partitions insert', async t => {
  const clock = new ManualClock(1_000_000)
  const pace = new InsertPace(clock)
  t.equal(pace.lingerMs, 250, 'nobody inserts')
  load(pace, clock, 10, 9)
  t.equal(pace.lingerMs, 250, '160 values per second')
  load(pace, clock, 50, 9)
  t.ok(pace.lingerMs <= 1_250, `800 values per second: ${pace.lingerMs} ms`)
})

t.test('grows with the load, is bounded, and is short again after it', async t => {
  const clock = new ManualClock(1_000_000)
  const pace = new InsertPace(clock)
  const waits = [50, 100, 200, 250, 1_000].map(values => {
    load(pace, clock, values, 3)
    return pace.lingerMs
  })
  t.same(waits, [...waits].sort((a, b) => a - b))
  t.same(waits.slice(-2), [10_000, 10_000])
  clock.advance(13_001)
  t.equal(pace.lingerMs, 250)
})

t.test('one person who imports a file', async t => {
  const clock = new ManualClock(1_000_000)
  const pace = new InsertPace(clock)
  pace.note(3, 1_000)
  t.equal(pace.lingerMs, 250, 'the first insert says little about the rate')
  clock.advance(100)
  pace.note(3, 500)
  t.ok(pace.lingerMs > 250 && pace.lingerMs < 10_000, `a backlog in one partition: ${pace.lingerMs} ms`)
})
