/**
 * X1 of claim-index.ts, way by way: each pair of claims that is not apart is found by the one reason that it
 * has, in a crowd that makes the other reasons useless; and most of the crowd is not found.
 */
import t from 'tap'
import { ClaimIndex } from '../../../actors/psp/claim-index.js'
import { claimOf } from '../../../actors/psp/claim.js'
import type { Claim } from '../../../actors/psp/component.js'
import { compareClaims, type Verdict } from '../../../actors/psp/guard.js'

const like = (object: string, polarity: 1 | -1 = 1): Claim => claimOf('liking', object, polarity, false)
const crowdSize = 40
const sought = 1

/** An index of a claim and of a crowd; `words` are in every claim of the crowd, one at a time. */
function indexOf(claim: Claim, words: readonly string[]): { index: ClaimIndex, crowd: readonly Claim[] } {
  const index = new ClaimIndex()
  index.add(sought, claim)
  const crowd = words.flatMap(word => Array.from({ length: crowdSize }, (_, i) =>
    like(`${word} qualm${i} vertex${i} zither${i} onyx${i} ledge${i}`)))
  crowd.forEach((one, i) => index.add(sought + 1 + i, one))
  return { index, crowd }
}

/**
 * The one that is asked for, the one that is known, and whose words are common: the rarest word of the first
 * is one that the second lacks.
 */
const pairs: readonly (readonly [Verdict, Claim, Claim, readonly string[], string])[] = [
  ['open', like('green tea'), like('tea'), [], 'one word more, the rarest: the next one is looked up'],
  ['open', like('tea'), like('green tea'), [], 'one word less'],
  ['open', like('strong black coffee beans'), like('black coffee beans'), ['black', 'coffee'],
    'one word more, others common'],
  ['contradicts', like('old blue maps of french harbours'), like('old blue maps', -1),
    ['old', 'blue', 'maps'], 'five stems and three of them: .6 of the subject'],
  ['contradicts', like('green tea over strong coffee'), like('coffee over tea'), [], 'turned around'],
  ['same', like('a tea pot'), like('a teapot'), [], 'joined words'],
  ['contradicts', claimOf('liking', 'blue', 1, true), claimOf('liking', 'dark red', 1, true), [],
    'one value at a time'],
]

t.test('X1: who is not apart is near, for whichever reason', async t => {
  for (const [verdict, asked, known, common, why] of pairs) {
    t.equal(compareClaims(asked, known), verdict, why)
    const { index, crowd } = indexOf(known, common)
    const near = index.near(asked, undefined)
    t.ok(near.has(sought), why)
    for (const [i, one] of crowd.entries()) {
      if (compareClaims(asked, one) !== 'apart') t.ok(near.has(sought + 1 + i))
    }
    t.ok(near.size <= 1 + crowdSize, `${near.size} of ${crowd.length + 1}`)
    index.remove(sought, known)
    t.notOk(index.near(asked, undefined).has(sought), 'what left is not found')
  }
})

t.test('X1: claims without stems are about the same nothing', async t => {
  const a = claimOf('liking', 'people', 1, false, 'people of the village')
  const b = claimOf('liking', 'everyone', -1, false, 'everyone in town')
  t.same([a.stems, b.stems], [[], []])
  t.equal(compareClaims(a, b), 'contradicts')
  t.ok(indexOf(b, []).index.near(a, undefined).has(sought))
})

t.test('X1: what is no longer so is found with whatever else is said of it', async t => {
  const known = like('tall houses by the sea')
  const { index } = indexOf(known, ['houses'])
  const next = claimOf('goal', 'live in the woods', 1, false)
  t.notOk(index.near(next, undefined).has(sought))
  t.ok(index.near(next, like('tall houses')).has(sought), 'by its rarest word')
  t.notOk(index.near(next, like('tall towers')).has(sought), 'only who has all its words')
})
