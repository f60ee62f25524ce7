/** One query of RxJS over events in memory: what it came to. */
import { Subject } from 'rxjs'
import type { NexmarkEvent } from '../events.js'
import type { Row } from '../query.js'
import { rxQueries } from './queries.js'

/** The rows of a query, and those that came too late. */
export interface ToldRows {
  readonly rows: readonly Row[]
  readonly lateRows: readonly Row[]
}

/** Runs it over all events, to the end. */
export function toldBy(query: string, events: readonly NexmarkEvent[]): ToldRows {
  const source = new Subject<NexmarkEvent>()
  const told = rxQueries[query](source)
  const [rows, lateRows]: [Row[], Row[]] = [[], []]
  told.rows.subscribe(row => { rows.push(row) })
  told.late.subscribe(row => { lateRows.push(row) })
  for (const event of events) source.next(event)
  source.complete()
  return { rows, lateRows }
}
