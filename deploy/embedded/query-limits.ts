/**
 * What a user with limits cannot exceed, whatever the request asks for.
 *
 * K1  A request may lower a bound, never raise or lift it. The engine enforces them while it computes; in
 *     `readonly` no statement can set them.
 * K2  Nothing of such a query is laid on the disk: what does not fit into its memory fails.
 * K3  A query that waits for a place or for its reader ends as well, a grace later.
 * K4  A reader's last clause `SETTINGS final = 0` (or 1) is heard, though in `readonly` the engine hears
 *     none: which rows of a revised record are seen is a part of the question.
 */
import type { ServerResponse } from 'node:http'
import { systemClock } from '../../engine/clock/index.js'
import { analystGraceMs, analystResultBytes, analystThreadsMax, breakOffMs } from './limits.js'
import { tokensOf } from './lexer.js'
import type { QueryLimits } from './users.js'

const finalClause = ['settings', 'final', '=']

const noSpill: readonly string[] = [
  'max_bytes_ratio_before_external_group_by', 'max_bytes_ratio_before_external_sort',
  'max_bytes_ratio_before_external_join', 'max_bytes_before_external_group_by',
  'max_bytes_before_external_sort', 'max_bytes_before_external_join',
]

/** The settings of a request, held within `limits` (K1, K2). */
export function limitedSettings(
  asked: ReadonlyMap<string, string>, limits: QueryLimits,
): Map<string, string> {
  const settings = new Map(asked)
  const hold = (name: string, bound: number): void => {
    const wanted = Number(settings.get(name))
    if (!(wanted > 0 && wanted < bound)) settings.set(name, String(bound))
  }
  hold('max_execution_time', limits.seconds)
  hold('max_memory_usage', limits.memoryBytes)
  hold('max_result_rows', limits.resultRows)
  hold('max_rows_to_read', limits.readRows)
  hold('max_result_bytes', analystResultBytes)
  hold('max_threads', analystThreadsMax)
  for (const name of noSpill) settings.set(name, '0')
  return settings
}

/** Ends a query that is still there a grace after its time, and its answer if nobody takes it (K3). */
export async function endLate(
  limits: QueryLimits, query: AbortController, ended: AbortSignal, response: ServerResponse,
): Promise<void> {
  await systemClock.wait(limits.seconds * 1_000 + analystGraceMs, ended)
  if (ended.aborted) return
  query.abort()
  await systemClock.wait(breakOffMs, ended)
  if (!ended.aborted) response.destroy()
}

/** The statement without its last clause `SETTINGS final = …`, and what that says (K4). */
export function withoutFinal(text: string): { readonly text: string, readonly final?: string } {
  if (!/\bfinal\b/i.test(text)) return { text }
  const tokens = [...tokensOf(text)]
  const at = tokens.findIndex((_, i) => finalClause.every((word, j) => tokens[i + j]?.text === word))
  const first = tokens[at]
  const [value, next] = at < 0 ? [] : tokens.slice(at + finalClause.length)
  if (!first || first.depth > 0 || !value || !/^[01]$/.test(value.text)) return { text }
  if (next && next.text !== ';' && next.text !== 'format') return { text }
  return { text: text.slice(0, first.start) + text.slice(value.end), final: value.text }
}
