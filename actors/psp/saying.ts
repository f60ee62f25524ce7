/**
 * Saying: what a person, or an app for them, says about a component itself. It always wins over inference,
 * and only what is said later changes it. SPEC section 4.
 *
 *                 amend (description)                       the earlier wording becomes a closed component
 *   current ─────────────────────────────▶ current, held    of its own, valid until then
 *      │ remove                                ▲
 *      ▼                                       │ amend (restored)
 *   removed ───────────────────────────────────┘
 *
 * H1 A component that was corrected or pinned (held) is never ended, reworded or archived by inference; what
 *    contradicts it is not learnt.
 * H2 Evidence that would have merged with a removed component, or with a wording that was corrected, teaches
 *    nothing; so does a topic, an address or a tone whose component was removed.
 * H3 As-of queries see what was known then: what was said later changes no earlier interval.
 * H4 A rating r of 1..5 multiplies the weight by 1.1 above 4 and by .9 below 3 (SPEC section 4), all ratings
 *    together by FACTOR_MIN..FACTOR_MAX. The confidence c becomes the mean of a beta distribution whose prior
 *    is worth PRIOR_RATINGS ratings: c += ((r - 1) / 4 - c) / (PRIOR_RATINGS + n) at the n-th rating
 *    (A. Jøsang, R. Ismail, The Beta Reputation System, 2002).
 */
import { compareClaims } from './guard.js'
import { superseded, withStep } from './absorb.js'
import { quantised, type Claim, type Component, type Said } from './component.js'
import type { CorrectedWording } from './correction.js'
import { isHeld, isPinnedAt } from './held.js'
import type { Knowledge } from './knowledge.js'
import { bytesOf } from './vectors.js'

/** What became of what was said. */
export type SayingOutcome = 'done' | 'unchanged' | 'COMPONENT_UNKNOWN' | 'COMPONENT_ENDED'

/** What is said of a component; see AmendComponent. */
interface Amendment {
  readonly description?: string
  readonly isPinned?: boolean
  readonly isRestored?: true
  readonly wording?: CorrectedWording
}

/** Ratings that the inferred confidence is worth. */
const PRIOR_RATINGS = 4
const RAISED = 1.1
const LOWERED = 0.9
/** From this rating on a component was of use, so that it counts as activated. */
const USEFUL_MIN = 4
const FACTOR_MIN = 0.25
const FACTOR_MAX = 4

const unsaid: Said = { pinned_at: null, corrected_at: null, removed_at: null, ratings: 0, factor: 1 }

/** Somebody rates a component that holds (H4). */
export function rated(knowledge: Knowledge, id: string, rating: number, at: number): SayingOutcome {
  const component = knowledge.get(id)
  if (component === undefined) return absenceOf(knowledge, id)
  const said = component.said ?? unsaid
  const step = rating > 4 ? RAISED : rating < 3 ? LOWERED : 1
  const factor = quantised(Math.min(FACTOR_MAX, Math.max(FACTOR_MIN, said.factor * step)))
  const ratings = said.ratings + 1
  const { confidence, total_attention_weight: weight, last_activated: activated } = component
  const pull = ((rating - 1) / 4 - confidence) / (PRIOR_RATINGS + ratings)
  knowledge.put('rated', {
    ...component,
    confidence: quantised(confidence + pull),
    total_attention_weight: quantised(weight * (factor / said.factor)),
    last_activated: rating >= USEFUL_MIN ? Math.max(activated, at) : activated,
    said: { ...said, ratings, factor },
  })
  return 'done'
}

/** Somebody says what a component should say, that it stays or need not, or that it holds again. */
export function amended(knowledge: Knowledge, id: string, amendment: Amendment, at: number): SayingOutcome {
  const found = knowledge.known(id)
  if (found === undefined) return 'COMPONENT_UNKNOWN'
  const isOver = found.valid_to !== null
  if (isOver && amendment.isRestored !== true) return 'COMPONENT_ENDED'
  let component = isOver ? restored(knowledge, found, at) : found
  const { description, wording, isPinned } = amendment
  if (description !== undefined && wording !== undefined && description !== component.description) {
    component = corrected(knowledge, component, description, wording, at)
  }
  if (isPinned !== undefined && isPinned !== isPinnedAt(component, Infinity)) {
    component = pinned(knowledge, component, isPinned, at)
  }
  if (component === found) return 'unchanged'
  for (const other of knowledge.near(component.claim, undefined)) {
    const isAgainst = other.id !== id && compareClaims(component.claim, other.claim) === 'contradicts'
    if (isAgainst && !isHeld(other)) knowledge.put('superseded', superseded(other, id, at, ''))
  }
  return 'done'
}

