/** Counted ages: quantiles are within a tenth of those of the ages themselves, however they were added up. */
import fc from 'fast-check'
import t from 'tap'
import { ManualClock } from '../../../engine/index.js'
import { Ages } from '../../../engine/record/ages.js'
import { RecentAges } from '../../../engine/topology/recent-ages.js'

const someAges = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 300 })

function agesOf(all: readonly number[]): Ages {
  const ages = new Ages()
  for (const ms of all) ages.note(ms)
  return ages
}

t.test('quantiles are within a tenth', async t => {
  fc.assert(fc.property(someAges, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, share) => {
    const sorted = [...all].sort((a, b) => a - b)
    const exact = sorted[Math.ceil(all.length * share) - 1]
    const found = agesOf(all).quantile(share)
    return found >= exact - 1 && found <= exact * 1.1 + 1
  }), { seed: 1 })
  t.equal(new Ages().quantile(0.5), 0)
  t.equal(agesOf([-5]).quantile(1), 0, 'clocks may differ')
})

t.test('what travels and is added up is what was counted', async () => {
  fc.assert(fc.property(someAges, someAges, (one, other) => {
    const both = Ages.of(agesOf(one).packed)
    both.add(Ages.ofSteps(agesOf(other).steps))
    return JSON.stringify(both.steps) === JSON.stringify(agesOf([...one, ...other]).steps)
      && both.count === one.length + other.length
  }), { seed: 2 })
})

t.test('only the last minute or two are remembered', async t => {
  const clock = new ManualClock(600_000)
  const recent = new RecentAges(clock)
  recent.add(agesOf([1, 2]))
  await clock.advance(60_000)
  recent.add(agesOf([3]))
  t.equal(recent.ages.count, 3)
  await clock.advance(60_000)
  t.equal(recent.ages.count, 1)
  await clock.advance(120_000)
  t.equal(recent.ages.count, 0)
})
