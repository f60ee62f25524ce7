/**
 * R1, R2: what was emitted is what an analyst reads, column by column, and nothing that must stay private.
 */
import t from 'tap'
import { recordsFolded } from '../../actors/person/outputs.js'
import { heldInstant, monthOf } from '../../analytics/instant.js'
import { clickhouseSink, openAnalytics } from '../../analytics/index.js'
import { deadLettersTable } from '../../analytics/dead-letter-rows.js'
import { recordsTable } from '../../analytics/record-rows.js'
import { storableScore, storableText } from '../../analytics/storable.js'
import type { FoldedRecord } from '../../actors/record/record.js'
import { keepIds } from '../support/row-names.js'
import { deadLetter, foldedRecord } from './samples.js'
import { TestServer } from './server.js'

const server = await TestServer.start()
const analytics = await openAnalytics({ url: server.url })
t.teardown(async () => {
  await analytics.close()
  await server.remove()
})

/** The row as ClickHouse shows it. */
function rowOf(folded: FoldedRecord): Record<string, unknown> {
  return Object.fromEntries(Object.entries(recordsTable.columns).map(([name, { type, cellOf }]) => {
    const cell = cellOf(folded)
    if (type.startsWith('DateTime64')) return [name, shownInstant(Number(cell))]
    if (type.startsWith('Float')) return [name, storableScore(Number(cell))]
    if (Array.isArray(cell)) return [name, cell.map(element => storableText(String(element)))]
    return [name, typeof cell === 'string' ? storableText(cell) : cell]
  }))
}

function shownInstant(ms: number): string {
  return new Date(heldInstant(ms)).toISOString().replace('T', ' ').slice(0, -1)
}

async function storedRow(folded: FoldedRecord): Promise<Record<string, unknown>> {
  await keepIds(analytics, folded.user_id)
  await clickhouseSink(analytics).insert({
    token: `row-${folded.user_id}`, partition: 0,
    emitted: [{ output: recordsFolded.output, key: folded.user_id, value: folded }],
  })
  const names = Object.keys(recordsTable.columns).join(', ')
  const columns = names.replace('sequence', 'toUInt32(sequence) AS sequence')
  const [row] = await analytics.query<Record<string, unknown>>(
    `SELECT ${columns} FROM records WHERE user_id = {person:String}`, { person: folded.user_id })
  return row
}

t.test('every column comes back as it was emitted', async t => {
  const folded = foldedRecord(4_321, { user_id: 'whole', event_time: Date.UTC(2015, 1, 28, 23, 59, 59, 999) })
  const row = await storedRow(folded)
  t.strictSame(row, rowOf(folded))
  t.strictSame(row, {
    user_id: 'whole', id: 'r-4321', revision: 1, sequence: 4321, app: 'app-1', source: 'notes_app',
    access: 'private', event_time: '2015-02-28 23:59:59.999', received_at: '2025-11-21 08:00:30.103',
    accepted_at: '2025-11-21 08:00:30.123', position: '1763712030123-0:4321', highlight: 'Rebasing 4321',
    note: 'Rebase rewrites the commits of a branch.',
    address: 'https://www.git-scm.com/docs', tag: ['git', 'branches'], enhanced_tags: ['rebase', 'commit'],
    recommended_highlights: ['Rebase rewrites the commits of a branch.'], main_topics: ['git'],
    key_concepts: ['commit history'], sentiment: 'neutral', sentiment_score: -0.125,
    complexity_level: 'medium',
    sensitivity: 'public', is_masked: false, content_hash: 'c0ffee'.padEnd(64, '0'), quality_score: 0.4321,
    quality_depth: 0.1, quality_information: 0.2, quality_engagement: 0.3, quality_complexity: 0.4,
    quality_novelty: 0.4321, attention_weight: 0.1235, highlight_frequency: 0.1, note_density: 0.2,
    address_revisit: 0.5, time_investment: 0.7, interaction_depth: 'low', psp_influence_weight: 0.3333,
    psp_relevance: 0.25, priority_score: 0.0001, cluster_id: 'c7', storage_tier: 'hot',
    embedding_model: 'static-hash', embedding_version: '1', embedding_dim: 384, processing_version: 1,
    processing_steps: ['validated', 'enhanced'],
  })
  t.notOk(JSON.stringify(row).includes('secret of the app'), 'raw_data stays with the person')
})

t.test('any text: quotes, tabs, emoji, NUL, other scripts, halves of pairs, 50,000 characters', async t => {
  const text = 'It\'s "so"\t\\N \u0000 {x:String} 日本語 👩‍👩‍👧 \ud83d end;\r\n-- '
  const folded = foldedRecord(1, {
    user_id: 'p"\'\\\t\n🦊',
    record: {
      highlight: text, note: 'ж'.repeat(50_000), tag: ['c++', '', text], source: '', address: 'app://x?y=\'',
    },
  })
  const row = await storedRow(folded)
  t.strictSame(row, rowOf(folded))
  t.equal(row.highlight, text.replace('\ud83d end', '\ufffd end'))
  t.equal(String(row.note).length, 50_000)
})

t.test('any event time', async t => {
  const times: [number, string][] = [
    [-1, '1969-12-31 23:59:59.999'], [Date.UTC(1900, 0, 1), '1900-01-01 00:00:00.000'],
    [Date.UTC(1066, 9, 14), '1900-01-01 00:00:00.000'], [Date.UTC(2299, 11, 31), '2299-12-31 00:00:00.000'],
    [8.64e15, '2299-12-31 23:59:59.999'],
  ]
  for (const [ms, shown] of times) {
    const row = await storedRow(foldedRecord(1, { user_id: `at-${ms}`, event_time: ms }))
    t.equal(row.event_time, shown)
    t.equal(shownInstant(ms), shown)
  }
  t.equal(monthOf(Date.UTC(2025, 10, 30, 23)), '2025-11')
})

t.test('of a masked record only masked texts leave', async t => {
  const folded = foldedRecord(1, {
    user_id: 'masked', sensitivity: 'restricted', masked: { highlight: 'Mail [EMAIL]', note: '' },
    recommended_highlights: ['Write to ada@example.com today.'],
    record: {
      highlight: 'Mail ada@example.com', address: 'https://x.org/?to=ada@example.com',
      tag: ['ada@example.com'],
    },
  })
  const row = await storedRow(folded)
  t.equal(row.highlight, 'Mail [EMAIL]')
  t.equal(row.note, '')
  t.equal(row.is_masked, true)
  t.notMatch(JSON.stringify(row), /ada@example/)
})

t.test('dead letters of broken values', async t => {
  const { columns } = deadLettersTable
  for (const value of [undefined, null, 7, 'text', [], { record: null }, { record: { id: 5 } }]) {
    t.equal(columns.record_id.cellOf(deadLetter(value)), '')
  }
  t.equal(columns.attempts.cellOf({ ...deadLetter(null), attempts: 1e9 }), 65_535)
  t.equal(columns.error_stack.cellOf({ ...deadLetter(null), error: { code: 'X', message: '' } }), '')
})

t.test('storable', async t => {
  t.equal(storableText('a\udc00b😀'), 'a\ufffdb😀')
  t.strictSame([NaN, Infinity, 0.12345, 1].map(storableScore), [0, 0, 0.1235, 1])
})
