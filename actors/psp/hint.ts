/**
 * Hints: statements made in passing. One more record that says the same makes a component; else they are
 * forgotten.
 */
import type { ListCell } from '../../engine/index.js'
import type { Claim, ComponentType } from './component.js'
import { compareClaims } from './guard.js'

/** A statement that waits for corroboration. */
export interface Hint {
  readonly type: ComponentType
  readonly claim: Claim
  readonly recordId: string
}

/** Hints kept per person; the oldest gives way. */
export const HINTS_MAX = 48

/** The record that gave the same hint before, or undefined; then the hint is kept. */
export function corroborate(hints: ListCell<Hint>, hint: Hint): string | undefined {
  for (const known of hints) {
    if (
      known.type === hint.type &&
      known.recordId !== hint.recordId &&
      compareClaims(known.claim, hint.claim) === 'same'
    ) {
      return known.recordId
    }
  }
  hints.push(hint)
  return undefined
}
