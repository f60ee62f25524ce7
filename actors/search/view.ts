/**
 * The search view of one shard thread: what its module exports, with limits that a test can make small.
 *
 * Queries: `search`, `neighbours`, `size`; arguments and answers in request.ts.
 */
import { HinataError } from '../../engine/errors/index.js'
import type { ShardModule } from '../../engine/index.js'
import { decodeValue } from '../../engine/record/index.js'
import { personsErased, recordsFolded } from '../person/outputs.js'
import { recalled, type StoredRecord } from '../record/cooled.js'
import type { FoldedRecord } from '../record/record.js'
import type { SearchLimits } from './limits.js'
import type { PersonIndex } from './person-index.js'
import { Persons } from './persons.js'
import { withoutNulls, type NeighboursArgs, type SearchArgs, type SizeAnswer } from './request.js'
import { neighboursOf, search } from './search.js'

/** Opens an empty view. */
export function openSearchView(limits: SearchLimits): ShardModule {
  const persons = new Persons(limits)
  return {
    apply(emitted) {
      for (const { output, key, value } of emitted) {
        if (output === recordsFolded.output) persons.apply(key, value as FoldedRecord)
        else if (output === personsErased.output) persons.erase(key)
      }
    },
    query({ name, key, args }) {
      const given = withoutNulls(args)
      const answer = persons.ask(key, index => ({ result: answerTo(name, given, index) }))
      return answer ?? { isMissing: true }
    },
    restore(key, rows) {
      persons.restore(key, rows.map(row => recalled(key, decodeValue(row) as StoredRecord)))
    },
  }
}

function answerTo(name: string, args: unknown, index: PersonIndex): unknown {
  switch (name) {
    case 'search': return search(index, args as SearchArgs)
    case 'neighbours': return neighboursOf(index, args as NeighboursArgs)
    case 'size': return sizeOf(index)
    default: throw new HinataError('QUERY_UNKNOWN', { query: name })
  }
}

function sizeOf(index: PersonIndex): SizeAnswer {
  return { records: index.records, bytes: index.bytes, is_partial: index.isPartial }
}
