/**
 * N1 the index of the components says what a walk through all says, whatever came before, undone turns too;
 * X1 no claim that meets another is overlooked; S1 the sums are the same kept and made anew.
 */
import fc from 'fast-check'
import t from 'tap'
import { staticHash } from '../../../actors/embedding/index.js'
import { created } from '../../../actors/psp/absorb.js'
import { claimOf, valueClaim } from '../../../actors/psp/claim.js'
import { numberOf } from '../../../actors/psp/component-id.js'
import { ComponentIndex } from '../../../actors/psp/component-index.js'
import type { Claim, Component } from '../../../actors/psp/component.js'
import { descriptionKey } from '../../../actors/psp/echo.js'
import { compareClaims } from '../../../actors/psp/guard.js'
import type { Intent } from '../../../actors/psp/intent.js'
import { matchIntent } from '../../../actors/psp/match.js'
import { NEWEST_MAX } from '../../../actors/psp/newest-components.js'
import { totalWeightAt } from '../../../actors/psp/rebalance.js'
import { cosine } from '../../../actors/psp/vectors.js'
import { indexedMap, Journal, type IndexedMapCell, type MapCell } from '../../../engine/state/index.js'

const dayMs = 86_400_000
const declared = indexedMap((components: MapCell<Component>) => new ComponentIndex(components))
type Components = IndexedMapCell<Component, ComponentIndex>

const nouns = ['tea', 'coffee', 'the foot ball', 'football', 'a red bicycle', 'Ana', '3 dogs', '4 dogs']
const object = fc.tuple(
  fc.subarray(nouns, { minLength: 1, maxLength: 3 }), fc.constantFrom(' and ', ' over ', ' by ', ' of '),
).map(([few, joint]) => few.join(joint))
const claim: fc.Arbitrary<Claim> = fc.oneof(
  fc.tuple(fc.constantFrom('like', 'goal'), object, fc.constantFrom(1 as const, -1 as const), fc.boolean())
    .map(([slot, what, polarity, isSingle]) => claimOf(slot, what, polarity, isSingle)),
  fc.tuple(fc.constantFrom('topic:a', 'style:b', 'like'), fc.constantFrom('x', 'y'))
    .map(([slot, value]) => valueClaim(slot, value)))
const vector = fc.integer({ min: 1, max: 9 }).map(step =>
  Uint8Array.from({ length: staticHash.dim }, (_, i) => (i * step) % 7))

const change = fc.record({
  number: fc.integer({ min: 1, max: 40 }), claim, vector,
  weight: fc.integer({ min: 1, max: 40_000 }).map(units => units / 10_000),
  day: fc.integer({ min: 0, max: 400 }), fate: fc.constantFrom('stays', 'ends', 'is removed', 'is archived'),
})
const turn = fc.record({ changes: fc.array(change, { minLength: 1, maxLength: 6 }), fails: fc.boolean() })

type Given = typeof change extends fc.Arbitrary<infer T> ? T : never

function componentOf(given: Given): Component {
  const { number, day, fate } = given
  const intent: Intent = { type: 'current_goal', confidence: 1, claim: given.claim, vector: given.vector,
    description: `Wants to see it ${number % 5} times`, evidence: '', isDirect: true }
  const at = day * dayMs
  const born = created(`c${number}`, intent,
    { recordId: `r${day}`, app: 'a', at, attention: given.weight, gapMs: dayMs })
  if (fate === 'stays') return born
  const said = { pinned_at: null, corrected_at: null, removed_at: at, ratings: 0, factor: 1 }
  return { ...born, valid_to: at, ...(fate === 'ends' ? {} : { said }) }
}

