/** The sketch of hot keys: what it must never miss, and that it forgets. Against exact counts, seeded. */
import t from 'tap'
import { ManualClock } from '../../../engine/index.js'
import { hotKeysKept } from '../../../engine/limits/limits.js'
import { HotKeys } from '../../../engine/topology/hot-keys.js'
import { seededRandom } from '../../support/random.js'

t.test('a key with more than its fair share is never missed, nor said to have more than it has', async t => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const random = seededRandom(seed)
    const hot = new HotKeys(new ManualClock(0))
    const exact = new Map<string, number>()
    const total = 30_000
    for (let i = 0; i < total; i++) {
      // a few keys with many records, thousands with few
      const key = `k${Math.floor(random() ** 6 * 5_000)}`
      exact.set(key, (exact.get(key) ?? 0) + 1)
      hot.count(key)
      if (i % 50 === 49) hot.flush()
    }
    hot.flush()
    const top = hot.top(hotKeysKept)
    const fair = total / hotKeysKept
    const frequent = [...exact].filter(([, count]) => count > 2 * fair).map(([key]) => key)
    t.ok(frequent.length > 0 && frequent.every(key => top.some(one => one.key === key)), `seed ${seed}`)
    t.notOk(top.some(({ key, records }) => records > exact.get(key)!), 'counts are at least these')
    t.equal(hot.top(1)[0].key, [...exact].sort((a, b) => b[1] - a[1])[0][0])
    t.equal(top.length <= hotKeysKept, true)
  }
})

t.test('older minutes count half as much each; what was hot an hour ago is forgotten', async t => {
  const clock = new ManualClock(0)
  const hot = new HotKeys(clock)
  for (let i = 0; i < 100; i++) hot.count('old')
  hot.flush()
  t.strictSame(hot.top(5), [{ key: 'old', records: 100, share: 1 }])
  clock.advance(60_000)
  for (let i = 0; i < 150; i++) hot.count('new')
  hot.flush()
  t.strictSame(hot.top(5),
    [{ key: 'new', records: 150, share: 0.75 }, { key: 'old', records: 50, share: 0.25 }])
  clock.advance(3_600_000)
  hot.count('newest')
  hot.flush()
  t.strictSame(hot.top(5).map(({ key }) => key), ['newest'])
})
