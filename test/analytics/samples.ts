/** Values as the pipeline emits them, for the tests of analytics. */
import type { ComponentChange } from '../../actors/person/outputs.js'
import type { FoldedRecord, HinataRecord } from '../../actors/record/record.js'
import type { DeadLetter } from '../../engine/index.js'

/** 2025-11-21 08:00:30.123 UTC. */
export const acceptedAt = Date.UTC(2025, 10, 21, 8, 0, 30, 123)

/** What a test may change about a sample. */
export interface RecordChanges extends Partial<Omit<FoldedRecord, 'record'>> {
  readonly record?: Partial<HinataRecord>
}

/** A folded record; number `n` decides its id, times and scores. */
export function foldedRecord(n: number, changes: RecordChanges = {}): FoldedRecord {
  const { record, ...others } = changes
  return {
    user_id: 'ada', app: 'app-1',
    record: {
      id: `r-${n}`, timestamp: new Date(acceptedAt - n * 1_000).toISOString(), source: 'notes_app',
      highlight: `Rebasing ${n}`, note: 'Rebase rewrites the commits of a branch.',
      address: 'https://www.git-scm.com/docs', tag: ['git', 'branches'], access: 'private',
      raw_data: { original_text: 'secret of the app' }, ...record,
    },
    event_time: acceptedAt - n * 1_000, received_at: acceptedAt - 20, accepted_at: acceptedAt,
    position: `${acceptedAt}-0:${n}`, revision: 1, sequence: n, content_hash: 'c0ffee'.padEnd(64, '0'),
    enhanced_tags: ['rebase', 'commit'], recommended_highlights: ['Rebase rewrites the commits of a branch.'],
    semantic_analysis: {
      main_topics: ['git'], key_concepts: ['commit history'], sentiment: { label: 'neutral', score: -0.125 },
      complexity_level: 'medium',
    },
    sensitivity: 'public', quality_score: 0.4321,
    quality_parts: {
      depth: 0.1, information: 0.2, engagement: 0.3, complexity: 0.4, novelty: (n % 10_000) / 1e4,
    },
    attention_weight: 0.1235,
    attention_metrics: {
      highlight_frequency: 0.1, note_density: 0.2, address_revisit: 0.5, time_investment: 0.7,
      interaction_depth: 'low',
    },
    psp_influence_weight: 0.3333, psp_relevance: 0.25, priority_score: 0.0001, cluster_id: 'c7',
    storage_tier: 'hot',
    embedding: { model: 'static-hash', version: '1', dim: 384 }, vector: new Uint8Array(384),
    processing: { version: 1, steps: ['validated', 'enhanced'] },
    ...others,
  }
}

/** A change of a component; `sequence` numbers it. */
export function componentChange(
  sequence: number, change: ComponentChange['change'], id = 'k-1',
): ComponentChange {
  const isOver = change === 'superseded'
  return {
    user_id: 'ada', sequence, change, changed_at: acceptedAt + sequence, record_id: `r-${sequence}`,
    component: {
      id, type: 'core_interest', memory: 'core', description: `Git: rebasing, step ${sequence}`,
      confidence: 0.8, total_attention_weight: 1234.5678,
      normalized_weight: 0.1667, priority: 'high', activation_threshold: 0.4, evidence: ['r-1', 'r-2'],
      created_at: acceptedAt, last_updated: acceptedAt + sequence, last_activated: acceptedAt, related: [],
      source_apps: ['app-1'], history: [], superseded_by: isOver ? 'k-2' : null, valid_from: acceptedAt,
      valid_to: isOver ? acceptedAt + sequence : null,
      support: { records: 2 },
    },
  }
}

/** A dead letter of a record with the given value. */
export function deadLetter(value: unknown): DeadLetter {
  return {
    id: 'd-1', status: 'dead', origin: `${acceptedAt}-0:9`, redrives: 0, key: 'ada',
    position: `${acceptedAt}-0:9`, eventTime: acceptedAt, acceptedAt,
    failedAt: acceptedAt + 5, where: 'person', attempts: 3, value,
    error: { code: 'TURN_FAILED', message: 'Mail me at ada@example.com', stack: 'Error: boom\n    at turn' },
  }
}
