/**
 * Determinism: the state is a function of the records, not of how they were cut, where they were folded, or
 * what crashed.
 */
import fc from 'fast-check'
import t from 'tap'
import type { PersonCommand } from '../../../actors/person/commands.js'
import { hourMs, Keeper, start, type Kept } from './keeping.js'

const subjects = ['bread', 'git branches', 'the redis cluster', 'trail running', 'a garden pond', 'tax forms']
const openings = [
  'I want to finish',
  'I love',
  'I do not like',
  'How to fix',
  'Notes about',
  'I no longer like',
  'I am learning about',
]
const tags = ['food', 'git', 'redis', 'sport', 'garden', 'work']

const kept: fc.Arbitrary<Kept> = fc.record({
  id: fc.integer({ min: 1, max: 40 }).map(i => `n${i}`),
  note: fc
    .tuple(fc.constantFrom(...openings), fc.constantFrom(...subjects), fc.integer({ min: 1, max: 3 }))
    .map(([opening, subject, n]) => `${opening} ${subject} in ${n} days.`),
  tag: fc.subarray(tags, { maxLength: 4 }),
  address: fc.constantFrom('', 'https://example.org/a', 'https://example.org/b'),
  at: fc.integer({ min: 0, max: 2_000 }).map(hours => start + hours * hourMs),
})

t.test('split differently, and crashed in between: the same bytes', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(kept, { minLength: 5, maxLength: 30 }),
      fc.integer({ min: 1, max: 7 }),
      async (records, size) => {
        const whole = await Keeper.begin()
        await whole.keep(...records)
        const parts = await Keeper.begin()
        for (let at = 0; at < records.length; at += size) {
          await parts.keep(...records.slice(at, at + size))
          parts.forget()
        }
        return withoutPositions(whole) === withoutPositions(parts)
      },
    ),
    { seed: 11, numRuns: 25 },
  )
  t.pass('25 histories')
})

const command: fc.Arbitrary<PersonCommand> = fc.tuple(
  fc.integer({ min: 1, max: 4 }).map(i => `c${i}`), fc.integer({ min: 0, max: 5 }),
  fc.constantFrom(...openings), fc.constantFrom(...subjects),
).map(([component, kind, opening, subject]): PersonCommand => {
  switch (kind) {
    case 0: return { kind: 'remove', component }
    case 1: return { kind: 'amend', component, isRestored: true }
    case 2: return { kind: 'amend', component, isPinned: subject.length % 2 === 0 }
    case 3: return { kind: 'amend', component, description: `${opening} ${subject}` }
    default: return { kind: 'rate', component, rating: kind }
  }
})

t.test('with commands between the records: the same bytes', async t => {
  const life = fc.array(fc.oneof({ weight: 3, arbitrary: kept }, { weight: 2, arbitrary: command }),
    { minLength: 5, maxLength: 30 })
  let said = 0
  await fc.assert(fc.asyncProperty(life, fc.integer({ min: 1, max: 7 }), async (all, size) => {
    const whole = await Keeper.begin()
    await whole.live(...all)
    const parts = await Keeper.begin()
    for (let at = 0; at < all.length; at += size) {
      await parts.live(...all.slice(at, at + size))
      parts.forget()
    }
    said += whole.changes().filter(({ record_id: cause }) => cause === '').length
    return withoutPositions(whole) === withoutPositions(parts)
  }), { seed: 12, numRuns: 25 })
  t.ok(said > 30, `25 histories, in which ${said} changes were said`)
})

t.test('a full window survives a crash with the same novelty', async t => {
  const words = [
    'oak',
    'elm',
    'ash',
    'fir',
    'yew',
    'birch',
    'maple',
    'cedar',
    'larch',
    'pine',
    'rowan',
    'hazel',
    'alder',
  ]
  const note = (i: number): Kept => ({
    note: `${words[i % 13]} ${words[(i * 5) % 13]} ${words[(i * 7) % 11]} tree number ${i}`,
  })
  const [steady, crashed] = [await Keeper.begin(), await Keeper.begin()]
  for (let i = 0; i < 540; i += 20) {
    const batch = Array.from({ length: 20 }, (_, k) => note(i + k))
    await steady.keep(...batch)
    await crashed.keep(...batch)
    if (i % 100 === 0) crashed.forget()
  }
  t.equal(steady.cells().recent.length, 512)
  t.strictSame(
    crashed.folded().map(({ quality_parts: { novelty } }) => novelty),
    steady.folded().map(({ quality_parts: { novelty } }) => novelty),
  )
  t.equal(withoutPositions(steady), withoutPositions(crashed))
})

/** Positions name the blocks, which differ here on purpose: rows are compared by everything else. */
function withoutPositions(keeper: Keeper): string {
  const cells = keeper.stored().filter(field => !field.startsWith('t|person|records|'))
  const rows = keeper
    .folded()
    .map(folded => ({ ...folded, position: '', vector: Buffer.from(folded.vector).toString('base64') }))
  return JSON.stringify([cells, rows])
}
