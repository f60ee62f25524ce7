/** L1 of lexical.ts: records that are no more count for nothing, few of them or many. */
import t from 'tap'
import { scoreWords } from '../../../actors/search/lexical.js'
import { LENDERS_MAX, searchLimits } from '../../../actors/search/limits.js'
import { PersonIndex } from '../../../actors/search/person-index.js'
import { questionTermsOf } from '../../../actors/search/terms.js'
import { folded } from './folded-records.js'

const terms = questionTermsOf('apple pie')

/** Records say "apple"; the first `revised` of them are said anew without it. */
function scoresOf(records: number, revised: number, isAnew: boolean): Map<string, number> {
  const index = new PersonIndex(searchLimits)
  const apples = Array.from({ length: records }, (_, i) =>
    folded(i + 1, { id: `r${i}`, note: 'apple pie', event_time: i * 1_000 }))
  const pears = apples.slice(0, revised).map(({ record, event_time }, i) =>
    folded(records + i + 1, { id: record.id, note: 'pear pie', event_time }))
  for (const one of isAnew ? apples.slice(revised) : apples) index.add(one)
  for (const one of pears) index.add(one)
  if (!isAnew) t.equal(index.dead.length, revised, 'none was swept up yet')
  const scores = scoreWords(terms, index)
  return new Map(index.entries.flatMap((entry, slot) => (entry ? [[entry.id, scores[slot]]] : [])))
}

t.test('L1: revised records score as if their old words had never been', async t => {
  for (const [records, revised, why] of [
    [200, 2, 'few of many: looked up in the list'],
    [40, 20, 'half of them: the list is walked'],
    [LENDERS_MAX + 2, 4, 'a word that too many had, and not too many have, is lent again'],
  ] as const) {
    t.same(scoresOf(records, revised, false), scoresOf(records, revised, true), why)
  }
})
