/**
 * Rows of `psp_components`: one change of one component (schema/0002-psp-components.sql). A pure function of
 * the change. The description is masked: it is written from the person's texts, whatever their sensitivity.
 */
import { maskPii } from '../actors/enrichment/index.js'
import type { ComponentChange } from '../actors/person/outputs.js'
import {
  instant, instantOrNull, score, scoreSum, text, texts, uint32, uint64, word, words,
} from './column.js'
import { storableText } from './storable.js'
import { lastSequenceSql, type AnalyticsTable } from './table.js'

/** Descriptions whose masked form is kept; forgotten when there are more. Most changes leave them alone. */
const shownMax = 4_096
const shown = new Map<string, string>()

/** The table of component changes. */
export const componentsTable: AnalyticsTable<ComponentChange> = {
  name: 'psp_components',
  columns: {
    user_id: text(change => change.user_id),
    component_id: text(({ component }) => component.id),
    sequence: uint64(change => change.sequence),
    change: word(change => change.change),
    changed_at: instant(change => change.changed_at),
    record_id: text(change => change.record_id),
    type: word(({ component }) => component.type),
    memory: word(({ component }) => component.memory),
    description: text(({ component }) => shownDescription(component.description)),
    confidence: score(({ component }) => component.confidence),
    total_attention_weight: scoreSum(({ component }) => component.total_attention_weight),
    normalized_weight: score(({ component }) => component.normalized_weight),
    priority: word(({ component }) => component.priority),
    activation_threshold: score(({ component }) => component.activation_threshold),
    evidence: texts(({ component }) => component.evidence),
    supporting_records: uint32(({ component }) => component.support.records),
    created_at: instant(({ component }) => component.created_at),
    last_updated: instant(({ component }) => component.last_updated),
    last_activated: instant(({ component }) => component.last_activated),
    related: texts(({ component }) => component.related),
    source_apps: words(({ component }) => component.source_apps),
    superseded_by: text(({ component }) => component.superseded_by ?? ''),
    valid_from: instant(({ component }) => component.valid_from),
    valid_to: instantOrNull(({ component }) => component.valid_to),
  },
  personOf: change => change.user_id,
  acceptedAt: change => change.changed_at,
  named: (change, name) => ({ ...change, user_id: name }),
  partitionedBy: change => change.changed_at,
  weight: ({ component }) => component.description.length,
  presence: {
    where: 'user_id = {user_id:String} AND component_id = {id:String} AND sequence = {sequence:UInt64}',
    parameters: change => ({
      user_id: storableText(change.user_id), id: change.component.id, sequence: change.sequence,
    }),
  },
  repeats: {
    keyOf: change => storableText(change.user_id),
    sql: lastSequenceSql('psp_components'),
    isThere: (change, last) => change.sequence <= Number(last),
  },
  tellsRepairs: false,
}

function shownDescription(description: string): string {
  const known = shown.get(description)
  if (known !== undefined) return known
  const masked = maskPii(description)
  if (shown.size >= shownMax) shown.clear()
  shown.set(description, masked)
  return masked
}
