/** Isotonic knots: I1, and that they follow the points. */
import fc from 'fast-check'
import t from 'tap'
import { isotonicKnots, scaleAt } from './isotonic.js'

const unit = fc.double({ min: 0, max: 1, noNaN: true })
const points = fc.array(fc.record({ cosine: unit, scale: unit }), { maxLength: 60 })

t.test('I1 knots rise between their ends, whatever the points and their order', async t => {
  fc.assert(fc.property(points, fc.integer({ min: 1, max: 12 }), (some, most) => {
    const knots = isotonicKnots(some, most)
    const isRising = knots.every(({ cosine, scale }, i) =>
      i === 0 || (cosine > knots[i - 1].cosine && scale > knots[i - 1].scale))
    return isRising && knots.length <= most + 3
      && JSON.stringify(knots) === JSON.stringify(isotonicKnots([...some].reverse(), most))
  }), { seed: 52, numRuns: 300 })
  t.same(isotonicKnots([], 4).map(({ cosine }) => cosine), [-1, 0, 1])
})

t.test('groups that fall are pooled; between knots the line decides', async t => {
  const knots = isotonicKnots([
    { cosine: 0.2, scale: 0.2 }, { cosine: 0.4, scale: 0.7 }, { cosine: 0.6, scale: 0.5 },
    { cosine: 0.8, scale: 0.9 },
  ], 4)
  t.same(knots.slice(2, -1),
    [{ cosine: 0.2, scale: 0.2 }, { cosine: 0.5, scale: 0.6 }, { cosine: 0.8, scale: 0.9 }])
  t.equal(scaleAt(knots, -1), -1)
  t.equal(scaleAt(knots, 0.5), 0.6)
  t.ok(Math.abs(scaleAt(knots, 0.35) - 0.4) < 1e-9)
  t.equal(scaleAt(knots, 1), 1)
})
