/** Everything that is kept about one person, for the person: out, and in again. */
import { HinataError } from '../../engine/index.js'
import type { Edge } from '../edge.js'
import { wasTold, lineOf, readLine } from '../erasure/lines.js'
import { personOf } from '../identity/tenant.js'
import { route, type Route } from '../route.js'
import { importAnswer } from '../schema/answers.js'
import { importRequest } from '../schema/requests.js'
import { assertPerson, logFull, type Refused } from '../submission.js'

/** An export is sent in parts that are hardly longer. */
const partCharsMin = 32 * 1024

/** Routes about a person's data. */
export function personRoutes(edge: Edge): Route[] {
  return [
    route({
      method: 'get', path: '/api/users/:id/export', access: 'user_data_read', input: null, answer: null,
      summary: 'All that a person told, in its order, one JSON object a line.',
      handle({ path }) {
        const { id } = path
        assertPerson(id)
        return { stream: linesOf(edge, id), type: 'application/x-ndjson' }
      },
    }),
    route({
      method: 'post', path: '/api/users/:id/import', access: 'storage_access', input: importRequest,
      answer: importAnswer,
      summary: 'Takes lines of an export, here or elsewhere: the same person again.',
      async handle({ input, path: { id: key }, principal }) {
        assertPerson(key)
        if (input.readmit === true) await edge.erasures.readmit(key)
        return { json: await takeLines(edge, key, input.lines, principal.appId) }
      },
    }),
  ]
}

/** Lines in parts of some size: each part costs a trip to the socket. */
async function* linesOf(edge: Edge, key: string): AsyncGenerator<string> {
  let part = ''
  for await (const told of edge.client.eraser.said(key)) {
    if (!wasTold(told)) continue
    part += `${lineOf(told, personOf(key))}\n`
    if (part.length < partCharsMin) continue
    yield part
    part = ''
  }
  if (part !== '') yield part
}

async function takeLines(edge: Edge, key: string, lines: readonly string[], app: string):
Promise<{ accepted: number, duplicates: number, rejected: Refused[] }> {
  if (edge.client.room(key) <= 0) throw logFull(edge.client.partitionOf(key))
  const rejected: Refused[] = []
  const inputs = lines.flatMap((line, index) => {
    const read = readLine(line, key, edge.clock.now(), app)
    if ('input' in read) return [{ index, input: read.input }]
    rejected.push({ index, id: null, code: read.code, message: read.message })
    return []
  })
  const answers = await edge.client.append(inputs.map(({ input }) => input))
  answers.forEach(({ outcome }, i) => {
    if (outcome !== 'erased') return
    const { code, message } = new HinataError('PERSON_ERASED')
    const { index = 0, input } = inputs[i] ?? {}
    rejected.push({ index, id: input?.idempotency?.id ?? null, code, message })
  })
  const count = (...outcomes: readonly string[]): number =>
    answers.filter(({ outcome }) => outcomes.includes(outcome)).length
  return {
    accepted: count('appended', 'revised'), duplicates: count('duplicate', 'repeated'),
    rejected: rejected.sort((a, b) => a.index - b.index),
  }
}
