/** The guard's table: what may merge, what contradicts, what is apart. U1..U4. */
import t from 'tap'
import { claimOf, valueClaim } from '../../../actors/psp/claim.js'
import { compareClaims, type Verdict } from '../../../actors/psp/guard.js'

const like = (object: string): ReturnType<typeof claimOf> => claimOf('liking', object, 1, false)
const dislike = (object: string): ReturnType<typeof claimOf> => claimOf('liking', object, -1, false)
const goal = (object: string): ReturnType<typeof claimOf> => claimOf('goal', object, 1, false)
const favourite = (object: string): ReturnType<typeof claimOf> => claimOf('favourite:colour', object, 1, true)

const table: readonly (readonly [Verdict, ReturnType<typeof claimOf>, ReturnType<typeof claimOf>, string])[] =
  [
    ['same', like('green tea'), like('green tea'), 'the same'],
    ['open', like('strong green tea'), like('green tea'), 'one word more: similarity decides'],
    ['apart', like('green tea'), like('long walks'), 'two claims, however similar'],
    ['apart', like('playing the flute'), like('playing the guitar'), 'one other word'],
    ['same', like('films about children'), like('movies about kids'), 'synonyms'],
    ['contradicts', like('meetings without slides'), like('meetings with slides'), 'a negation inside'],
    ['apart', goal('leave before lunch'), goal('leave after lunch'), 'a particle that turns it'],
    ['contradicts', like('green tea'), dislike('green tea'), 'opposites'],
    ['apart', like('green tea'), dislike('long walks'), 'an unrelated "not"'],
    [
      'apart',
      like('dogs that bark at night'),
      dislike('small dogs'),
      'one word in common is not the subject',
    ],
    ['contradicts', like('tea over coffee'), like('coffee over tea'), 'turned around'],
    ['contradicts', goal('run 5 km'), goal('run 10 km'), 'another number'],
    ['same', goal('run 5 km'), goal('run 5 km'), 'the same number'],
    ['contradicts', goal('finish the report by Friday'), goal('finish the report by Monday'), 'another date'],
    ['apart', goal('call Ana about the plan'), goal('call Ben about the plan'), 'another name'],
    ['apart', goal('read 20 books'), goal('run 10 km'), 'numbers of other subjects'],
    ['contradicts', favourite('blue'), favourite('dark red'), 'one value at a time'],
    ['same', favourite('blue'), favourite('blue'), 'the same value'],
    ['apart', like('green tea'), goal('green tea'), 'other slots'],
    [
      'contradicts',
      valueClaim('style:length', 'short'),
      valueClaim('style:length', 'detailed'),
      'another style',
    ],
    ['apart', valueClaim('style:length', 'short'), valueClaim('style:tone', 'short'), 'another dimension'],
  ]

t.test('verdicts, in both directions', async t => {
  for (const [verdict, a, b, why] of table) {
    t.equal(compareClaims(a, b), verdict, why)
    t.equal(compareClaims(b, a), verdict, `${why}, turned`)
  }
})
