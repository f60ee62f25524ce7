/** One record of a person, and records that are worth another look. */
import { person } from '../../actors/person/person.js'
import { HinataError } from '../../engine/index.js'
import { readRecords } from '../contents.js'
import type { Edge } from '../edge.js'
import { enhancedOf } from '../enhanced.js'
import { findRecords, isTextAway } from '../found.js'
import { personOf } from '../identity/tenant.js'
import { pspNow, requestFor } from '../reading.js'
import { aimsOf, recommendationsOf } from '../recommending.js'
import { route, type Route } from '../route.js'
import { recommendationsAnswer, recordAnswer } from '../schema/answers.js'
import { personQuery, recommendationsQuery } from '../schema/requests.js'
import { assertPerson } from '../submission.js'
import { seenResult } from './search.js'

/** Recommendations without a limit of the request. */
const limitDefault = 5
/** Records that each aim may bring: more than an answer holds, since aims share records. */
const foundMax = 20
const relevanceMin = 0.3

/** Routes about single records. */
export function recordRoutes(edge: Edge): Route[] {
  return [recommendationsRoute(edge), recordRoute(edge)]
}

function recordRoute(edge: Edge): Route {
  return route({
    method: 'get', path: '/api/hinata/:id', access: 'hinata_query', input: personQuery, answer: recordAnswer,
    summary: 'A record of a person as it was folded last, with everything that was added to it.',
    async handle({ input: { user_id: key }, principal, sight, path: { id = '' } }) {
      assertPerson(key)
      const [folded] = await readRecords(edge, key, await edge.client.rows(person, key, 'records', [id]))
      if (folded === undefined) {
        throw new HinataError('RECORD_UNKNOWN', { person: personOf(key), id: id.slice(0, 200) })
      }
      return { json: enhancedOf(folded, principal, sight) }
    },
  })
}

function recommendationsRoute(edge: Edge): Route {
  return route({
    method: 'get', path: '/api/hinata/recommendations', access: 'enhancement_access',
    input: recommendationsQuery, answer: recommendationsAnswer,
    summary: 'Records of a person that matter for what they are busy with now, each with its reason.',
    async handle({ input, principal, sight }) {
      const { user_id: key, psp_context: doing, limit } = input
      const psp = await pspNow(edge, key, principal)
      const aims = aimsOf(psp, doing === undefined ? undefined : await requestFor(edge, psp, doing))
      const found = await Promise.all(aims.map(({ query }) =>
        findRecords(edge, key, { query, limit: foundMax, minRelevance: relevanceMin })))
      const recommended = recommendationsOf(
        aims, found.map(({ results }) => results.filter(one => !isTextAway(one))), edge.clock.now(),
        limit === undefined ? limitDefault : Number(limit))
      return {
        json: {
          recommendations: recommended.map(({ record, score, reason }) => {
            const { id, highlight, note, source } = seenResult(record, sight)
            const text = highlight === '' ? note : highlight
            return { hinata_id: id, relevance_score: score, reason, highlight: text, source }
          }),
        },
      }
    },
  })
}
