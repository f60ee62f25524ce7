/**
 * Absorbing: what an intent does to a component. Pure: takes a component, returns the changed one.
 *
 *   step         weight      confidence        vector                     SPEC section 4, a = attention
 *   create       a           the intent's      the intent's
 *   strengthen   += 1.2 a    += .1             stays
 *   update       += a        the larger one    blended by merge strength
 *   merge        += .8 a     the larger one    blended by half of it
 */
import { fade, halfLifeMs } from './decay.js'
import { isHeld } from './held.js'
import {
  HISTORY_STEPS_MAX,
  RELATED_MAX,
  SOURCE_APPS_MAX,
  memoryOf,
  quantised,
  type Component,
  type HistoryStep,
} from './component.js'
import { withEvidence } from './evidence.js'
import type { Intent } from './intent.js'
import { mergeStrength, type Step } from './match.js'
import { activationThreshold } from './rebalance.js'
import { blended, bytesOf } from './vectors.js'

/** What brings the intent. */
export interface Cause {
  readonly recordId: string
  readonly app: string
  /** Event time, ms UTC. */
  readonly at: number
  /** The record's attention weight. */
  readonly attention: number
  /** The person's mean gap between records, ms. */
  readonly gapMs: number
}

const ADDED_WEIGHT: Readonly<Record<Exclude<Step, 'create'>, number>> = {
  strengthen: 1.2,
  update: 1,
  merge: 0.8,
}
const ADDED_CONFIDENCE = 0.1
const BLEND_MIN = 0.1

/** A new component. */
export function created(id: string, intent: Intent, cause: Cause): Component {
  const { recordId, app, at, attention } = cause
  return {
    id,
    type: intent.type,
    memory: memoryOf(intent.type),
    description: intent.description,
    embedding: bytesOf(intent.vector),
    ...(intent.meaning === undefined ? {} : { meaning: bytesOf(intent.meaning) }),
    confidence: quantised(intent.confidence),
    total_attention_weight: quantised(attention),
    normalized_weight: 0,
    priority: 'low',
    activation_threshold: activationThreshold(attention),
    ...withEvidence({ evidence: [], support: { records: 0, strengths: [] } }, recordId, attention),
    created_at: at,
    last_updated: at,
    last_activated: at,
    related: [],
    source_apps: [app],
    history: [{ at, change: 'created', record_id: recordId }],
    superseded_by: null,
    valid_from: at,
    valid_to: null,
    claim: intent.claim,
  }
}

/** The component after one more record that says it. */
export function absorbed(
  component: Component,
  step: Exclude<Step, 'create'>,
  intent: Intent,
  cause: Cause,
): Component {
  const { at, attention, app } = cause
  const faded = fade(
    component.total_attention_weight,
    at - component.last_updated,
    halfLifeMs(component.memory, cause.gapMs),
  )
  const isStronger = step === 'strengthen'
  const strength = mergeStrength(attention) * (step === 'merge' ? 0.5 : 1)
  const pull = Math.max(BLEND_MIN, strength)
  const stays = isStronger || isHeld(component)
  const confidence = isStronger
    ? component.confidence + ADDED_CONFIDENCE
    : Math.max(component.confidence, intent.confidence)
  const { evidence, support } = withEvidence(component, cause.recordId, attention)
  return {
    ...component,
    evidence,
    support,
    embedding: stays ? component.embedding : blended(component.embedding, intent.vector, pull),
    ...(stays || component.meaning === undefined || intent.meaning === undefined ? {}
      : { meaning: blended(component.meaning, intent.meaning, pull) }),
    confidence: quantised(Math.min(1, confidence)),
    total_attention_weight: quantised(faded + ADDED_WEIGHT[step] * attention),
    activation_threshold: activationThreshold(attention),
    last_updated: Math.max(component.last_updated, at),
    last_activated: Math.max(component.last_activated, at),
    source_apps: withEntry(component.source_apps, app, SOURCE_APPS_MAX),
  }
}

/** The component with a new description, the old one kept in its history; a held one keeps its own. */
export function redescribed(component: Component, description: string, cause: Cause): Component {
  if (component.description === description || isHeld(component)) return component
  const step = {
    at: cause.at,
    change: 'updated',
    record_id: cause.recordId,
    description: component.description,
  }
  return { ...component, description, history: withStep(component.history, step) }
}

/** The component, true until `until` (event time), then replaced by `successor`, or by nothing. */
export function superseded(
  component: Component,
  successor: string | null,
  until: number,
  recordId: string,
): Component {
  return {
    ...component,
    superseded_by: successor,
    valid_to: Math.max(until, component.valid_from),
    normalized_weight: 0,
    priority: 'low',
    history: withStep(component.history, { at: until, change: 'superseded', record_id: recordId }),
  }
}

/** The component with the ids of components that the same record speaks of. */
export function relatedTo(component: Component, ids: readonly string[]): Component {
  const others = ids.filter(id => id !== component.id)
  const related = others.reduce((known, id) => withEntry(known, id, RELATED_MAX), component.related)
  return related === component.related ? component : { ...component, related }
}

/** The history with one more step; the first and the newest stay. */
export function withStep(history: readonly HistoryStep[], step: HistoryStep): HistoryStep[] {
  return history.length < HISTORY_STEPS_MAX ? [...history, step] : [history[0], ...history.slice(2), step]
}

/** The newest last; full lists drop their oldest. Known entries leave the list as it is. */
function withEntry(entries: readonly string[], entry: string, max: number): readonly string[] {
  return entries.includes(entry) ? entries : [...entries.slice(-(max - 1)), entry]
}
