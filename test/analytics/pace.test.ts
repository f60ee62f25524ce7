/** The wait before an insert follows the number of busy partitions. */
import t from 'tap'
import { InsertPace } from '../../analytics/pace.js'
import { ManualClock } from '../../engine/index.js'

t.test('short for one partition, longer for many, bounded, and short again', async t => {
  const clock = new ManualClock(1_000_000)
  const pace = new InsertPace(clock)
  t.equal(pace.lingerMs, 250, 'nobody inserts')
  pace.note(3)
  pace.note(3)
  t.equal(pace.lingerMs, 250)
  for (let partition = 0; partition < 16; partition++) pace.note(partition)
  t.equal(pace.lingerMs, 3_200)
  for (let partition = 0; partition < 256; partition++) pace.note(partition)
  t.equal(pace.lingerMs, 4_000)
  clock.advance(4_000)
  pace.note(7)
  t.equal(pace.lingerMs, 4_000)
  clock.advance(1_001)
  t.equal(pace.lingerMs, 250, 'only partition 7 is busy')
})
