/**
 * Matching: does an intent say something that is known already? SPEC section 4.
 *
 *   similarity s   > .9 strengthen   > .8 update   > .7 merge   else create
 *
 * M1 Only components of the same memory that are valid now are compared. M2 The guard decides first
 *    (guard.ts): claims that contradict never merge, whatever s; the same claim in other words merges, though
 *    s be small; a claim with one word more merges when s > .9.
 * M3 The most similar one wins; equal ones by id.
 */
import type { Claim, Component } from './component.js'
import { compareClaims } from './guard.js'
import type { Intent } from './intent.js'
import { likenessInMeaning } from './vectors.js'

/** What to do with an intent. */
export type Step = 'strengthen' | 'update' | 'merge' | 'create'

/** The outcome: what to do, with which component, and which components the intent contradicts. */
interface Match {
  readonly step: Step
  readonly target: Component | undefined
  readonly contradicted: readonly Component[]
}

const STRENGTHEN = 0.9
const UPDATE = 0.8
const MERGE = 0.7
/** A claim with one word more merges only when it sounds all but the same. */
const OPEN = 0.93
/** The same claim in other words is at least a merge. */
const SAME_CLAIM = 0.75

/** The step for a similarity. */
export function stepFor(similarity: number): Step {
  if (similarity > STRENGTHEN) return 'strengthen'
  if (similarity > UPDATE) return 'update'
  return similarity > MERGE ? 'merge' : 'create'
}

/** How strongly an intent of attention `a` pulls at a component. */
export function mergeStrength(a: number): number {
  if (a > 0.8) return 1
  if (a > 0.6) return 0.8
  return a > 0.4 ? 0.6 : 0.3
}

/** Matches an intent against components, which are all of its memory and valid. */
export function matchIntent(
  intent: Pick<Intent, 'claim' | 'replaces' | 'vector' | 'meaning'>,
  components: readonly Component[],
): Match {
  const contradicted: Component[] = []
  let target: Component | undefined
  let best = MERGE
  for (const component of components) {
    const verdict = compareClaims(intent.claim, component.claim)
    if (verdict === 'contradicts' || isReplaced(component.claim, intent)) contradicted.push(component)
    if (verdict !== 'same' && verdict !== 'open') continue
    const raw = likenessInMeaning({ embedding: intent.vector, meaning: intent.meaning }, component)
    if (verdict === 'open' && raw <= OPEN) continue
    const similarity = verdict === 'same' ? Math.max(raw, SAME_CLAIM) : raw
    if (similarity > best) [target, best] = [component, similarity]
  }
  return { step: target === undefined ? 'create' : stepFor(best), target, contradicted }
}

/** "No longer X, now Y" ends what says X, with whatever else it says of it. */
function isReplaced(claim: Claim, { replaces, claim: next }: Pick<Intent, 'claim' | 'replaces'>): boolean {
  if (replaces === undefined || claim.slot !== replaces.slot) return false
  if (claim.polarity !== replaces.polarity) return false
  const { words } = replaces.wording
  return words.length > 0 && words.every(word => claim.wording.words.includes(word))
    && compareClaims(claim, next) !== 'same'
}
