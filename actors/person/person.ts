/**
 * The person's actor: one per person, it folds what they keep into what is known about them. Owns the
 * person's state; emits one value per folded record and one per changed component; of a component that
 * changes several times within a commit and goes on, the last.
 */
import { actor, type TurnContext, type TypedActor } from '../../engine/index.js'
import { foldRecord } from './fold.js'
import type { Component } from '../psp/component.js'
import {
  componentsChanged, recordsFolded, type ComponentChange, type ReportedComponent,
} from './outputs.js'
import { defaultScoring, type Scoring } from './scoring.js'
import type { StagedRecord } from './staged.js'
import { personState } from './state.js'

/** The actor with its scoring. Receives `recorded` with a StagedRecord; the key is the person's id. */
export function personWith(scoring: Scoring): TypedActor<typeof personState> {
  return actor('person', {
    state: personState,
    receive: {
      recorded: (ctx: TurnContext<typeof personState>, staged: StagedRecord) =>
        recorded(ctx, staged, scoring),
    },
    reads: {
      recorded: (staged: StagedRecord) => ({
        records: [staged.submitted.record.id],
        addresses: staged.addressKey === '' ? [] : [staged.addressKey],
      }),
    },
  })
}

/** With the default scoring; also what readers of a person's state name, whatever the scoring. */
export const person = personWith(defaultScoring)

function recorded(ctx: TurnContext<typeof personState>, staged: StagedRecord, scoring: Scoring): void {
  const { key: personId, now, eventTime, position } = ctx
  const outcome = foldRecord(ctx.state, staged, { personId, now, eventTime, position, scoring })
  if (outcome === null) return
  const { folded, changes, changesBefore } = outcome
  ctx.emit(recordsFolded, folded)
  changes.forEach(({ change, component }, i) =>
    ctx.emit(componentsChanged, {
      user_id: personId,
      sequence: changesBefore + i + 1,
      change,
      changed_at: now,
      record_id: folded.record.id,
      component: reported(component),
    }, isStep(change) ? { replaces: component.id } : undefined),
  )
}

/** Whether the component goes on: of such states of one commit the last is enough. */
function isStep(change: ComponentChange['change']): boolean {
  return change === 'strengthened' || change === 'updated' || change === 'merged'
}

function reported(component: Component): ReportedComponent {
  return {
    id: component.id,
    type: component.type,
    memory: component.memory,
    description: component.description,
    confidence: component.confidence,
    total_attention_weight: component.total_attention_weight,
    normalized_weight: component.normalized_weight,
    priority: component.priority,
    activation_threshold: component.activation_threshold,
    evidence: component.evidence,
    created_at: component.created_at,
    last_updated: component.last_updated,
    last_activated: component.last_activated,
    related: component.related,
    source_apps: component.source_apps,
    history: component.history,
    superseded_by: component.superseded_by,
    valid_from: component.valid_from,
    valid_to: component.valid_to,
    support: { records: component.support.records },
  }
}
