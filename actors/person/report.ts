/**
 * Reporting: the changes of a turn on their way out, numbered in the order in which they happened. A
 * component that inference goes on strengthening leaves once per commit, as it is then; what was begun,
 * ended, or said by somebody always leaves.
 */
import type { TurnContext } from '../../engine/index.js'
import type { Component } from '../psp/component.js'
import type { Change, ChangeKind } from '../psp/knowledge.js'
import { componentsChanged, type ReportedComponent } from './outputs.js'
import type { personState } from './state.js'

/** Emits changes; `before` is the PSP's sequence before them, `recordId` empty when no record caused them. */
export function reportChanges(
  ctx: TurnContext<typeof personState>, changes: readonly Change[], before: number, recordId: string,
): void {
  changes.forEach(({ change, component }, i) =>
    ctx.emit(componentsChanged, {
      user_id: ctx.key,
      sequence: before + i + 1,
      change,
      changed_at: ctx.now,
      record_id: recordId,
      component: reported(component),
    }, isStep(change) ? { replaces: component.id } : undefined),
  )
}

/** Whether the component goes on: of such states of one commit the last is enough. */
function isStep(change: ChangeKind): boolean {
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
    ...(component.said === undefined ? {} : { said: component.said }),
  }
}
