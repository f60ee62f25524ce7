/**
 * Rows of `psp_components`: one change of one component (schema/0002-psp-components.sql). A pure function of
 * the change. The description is masked: it is written from the person's texts, whatever their sensitivity.
 */
import { maskPii } from '../actors/enrichment/index.js'
import type { ComponentChange } from '../actors/person/outputs.js'
import { formatInstant } from './instant.js'
import { storableScore, storableText, storableTexts } from './storable.js'
import type { AnalyticsTable } from './table.js'

/** Descriptions whose masked form is kept; forgotten when there are more. Most changes leave them alone. */
const shownMax = 4_096
const shown = new Map<string, string>()

/** The table of component changes. */
export const componentsTable: AnalyticsTable<ComponentChange> = {
  name: 'psp_components',
  columns: {
    user_id: change => storableText(change.user_id),
    component_id: ({ component }) => component.id,
    sequence: change => change.sequence,
    change: change => change.change,
    changed_at: change => formatInstant(change.changed_at),
    record_id: change => storableText(change.record_id),
    type: ({ component }) => component.type,
    memory: ({ component }) => component.memory,
    description: ({ component }) => shownDescription(component.description),
    confidence: ({ component }) => storableScore(component.confidence),
    total_attention_weight: ({ component }) => storableScore(component.total_attention_weight),
    normalized_weight: ({ component }) => storableScore(component.normalized_weight),
    priority: ({ component }) => component.priority,
    activation_threshold: ({ component }) => storableScore(component.activation_threshold),
    evidence: ({ component }) => storableTexts(component.evidence),
    supporting_records: ({ component }) => component.support.records,
    created_at: ({ component }) => formatInstant(component.created_at),
    last_updated: ({ component }) => formatInstant(component.last_updated),
    last_activated: ({ component }) => formatInstant(component.last_activated),
    related: ({ component }) => component.related,
    source_apps: ({ component }) => storableTexts(component.source_apps),
    superseded_by: ({ component }) => component.superseded_by ?? '',
    valid_from: ({ component }) => formatInstant(component.valid_from),
    valid_to: ({ component }) => (component.valid_to === null ? null : formatInstant(component.valid_to)),
  },
  partitionedBy: change => change.changed_at,
  weight: ({ component }) => component.description.length,
  presence: {
    where: 'user_id = {user_id:String} AND component_id = {id:String} AND sequence = {sequence:UInt64}',
    parameters: change => ({
      user_id: storableText(change.user_id), id: change.component.id, sequence: change.sequence,
    }),
  },
  feedsRollup: false,
}

function shownDescription(description: string): string {
  const known = shown.get(description)
  if (known !== undefined) return known
  const masked = storableText(maskPii(description))
  if (shown.size >= shownMax) shown.clear()
  shown.set(description, masked)
  return masked
}
