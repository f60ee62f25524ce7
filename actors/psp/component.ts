/**
 * A component: one thing that is known about a person, in words the person would recognise, with the records
 * that show it. SPEC section 4. Times are event times, ms UTC. Immutable: a change makes a new object (C4).
 *
 *   created ──▶ current ──strengthened · updated · merged──▶ current
 *                  │ contradicted by newer evidence, or removed by the person
 *                  ▼
 *              superseded   keeps its history and its validity interval; an as-of query still finds it
 *
 * K1 A component is never deleted by inference; it leaves the state only through the bound COMPONENTS_MAX
 *    (archived). What was said about it holds against inference (saying.ts).
 * K2 Every id in `evidence` is a record that was folded.
 * K3 `total_attention_weight` is the faded sum as of `last_updated`; what it is worth now is computed at read
 *    (decay.ts).
 */
import type { Wording } from './wording.js'

/** What kind of knowledge. */
export type ComponentType =
  | 'core_interest'
  | 'personal_value'
  | 'current_goal'
  | 'work_context'
  | 'learning_preference'
  | 'communication_style'

/** Where it lives; each memory fades at its own pace. */
export type Memory = 'core' | 'working' | 'learning' | 'context'

/** Its share of everything that is known. */
export type Priority = 'high' | 'medium' | 'low'

/** What a component says, in the form that the guard compares. */
export interface Claim {
  /** Claims of different slots are about different things and never meet. */
  readonly slot: string
  /** One value at a time (where a person lives): another value contradicts. */
  readonly isSingle: boolean
  /** 1 for, -1 against. */
  readonly polarity: 1 | -1
  /** Numbers and dates, as written, sorted. */
  readonly numbers: readonly string[]
  /** Names, lower-case, sorted. */
  readonly entities: readonly string[]
  /** Content stems of what it is about, sorted hashes. */
  readonly stems: readonly number[]
  /** Content stems of what it is preferred to; empty when nothing. */
  readonly against: readonly number[]
  /** All that it says, word by word. */
  readonly wording: Wording
}

/** One step of a component's life. `description` is there when it changed. */
export interface HistoryStep {
  readonly at: number
  readonly change: string
  readonly record_id: string
  readonly description?: string
}

/** What was said about a component itself (saying.ts). Instants are event times, ms UTC; null: not so. */
export interface Said {
  readonly pinned_at: number | null
  readonly corrected_at: number | null
  /** Of a closed component: evidence does not bring it back. */
  readonly removed_at: number | null
  readonly ratings: number
  /** What all ratings together have multiplied the weight with. */
  readonly factor: number
}

/** One thing that is known about a person. */
export interface Component {
  readonly id: string
  readonly type: ComponentType
  readonly memory: Memory
  readonly description: string
  /** int8 as bytes, of the embedder named in the person's records. */
  readonly embedding: Uint8Array
  /** The same of use-lite, of the description; absent: the pipeline has none, or it is no statement. */
  readonly meaning?: Uint8Array
  /** 0..1. */
  readonly confidence: number
  readonly total_attention_weight: number
  /** Share of the person's total at the time of the last change; rebalance.ts computes it anew at read. */
  readonly normalized_weight: number
  readonly priority: Priority
  readonly activation_threshold: number
  /** Record ids: the strongest first, then the newest. */
  readonly evidence: readonly string[]
  readonly created_at: number
  readonly last_updated: number
  readonly last_activated: number
  /** Components that the same records speak of. */
  readonly related: readonly string[]
  readonly source_apps: readonly string[]
  readonly history: readonly HistoryStep[]
  readonly superseded_by: string | null
  readonly valid_from: number
  /** Exclusive; null while it is valid. */
  readonly valid_to: number | null
  readonly claim: Claim
  /**
   * How many records it rests on, and the strengths of the strongest evidence (parallel to the head of
   * `evidence`).
   */
  readonly support: { readonly records: number, readonly strengths: readonly number[] }
  /** Absent: nobody said anything about it. */
  readonly said?: Said
}

/** Components of one person. More than some hundreds means that the merge is wrong. */
export const COMPONENTS_MAX = 10_000
/** Evidence kept for its strength. */
export const EVIDENCE_STRONGEST_MAX = 6
/** Evidence kept for its age. */
export const EVIDENCE_NEWEST_MAX = 6
/** Steps of a component's history: the first and the newest. */
export const HISTORY_STEPS_MAX = 8
/** Related components, the newest. */
export const RELATED_MAX = 6
/** Apps named as sources, the newest. */
export const SOURCE_APPS_MAX = 8

/** Slots of addresses that a person keeps coming back to begin so. */
export const VISITED_SLOT = 'address:'
/** And so do their descriptions. */
export const VISITS_SAID = 'Returns often to'

const MEMORY_OF: Readonly<Record<ComponentType, Memory>> = {
  core_interest: 'core',
  personal_value: 'core',
  current_goal: 'working',
  work_context: 'working',
  learning_preference: 'learning',
  communication_style: 'context',
}

/** The memory of a type. */
export function memoryOf(type: ComponentType): Memory {
  return MEMORY_OF[type]
}

/** Numbers that enter state have four digits (Determinism). */
export function quantised(value: number): number {
  return Math.round(value * 1e4) / 1e4
}

/** Was the component the valid one at `at`? */
export function isValidAt(component: Component, at: number): boolean {
  return component.valid_from <= at && (component.valid_to === null || at < component.valid_to)
}
