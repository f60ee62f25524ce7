/** Constants of the scoring that a version may set: known names, sane values, and what they change. */
import t from 'tap'
import { attentionOf, type AttentionCounts } from '../../../actors/person/attention.js'
import { priorityScoreOf } from '../../../actors/person/scores.js'
import { defaultScoring, scoringOf } from '../../../actors/person/scoring.js'

const deep: AttentionCounts = { similar: 2, notes: 1, visits: 1, related: 9, noteChars: 300, tags: 9,
  topicSpanMs: 0 }
const plain: AttentionCounts = { ...deep, related: 0, noteChars: 0, tags: 0 }

t.test('nothing set is the specification; what is set is set, the rest stays', t => {
  t.same(scoringOf({}), defaultScoring)
  t.same(scoringOf({ 'depth_factor.high': 1.1, daily_fade: 0.9 }),
    { daily_fade: 0.9, depth_factor: { low: 0.8, medium: 1, high: 1.1 } })
  t.end()
})

t.test('unknown constants and absurd values are refused', t => {
  t.throws(() => scoringOf({ 'depth_factor.hihg': 1 }), { code: 'CONFIG_INVALID', message: /Known are/ })
  for (const value of [-1, 11, NaN]) {
    t.throws(() => scoringOf({ daily_fade: value }), { code: 'CONFIG_INVALID' }, String(value))
  }
  t.end()
})

t.test('a factor changes the records that it is for, and no others', t => {
  const scoring = scoringOf({ 'depth_factor.high': 1.1 })
  t.equal(attentionOf(deep).metrics.interaction_depth, 'high')
  t.ok(attentionOf(deep, scoring).weight < attentionOf(deep).weight)
  t.same(attentionOf(plain, scoring), attentionOf(plain))
  t.ok(priorityScoreOf(0.8, 172_800_000, 0.5, 0.9) < priorityScoreOf(0.8, 172_800_000, 0.5))
  t.end()
})
