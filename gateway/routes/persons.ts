/** Everything that is kept about one person, for the person. */
import { person } from '../../actors/person/person.js'
import { formatLine, type FoldedRecord } from '../../actors/record/index.js'
import type { Edge } from '../edge.js'
import { personOf } from '../identity/tenant.js'
import { route, type Route } from '../route.js'
import { assertPerson } from '../submission.js'

/** Routes about a person's data. */
export function personRoutes(edge: Edge): Route[] {
  return [
    route({
      method: 'get', path: '/api/users/:id/export', access: 'user_data_read', input: null, answer: null,
      summary: 'All records of a person in their file form, one JSON object a line.',
      handle({ path }) {
        const { id } = path
        assertPerson(id)
        return { stream: linesOf(edge, id), type: 'application/x-ndjson' }
      },
    }),
  ]
}

async function* linesOf(edge: Edge, id: string): AsyncGenerator<string> {
  const seen = new Set<string>()
  for await (const [row, folded] of edge.client.allRows(person, id, 'records')) {
    if (seen.has(row)) continue
    seen.add(row)
    yield `${formatLine((folded as FoldedRecord).record, personOf(id))}\n`
  }
}
