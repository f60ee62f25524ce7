/**
 * The guard: similarity alone never merges, and never retires. It compares what two claims say.
 *
 * U1 Claims of different slots are apart, however similar they sound.
 * U2 Opposites contradict only when they are about the same thing; a "not" in an unrelated sentence means
 *    nothing.
 * U3 Numbers and names must agree for a merge; on the same subject another number contradicts.
 * U4 Claims merge that say the same word for word (wording.ts). One word more on one side leaves it open;
 *    more than that are two claims, however similar they sound.
 */
import { jaccard } from '../text/index.js'
import type { Claim } from './component.js'
import { compareWordings } from './wording.js'

/**
 * same: one claim, said again. open: nothing speaks against a merge, similarity decides. contradicts: both
 * cannot hold. apart: two claims that can both hold.
 */
export type Verdict = 'same' | 'open' | 'contradicts' | 'apart'

/** Claims are about the same when they share so many of their stems. */
export const SAME_SUBJECT = 0.6
/** What one claim prefers is what the other prefers something to, when they share so many of those stems. */
export const TURNED_AROUND = 0.5

/** Compares two claims. Symmetric. */
export function compareClaims(a: Claim, b: Claim): Verdict {
  if (a.slot !== b.slot) return 'apart'
  const hasSubject = a.stems.length > 0 && b.stems.length > 0
  const isSameSubject = hasSubject
    ? jaccard(a.stems, b.stems) >= SAME_SUBJECT
    : a.stems.length === b.stems.length
  const isSameValue =
    isEqual(a.numbers, b.numbers) && isEqual(a.entities, b.entities) && a.polarity === b.polarity
  if (a.isSingle && b.isSingle) return isSameSubject && isSameValue ? 'same' : 'contradicts'
  if (isTurnedAround(a, b)) return 'contradicts'
  const likeness = isEqual(a.numbers, b.numbers) ? compareWordings(a.wording, b.wording) : 'other'
  if (likeness === 'same') {
    return a.polarity === b.polarity && a.wording.negations === b.wording.negations ? 'same' : 'contradicts'
  }
  if (isSameValue && likeness === 'more') return 'open'
  if (!isSameSubject || isSameValue || !isEqual(a.entities, b.entities)) return 'apart'
  if (a.polarity !== b.polarity) return 'contradicts'
  return a.numbers.length > 0 && b.numbers.length > 0 ? 'contradicts' : 'apart'
}

/** "tea over coffee" against "coffee over tea", or against "no tea". */
function isTurnedAround(a: Claim, b: Claim): boolean {
  if (a.polarity !== b.polarity) return false
  return jaccard(a.stems, b.against) >= TURNED_AROUND && jaccard(b.stems, a.against) >= TURNED_AROUND
}

function isEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((entry, i) => entry === b[i])
}
