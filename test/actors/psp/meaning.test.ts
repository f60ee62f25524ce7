/** What statements mean, where the pipeline knows: it decides likeness and relevance. */
import t from 'tap'
import { absorbed, created, type Cause } from '../../../actors/psp/absorb.js'
import { claimOf } from '../../../actors/psp/claim.js'
import type { Intent } from '../../../actors/psp/intent.js'
import { matchIntent } from '../../../actors/psp/match.js'
import { relevanceTo, requestOf } from '../../../actors/psp/request.js'
import { cosine, likenessInMeaning } from '../../../actors/psp/vectors.js'

const cause: Cause = { recordId: 'r1', app: 'a', at: 0, attention: 0.5, gapMs: 86_400_000 }

function axis(length: number, ...values: number[]): Uint8Array {
  const vector = new Int8Array(length)
  vector.set(values)
  return new Uint8Array(vector.buffer)
}

const intentOf = (vector: Uint8Array, meaning?: Uint8Array): Intent => ({
  type: 'learning_preference', description: 'Likes green tea', confidence: 0.7,
  claim: claimOf('liking', 'green tea', 1, false), vector, evidence: '', isDirect: true,
  ...(meaning === undefined ? {} : { meaning }),
})
const [east, north] = [axis(384, 127), axis(384, 0, 127)]
const [right, up] = [axis(512, 127), axis(512, 0, 127)]

t.test('meanings are compared where both have one, else the default vectors', async t => {
  const component = { embedding: east, meaning: right }
  t.equal(likenessInMeaning({ embedding: north, meaning: right }, component), 1)
  t.equal(likenessInMeaning({ embedding: east, meaning: up }, component), 0)
  t.equal(likenessInMeaning({ embedding: east }, component), 1)
  t.equal(likenessInMeaning({ embedding: north }, component), 0)
  const known = created('c1', intentOf(east, right), cause)
  t.equal(matchIntent(intentOf(north, right), [known]).step, 'strengthen')
  t.equal(matchIntent(intentOf(east, up), [known]).step, 'merge', 'the same claim, said otherwise')
})

t.test('a component keeps what it means, and moves it as it moves its vector', async t => {
  const known = created('c1', intentOf(east, right), cause)
  const moved = absorbed(known, 'update', intentOf(north, up), { ...cause, recordId: 'r2' })
  t.ok(Math.abs(cosine(moved.meaning!, right) - 0.4 / Math.hypot(0.4, 0.6)) < 0.01)
  const stronger = absorbed(known, 'strengthen', intentOf(north, up), { ...cause, recordId: 'r2' })
  t.equal(cosine(stronger.meaning!, right), 1)
  const unmeant = absorbed(known, 'update', intentOf(north), { ...cause, recordId: 'r2' })
  t.equal(cosine(unmeant.meaning!, right), 1)
  t.notOk('meaning' in created('c2', intentOf(east), cause), 'a pipeline without it stores nothing more')
})

t.test('a request is as relevant as its meaning is near', async t => {
  const described = { description: 'Likes green tea', embedding: east, meaning: right }
  const near = requestOf('Which brew?', right)
  const far = requestOf('Which brew?', up)
  t.ok(relevanceTo(near, described) > 0.8)
  t.equal(relevanceTo(far, described), 0)
  const unmeant = { ...described, meaning: undefined }
  t.equal(relevanceTo(requestOf('Which brew?'), described), relevanceTo(far, unmeant))
})
