/** The wait before an insert follows the number of busy partitions. */
import t from 'tap'
import { insertLingerMs } from '../../analytics/pace.js'

t.test('short for one partition, longer for many, bounded', async t => {
  t.equal(insertLingerMs(0), 250, 'nobody inserts')
  t.equal(insertLingerMs(1), 250)
  t.equal(insertLingerMs(16), 3_200)
  t.equal(insertLingerMs(256), 4_000)
})
