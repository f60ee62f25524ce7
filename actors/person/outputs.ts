/**
 * What the person's actor emits. Sinks insert it, the gateway sends it to subscribers, the search index takes
 * it.
 */
import { output } from '../../engine/actor/index.js'
import type { DeadLetter, Erasure } from '../../engine/index.js'
import type { FoldedRecord } from '../record/record.js'
import type { Component } from '../psp/component.js'
import type { ChangeKind } from '../psp/knowledge.js'

/**
 * A component as it leaves the person's state: what it says, what it weighs and what it rests on. What only
 * the next turn needs (embedding, claim, strengths of the evidence) stays.
 */
export type ReportedComponent = Omit<Component, 'embedding' | 'meaning' | 'claim' | 'support'> & {
  readonly support: Pick<Component['support'], 'records'>
}

/** A change of one component, with what caused it. */
export interface ComponentChange {
  readonly user_id: string
  /** Counts the changes of the person's PSP, also those that were replaced within their commit. */
  readonly sequence: number
  readonly change: ChangeKind
  /** ms UTC, the turn's time. */
  readonly changed_at: number
  /** The record that caused it; empty when it was a command. */
  readonly record_id: string
  /** The component after the change. */
  readonly component: ReportedComponent
}

/** A record was folded (first content or revision). */
export const recordsFolded = output<FoldedRecord>('records')

/** A component changed. */
export const componentsChanged = output<ComponentChange>('psp')

/** A record could not be processed. */
export const deadLetters = output<DeadLetter>('dead')

/** A person was erased, or some of their records were: what was emitted for them before must go. */
export const personsErased = output<Erasure>('erasures')