/** What the index says that differs from what a walk through all components says. */
function differences(components: Components, asked: readonly Claim[]): string[] {
  const { index } = components
  const all = components.entries().map(([, component]) => component)
  const current = all.filter(({ valid_to: to }) => to === null)
  const wrong: string[] = []
  for (const one of asked) {
    const near = index.near(one, undefined)
    for (const { id, claim: other } of current) {
      if (compareClaims(one, other) !== 'apart' && !near.has(numberOf(id))) wrong.push(`near ${id}`)
    }
    const intent = { claim: one, replaces: asked[0], vector: current[0]?.embedding ?? new Uint8Array(384) }
    const among = current.filter(({ id }) => index.near(one, asked[0]).has(numberOf(id)))
    const [few, many] = [matchIntent(intent, among), matchIntent(intent, current)]
    if (few.target?.id !== many.target?.id || few.contradicted.length !== many.contradicted.length) {
      wrong.push('match')
    }
  }
  for (const { id, claim: { slot }, evidence: [record] } of current) {
    const isName = slot !== 'goal' && index.ofSlot(slot).includes(numberOf(id))
    if ((slot === 'topic:a' || slot === 'style:b') && !isName) wrong.push(`slot of ${id}`)
    if (!slot.startsWith('topic:') && !index.aloneOn(record).includes(numberOf(id))) wrong.push(`alone ${id}`)
  }
  const keys = new Set(current.map(({ description }) => descriptionKey(description)))
  for (let i = 0; i < 5; i += 1) {
    const key = descriptionKey(`Wants to see it ${i} times`)
    if (index.says(key) !== keys.has(key)) wrong.push(`says ${i}`)
  }
  const out = all.filter(({ valid_to: to, said }) => to !== null && said !== undefined).map(({ id }) => id)
  if ([...index.ruledOut].map(({ id }) => id).sort().join() !== out.sort().join()) wrong.push('ruled out')
  return wrong
}

function anew(components: Components): ComponentIndex {
  const other = declared.create(new Journal())
  for (const [id, component] of components.entries()) other.put(id, component)
  return other.index
}

t.test('N1, X1, S1: after any turns, kept and undone, the index equals the walk', async t => {
  const histories = fc.array(turn, { minLength: 1, maxLength: 12 })
  fc.assert(fc.property(histories, fc.array(claim, { minLength: 3, maxLength: 6 }),
    (turns, asked) => {
      const journal = new Journal()
      const components = declared.create(journal)
      components.index.totalAt(0, dayMs)
      let now = 0
      for (const { changes, fails } of turns) {
        for (const one of changes) {
          if (one.fate === 'is archived') components.delete(`c${one.number}`)
          else components.put(`c${one.number}`, componentOf(one))
          now = Math.max(now, one.day * dayMs)
        }
        if (fails) journal.rollBack()
        else journal.keep()
        const wrong = differences(components, asked)
        if (wrong.length > 0) throw new Error(wrong.join('; '))
        const total = components.index.totalAt(now, dayMs)
        if (total !== anew(components).totalAt(now, dayMs)) throw new Error('S1: made anew, the sum differs')
        const walked = totalWeightAt(components.entries().map(([, one]) => one), now, dayMs)
        if (Math.abs(total - walked) > 1e-3 * walked + 1e-3) throw new Error(`${total}, walked ${walked}`)
      }
      return true
    }), { seed: 6, numRuns: 300 })
  t.pass('300 histories')
})

t.test('the nearest of the components that changed last, however they came', async t => {
  const vectors = Array.from({ length: 11 }, (_, step) =>
    Uint8Array.from({ length: staticHash.dim }, (_, i) => (i * (step + 2)) % 11))
  const one = fc.record({ number: fc.integer({ min: 1, max: NEWEST_MAX + 60 }),
    day: fc.integer({ min: 0, max: 900 }), of: fc.integer({ min: 0, max: 10 }) })
  const given = fc.array(one, { minLength: 400, maxLength: 500 })
  fc.assert(fc.property(given, many => {
    const components = declared.create(new Journal())
    const asked = vectors[3]
    components.index.nearest(asked)
    for (const { number, day, of } of many) {
      components.put(`c${number}`, componentOf({ number, day, vector: vectors[of], weight: 1, fate: 'stays',
        claim: valueClaim(`topic:${number}`, 'x') }))
    }
    const newest = components.entries().map(([, one]) => one)
      .sort((a, b) => b.last_updated - a.last_updated || numberOf(b.id) - numberOf(a.id)).slice(0, NEWEST_MAX)
    const walked = Math.max(0, ...newest.map(({ embedding }) => cosine(asked, embedding)))
    return components.index.nearest(asked) === walked && anew(components).nearest(asked) === walked
  }), { seed: 7, numRuns: 40 })
  t.pass('40 persons')
})
