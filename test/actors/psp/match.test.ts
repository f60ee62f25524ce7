/** Thresholds, blending, evidence, fading, shares: the numbers of SPEC section 4. */
import t from 'tap'
import { activityOf } from '../../../actors/psp/activity.js'
import { absorbed, created, type Cause } from '../../../actors/psp/absorb.js'
import { claimOf } from '../../../actors/psp/claim.js'
import type { Component } from '../../../actors/psp/component.js'
import { fade, halfLifeMs, weightAt } from '../../../actors/psp/decay.js'
import { withEvidence } from '../../../actors/psp/evidence.js'
import { matchIntent, mergeStrength, stepFor } from '../../../actors/psp/match.js'
import { activationThreshold, priorityOf, rebalanced } from '../../../actors/psp/rebalance.js'
import { cosine } from '../../../actors/psp/vectors.js'
import type { Intent } from '../../../actors/psp/intent.js'

const dayMs = 86_400_000
const cause: Cause = { recordId: 'r1', app: 'a', at: 0, attention: 0.5, gapMs: dayMs }

function axis(...values: number[]): Uint8Array {
  const vector = new Int8Array(384)
  vector.set(values)
  return new Uint8Array(vector.buffer)
}

function intentOf(vector: Uint8Array, object = 'green tea'): Intent {
  return {
    type: 'learning_preference',
    description: `Likes ${object}`,
    confidence: 0.7,
    claim: claimOf('liking', object, 1, false),
    vector,
    evidence: '',
    isDirect: true,
  }
}

t.test('the step follows the similarity', async t => {
  t.strictSame([0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.2].map(stepFor), [
    'strengthen',
    'update',
    'update',
    'merge',
    'merge',
    'create',
    'create',
  ])
  t.strictSame([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.1].map(mergeStrength), [1, 0.8, 0.8, 0.6, 0.6, 0.3, 0.3])
})

t.test('weight, confidence and vector of each step', async t => {
  const base = created('c1', intentOf(axis(127)), cause)
  t.match(base, { total_attention_weight: 0.5, confidence: 0.7, activation_threshold: 0.5 })
  const strengthened = absorbed(base, 'strengthen', intentOf(axis(0, 127)), { ...cause, recordId: 'r2' })
  t.match(strengthened, { total_attention_weight: 1.1, confidence: 0.8 })
  t.equal(cosine(strengthened.embedding, base.embedding), 1)
  const updated = absorbed(base, 'update', intentOf(axis(0, 127)), { ...cause, recordId: 'r2' })
  t.match(updated, { total_attention_weight: 1, confidence: 0.7 })
  t.ok(
    Math.abs(cosine(updated.embedding, axis(127)) - 0.4 / Math.hypot(0.4, 0.6)) < 0.01,
    'merge strength .6',
  )
  const merged = absorbed(base, 'merge', intentOf(axis(0, 127)), { ...cause, recordId: 'r2' })
  t.match(merged, { total_attention_weight: 0.9 })
  t.ok(Math.abs(cosine(merged.embedding, axis(127)) - 0.7 / Math.hypot(0.7, 0.3)) < 0.01, 'half of it')
})

t.test(
  'the same claim in other words merges; a similar vector of another claim does not cross the guard',
  async t => {
    const known = created('c1', intentOf(axis(127)), cause)
    t.match(matchIntent(intentOf(axis(0, 127)), [known]), { step: 'merge', target: { id: 'c1' } })
    const not = { ...intentOf(axis(127)), claim: claimOf('liking', 'green tea', -1, false) }
    t.match(matchIntent(not, [known]), { step: 'create', target: undefined, contradicted: [{ id: 'c1' }] })
    t.match(matchIntent(intentOf(axis(127), 'strong green tea'), [known]), { step: 'strengthen' })
    t.match(matchIntent(intentOf(axis(127, 70), 'strong green tea'), [known]), { step: 'create' })
    t.match(matchIntent(intentOf(axis(127), 'long walks'), [known]), { step: 'create', contradicted: [] })
  },
)

t.test('fading: half after a half-life, adapted to the pace, nothing is written', async t => {
  t.equal(fade(1, 10, 10), 0.5)
  t.equal(fade(1, -10, 10), 1)
  t.equal(halfLifeMs('learning', 1), 90 * dayMs)
  t.equal(halfLifeMs('working', 1_000), 7 * dayMs)
  t.equal(halfLifeMs('working', 30 * dayMs), 30 * dayMs)
  t.equal(halfLifeMs('core', dayMs), 360 * dayMs)
  const known = created('c1', intentOf(axis(127)), cause)
  t.equal(weightAt(known, 90 * dayMs, dayMs), 0.25)
})

t.test('shares, priorities, thresholds', async t => {
  t.strictSame([0.16, 0.15, 0.09, 0.08, 0.01].map(priorityOf), ['high', 'medium', 'medium', 'low', 'low'])
  t.strictSame([0.5, 1, 0, 2, -2].map(activationThreshold), [0.5, 0.35, 0.65, 0.1, 0.9])
  const weights = [0.9, 0.1]
  const components = weights.map((attention, i): Component =>
    created(`c${i}`, intentOf(axis(127)), { ...cause, attention }),
  )
  t.strictSame(
    rebalanced(components, 0, dayMs).map(({ normalized_weight: share, priority }) => [share, priority]),
    [
      [0.9, 'high'],
      [0.1, 'medium'],
    ],
  )
})

t.test(
  'activity: high, or updated within 7 days, or activated within 3; unused for 30 days and low: archived',
  async t => {
    const low: Component = { ...created('c1', intentOf(axis(127)), cause), priority: 'low' }
    t.equal(activityOf(low, 7 * dayMs), 'active')
    t.equal(activityOf({ ...low, last_activated: 10 * dayMs }, 13 * dayMs), 'active')
    t.equal(activityOf(low, 8 * dayMs), 'dormant')
    t.equal(activityOf(low, 31 * dayMs), 'archived')
    t.equal(activityOf({ ...low, priority: 'medium' }, 31 * dayMs), 'dormant')
    t.equal(activityOf({ ...low, priority: 'high' }, 400 * dayMs), 'active')
  },
)

t.test('evidence keeps the strongest and the newest, and counts the rest', async t => {
  let evidence = withEvidence({ evidence: [], support: { records: 0, strengths: [] } }, 'strong', 0.9)
  for (let i = 1; i <= 30; i += 1) evidence = withEvidence(evidence, `r${i}`, i <= 5 ? 0.5 : 0.2)
  t.strictSame(evidence.evidence, [
    'strong',
    'r1',
    'r2',
    'r3',
    'r4',
    'r5',
    'r30',
    'r29',
    'r28',
    'r27',
    'r26',
    'r25',
  ])
  t.equal(evidence.support.records, 31)
  t.strictSame(withEvidence(evidence, 'r28', 1), evidence)
})