/** Somebody says that a component is not to be known. Its tombstone keeps evidence from bringing it back. */
export function removed(knowledge: Knowledge, id: string, at: number): SayingOutcome {
  const component = knowledge.known(id)
  if (component === undefined) return 'COMPONENT_UNKNOWN'
  const said = component.said ?? unsaid
  if (said.removed_at !== null) return 'unchanged'
  knowledge.put('removed', {
    ...component,
    normalized_weight: 0,
    priority: 'low',
    valid_to: component.valid_to ?? Math.max(at, component.valid_from),
    history: withStep(component.history, { at, change: 'removed', record_id: '' }),
    said: { ...said, pinned_at: null, removed_at: at },
  })
  return 'done'
}

function restored(knowledge: Knowledge, over: Component, at: number): Component {
  keepInterval(knowledge, over)
  const component: Component = {
    ...over,
    superseded_by: null,
    valid_from: Math.max(at, over.valid_to ?? at),
    valid_to: null,
    last_updated: Math.max(over.last_updated, at),
    last_activated: Math.max(over.last_activated, at),
    history: withStep(over.history, { at, change: 'restored', record_id: '' }),
    said: { ...(over.said ?? unsaid), removed_at: null },
  }
  knowledge.put('restored', component)
  return component
}

function pinned(knowledge: Knowledge, component: Component, isPinned: boolean, at: number): Component {
  const change = isPinned ? 'pinned' : 'unpinned'
  const next: Component = {
    ...component,
    history: withStep(component.history, { at, change, record_id: '' }),
    said: { ...(component.said ?? unsaid), pinned_at: isPinned ? at : null },
  }
  knowledge.put(change, next)
  return next
}

/** Evidence for the earlier wording is ruled out, unless it is the new one in other words. */
function corrected(
  knowledge: Knowledge, component: Component, description: string, wording: CorrectedWording, at: number,
): Component {
  const claim = claimAfter(component, wording)
  const earlier = superseded(component, component.id, at, '')
  const isOtherClaim = compareClaims(earlier.claim, claim) !== 'same'
  keepInterval(knowledge, earlier, isOtherClaim ? { ...unsaid, removed_at: at } : undefined)
  const { meaning: _meaning, ...rest } = component
  const next: Component = {
    ...rest,
    description,
    embedding: bytesOf(wording.vector),
    ...(wording.meaning === undefined ? {} : { meaning: bytesOf(wording.meaning) }),
    claim,
    confidence: 1,
    valid_from: Math.max(at, component.valid_from),
    last_updated: Math.max(component.last_updated, at),
    last_activated: Math.max(component.last_activated, at),
    history: withStep(component.history, {
      at, change: 'corrected', record_id: '', description: component.description,
    }),
    said: { ...(component.said ?? unsaid), corrected_at: at },
  }
  knowledge.put('corrected', next)
  return next
}

/**
 * Keeps what a component was, until its end, as a closed component of its own, so that as-of queries find it
 * (H3); the id goes on.
 */
function keepInterval(knowledge: Knowledge, over: Component, said?: Said): void {
  const { said: _said, ...kept } = over
  const earlier = { ...kept, id: knowledge.nextId() }
  knowledge.put('superseded', said === undefined ? earlier : { ...earlier, said })
}

/**
 * Statements say what is said now; topics, addresses and tones keep the name that evidence finds them by,
 * unless another value of theirs was said.
 */
function claimAfter({ claim, type }: Component, wording: CorrectedWording): Claim {
  const isNamed = claim.isSingle && claim.stems.length === 0
  if (wording.type === type && (!isNamed || wording.claim.slot === claim.slot)) return wording.claim
  return isNamed ? claim : { ...wording.claim, slot: claim.slot, isSingle: claim.isSingle }
}

function absenceOf(knowledge: Knowledge, id: string): SayingOutcome {
  return knowledge.known(id) === undefined ? 'COMPONENT_UNKNOWN' : 'COMPONENT_ENDED'
}
