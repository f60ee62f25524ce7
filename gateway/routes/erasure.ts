/** Forgetting: a person, or a record of theirs; and the receipt for it. */
import { person } from '../../actors/person/person.js'
import { HinataError } from '../../engine/index.js'
import type { Edge } from '../edge.js'
import type { Receipt } from '../erasure/erasures.js'
import { personOf } from '../identity/tenant.js'
import { route, type Answer, type Route } from '../route.js'
import { receiptAnswer } from '../schema/answers.js'
import { personQuery } from '../schema/requests.js'
import { assertPerson } from '../submission.js'

/** Routes that erase. */
export function erasureRoutes(edge: Edge): Route[] {
  return [
    route({
      method: 'delete', path: '/api/users/:id', access: 'storage_access', input: null, answer: receiptAnswer,
      summary: 'Erases a person everywhere, and answers a receipt; 202 while it is not done.',
      async handle({ path: { id: key }, principal }) {
        assertPerson(key)
        return answerOf(await edge.erasures.erase(key, undefined, principal.appId))
      },
    }),
    route({
      method: 'delete', path: '/api/hinata/:id', access: 'hinata_submit', input: personQuery,
      answer: receiptAnswer,
      summary: 'Forgets a record with all that was derived from it; 202 while it is not done.',
      async handle({ input: { user_id: key }, path: { id = '' }, principal }) {
        assertPerson(key)
        const [row] = await edge.client.rows(person, key, 'records', [id])
        if (row === undefined) {
          throw new HinataError('RECORD_UNKNOWN', { person: personOf(key), id: id.slice(0, 200) })
        }
        return answerOf(await edge.erasures.erase(key, { ids: [id] }, principal.appId))
      },
    }),
    route({
      method: 'get', path: '/api/erasures/:id', access: 'known', input: null, answer: receiptAnswer,
      summary: 'The receipt of an erasure.',
      async handle({ path: { id = '' }, principal }) {
        return { json: await edge.erasures.receipt(id, principal.tenant) }
      },
    }),
  ]
}

function answerOf(receipt: Receipt): Answer {
  return { status: receipt.status === 'done' ? 200 : 202, json: receipt }
}
