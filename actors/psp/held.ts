/**
 * What was said about components, as inference has to respect it: held ones stay as they are, ruled out ones
 * stay away (saying.ts, H1, H2).
 */
import type { Component, Said } from './component.js'
import type { Intent } from './intent.js'
import type { Knowledge } from './knowledge.js'
import { matchIntent } from './match.js'

/** Corrected or pinned: inference does not end, reword or archive it. */
export function isHeld({ said }: Component): boolean {
  return said !== undefined && (said.pinned_at !== null || said.corrected_at !== null)
}

/** Removed, or a wording that was corrected: evidence does not bring it back. */
export function isRuledOut({ said }: Component): boolean {
  return said !== undefined && said.removed_at !== null
}

/** Was it pinned at `at`, and is it still? */
export function isPinnedAt({ said }: Component, at: number): boolean {
  return said !== undefined && said.pinned_at !== null && said.pinned_at <= at
}

/** What had been said by `at`. */
export function saidAt(said: Said, at: number): Said {
  const then = (instant: number | null): number | null =>
    (instant !== null && instant > at ? null : instant)
  return {
    ...said, pinned_at: then(said.pinned_at), corrected_at: then(said.corrected_at),
    removed_at: then(said.removed_at),
  }
}

/**
 * Whether an intent that found no component teaches nothing: it was ruled out, or contradicts what is held.
 */
export function isRefused(
  knowledge: Knowledge, intent: Pick<Intent, 'claim' | 'replaces' | 'vector'>,
  contradicted: readonly Component[],
): boolean {
  if (contradicted.some(isHeld)) return true
  const { ruledOut } = knowledge
  return ruledOut.length > 0 && matchIntent(intent, ruledOut).target !== undefined
}

/** Whether the component of a slot that is a name (of a topic) was removed. */
export function isNamedOut(knowledge: Knowledge, slot: string): boolean {
  return knowledge.ruledOut.some(({ claim }) => claim.slot === slot)
}
