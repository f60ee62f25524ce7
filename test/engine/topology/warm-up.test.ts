/** The ration of loading after takeovers, on a clock that is moved: how much, how long, and for whom. */
import fc from 'fast-check'
import t from 'tap'
import { ManualClock } from '../../../engine/clock/index.js'
import { warmUpBytesAtOnceMax, warmUpBytesPerSecondMax, warmUpMs } from '../../../engine/limits/limits.js'
import { WarmUp } from '../../../engine/topology/warm-up.js'

const never = new AbortController().signal

t.test('U3: a partition that nobody committed for is not held back', async t => {
  const warmUp = new WarmUp(new ManualClock(1_000))
  const since = warmUp.begin(0)
  for (let i = 0; i < 100; i++) {
    const allowance = await warmUp.reserve(since, never)
    t.equal(allowance.actorsMax, Infinity)
    warmUp.settle(allowance, 1_000, 1e9)
  }
})

t.test('U1: whatever batches need, what is loaded stays within rate, savings and one batch', async t => {
  const batches = fc.array(fc.record({ actors: fc.integer({ min: 1, max: 40 }),
    actorBytes: fc.integer({ min: 500, max: 200_000 }), passMs: fc.integer({ min: 0, max: 60 }) }),
  { minLength: 10, maxLength: 60 })
  await fc.assert(fc.asyncProperty(batches, async all => {
    const clock = new ManualClock(1_000)
    const warmUp = new WarmUp(clock)
    const since = warmUp.begin(7)
    let loaded = 0
    for (const { actors, actorBytes, passMs } of all) {
      const reserved = warmUp.reserve(since, never)
      let isThere = false
      void reserved.then(() => { isThere = true })
      await settled()
      for (; !isThere; await settled()) clock.advance(1)
      const allowance = await reserved
      if (allowance.actorsMax === Infinity) return
      const passedMs = clock.now() - since
      t.ok(loaded <= warmUpBytesAtOnceMax + passedMs / 1_000 * warmUpBytesPerSecondMax, 'paid')
      const bytes = Math.min(actors, allowance.actorsMax) * actorBytes
      loaded += bytes
      warmUp.settle(allowance, Math.min(actors, allowance.actorsMax), bytes)
      clock.advance(passMs)
    }
  }), { seed: 3, numRuns: 60 })
})

t.test('who finds everything reserved waits until it is given back or time has brought more', async t => {
  const clock = new ManualClock(1_000)
  const warmUp = new WarmUp(clock)
  const since = warmUp.begin(7)
  const first = await warmUp.reserve(since, never)
  t.equal(first.reservedBytes, warmUpBytesAtOnceMax)
  let isThere = false
  const second = warmUp.reserve(since, never)
  void second.then(() => { isThere = true })
  await settled()
  t.notOk(isThere)
  warmUp.settle(first, 2, 2_000)
  clock.advance(5)
  t.equal((await second).reservedBytes, warmUpBytesAtOnceMax)
  t.ok((await second).actorsMax > first.actorsMax, 'small actors: more of them')
})

t.test('it ends in time, when the clock goes back, and when the task is drained', async t => {
  const clock = new ManualClock(1_000_000)
  const warmUp = new WarmUp(clock)
  const since = warmUp.begin(7)
  warmUp.settle(await warmUp.reserve(since, never), 1, 10 * warmUpBytesPerSecondMax)
  const draining = new AbortController()
  const drained = warmUp.reserve(since, draining.signal)
  const waiting = warmUp.reserve(since, never)
  draining.abort()
  t.strictSame(await drained, { actorsMax: 1, reservedBytes: 0 }, 'one entry at a time')
  clock.advance(warmUpMs)
  t.equal((await waiting).actorsMax, Infinity)
  t.equal((await warmUp.reserve(since, never)).actorsMax, Infinity)
  t.equal((await warmUp.reserve(clock.now() + 5_000, never)).actorsMax, Infinity)
})

/** Lets promises settle. */
function settled(): Promise<void> {
  return new Promise(resolve => { setImmediate(resolve) })
}
