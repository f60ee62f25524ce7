/** O1 of newest-components.ts under every change: who leaves makes room for who was just too old. */
import fc from 'fast-check'
import t from 'tap'
import { staticHash } from '../../../actors/embedding/index.js'
import { created } from '../../../actors/psp/absorb.js'
import { valueClaim } from '../../../actors/psp/claim.js'
import { numberOf } from '../../../actors/psp/component-id.js'
import type { Component } from '../../../actors/psp/component.js'
import { NEWEST_MAX, NewestComponents } from '../../../actors/psp/newest-components.js'
import { cosine } from '../../../actors/psp/vectors.js'
import { seededRandom } from '../../support/random.js'

const dayMs = 86_400_000
/** Each is like no other. */
const vectors = Array.from({ length: 1_000 }, (_, seed) => {
  const random = seededRandom(seed)
  return Uint8Array.from({ length: staticHash.dim }, () => Math.floor(random() * 256))
})
const [rare, common] = vectors

function component(number: number, day: number, vector: Uint8Array): Component {
  const intent = { type: 'current_goal' as const, confidence: 1, claim: valueClaim('topic:a', 'x'), vector,
    description: 'Wants to see it', evidence: '', isDirect: true }
  return created(`c${number}`, intent,
    { recordId: `r${day}`, app: 'a', at: day * dayMs, attention: 1, gapMs: dayMs })
}

t.test('O1: who leaves makes room for the newest of those that were too old', async t => {
  const newest = new NewestComponents()
  const unlike = Math.max(0, cosine(rare, common))
  const old = component(1, 1, rare)
  const others = Array.from({ length: NEWEST_MAX }, (_, i) => component(i + 2, i + 2, common))
  for (const one of [old, ...others]) newest.changed(undefined, one)
  t.equal(newest.nearest(rare), unlike, 'it is too old')
  newest.changed(others[7], undefined)
  t.equal(newest.nearest(rare), 1, 'and now among the newest')
  newest.changed(undefined, others[7])
  t.equal(newest.nearest(rare), unlike)
  const touched = { ...old, last_updated: 999 * dayMs }
  newest.changed(old, touched)
  t.equal(newest.nearest(rare), 1, 'what changes is new')
})

t.test('O1: after any changes the nearest is that of a walk', async t => {
  const change = fc.record({ number: fc.integer({ min: 1, max: NEWEST_MAX + 30 }),
    day: fc.integer({ min: 0, max: 900 }), of: fc.nat(vectors.length - 1),
    leaves: fc.boolean() })
  const given = fc.tuple(fc.array(change, { minLength: NEWEST_MAX, maxLength: NEWEST_MAX + 40 }),
    fc.array(change, { minLength: 100, maxLength: 200 }))
  fc.assert(fc.property(given, ([first, then]) => {
    const newest = new NewestComponents()
    const known = new Map<number, Component>()
    first.forEach((one, i) => put(i + 1, component(i + 1, one.day, vectors[one.of])))
    for (const { number, day, of, leaves } of then) {
      put(number, leaves ? undefined : component(number, day, vectors[of]))
    }
    function put(number: number, after: Component | undefined): void {
      newest.changed(known.get(number), after)
      if (after === undefined) known.delete(number)
      else known.set(number, after)
    }
    const order = [...known.values()]
      .sort((a, b) => a.last_updated - b.last_updated || numberOf(a.id) - numberOf(b.id))
    if (order.some(({ id }, i) => newest.all[i].id !== id)) throw new Error('another order')
    const rows = order.slice(-NEWEST_MAX)
    for (const { embedding: asked } of order.slice(-NEWEST_MAX - 8, -NEWEST_MAX + 8)) {
      const walked = Math.max(0, ...rows.map(({ embedding }) => cosine(asked, embedding)))
      if (newest.nearest(asked) !== walked) throw new Error(`${newest.nearest(asked)}, walked ${walked}`)
    }
    return true
  }), { seed: 11, numRuns: 25 })
  t.pass('25 persons')
})
