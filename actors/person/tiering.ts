/**
 * Moving content: the turn in which the content of records leaves the state, or comes back. Nothing is
 * emitted and nothing that is known changes; deterministic, for a command names all it needs.
 *
 * Q1 A record is meant by id and position: one that was revised, erased or told again since stays as it is.
 * Q2 The same again changes nothing.
 * Q3 Content of which rows have only a masked form stays, whatever was said.
 */
import type { TurnContext } from '../../engine/index.js'
import { cooled, heated, isCooled, recalled } from '../record/index.js'
import { keptWordsOf } from '../search/entry.js'
import type { TierCommand } from './commands.js'
import type { personState } from './state.js'

/** The turn of a command about tiers. */
export function moveContent(ctx: TurnContext<typeof personState>, command: TierCommand): void {
  const { key, state: { records } } = ctx
  for (const [id, position, content] of command.records) {
    const row = records.get(id)
    if (row === undefined || recalled(key, row).position !== position) continue
    if (isCooled(row)) {
      if (content !== undefined) records.put(id, heated(key, row, content))
    } else if (content === undefined && row.masked === undefined) {
      records.put(id, cooled(row, keptWordsOf(row)))
    }
  }
}
