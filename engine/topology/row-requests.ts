/** Which rows of table cells must be fetched before a turn: those that `reads` names and memory lacks. */
import type { Activation } from '../actor/index.js'
import type { RowRequest } from './state-store.js'

/** One request per table: what several records of an actor read travels together. */
export function mergedRequests(requests: readonly RowRequest[]): RowRequest[] {
  const merged = new Map<Activation, Map<string, Set<string>>>()
  for (const { activation, table, rows } of requests) {
    const tables = merged.get(activation) ?? new Map<string, Set<string>>()
    merged.set(activation, tables)
    const names = tables.get(table) ?? new Set<string>()
    tables.set(table, names)
    for (const row of rows) names.add(row)
  }
  return [...merged].flatMap(([activation, tables]) =>
    [...tables].map(([table, rows]) => ({ activation, table, rows: [...rows] })))
}

/** The rows that a message's turn reads and that are not in memory. Throws what `reads` throws. */
export function missingRows(activation: Activation, message: string, body: unknown): RowRequest[] {
  const reads = activation.actor.reads[message]
  if (!reads) return []
  const requests: RowRequest[] = []
  for (const [table, names] of Object.entries(reads(body as never, activation.key))) {
    const missing = activation.table(table).missing(names)
    if (missing.length > 0) requests.push({ activation, table, rows: missing })
  }
  return requests
}
