/** Every rule of SPEC section 1: what is taken, and with which code the rest is refused. */
import fc from 'fast-check'
import t from 'tap'
import { parsePersonId, parseRecord } from '../../../actors/record/index.js'

const now = Date.UTC(2026, 0, 10)
const good = {
  id: 'n1',
  timestamp: '2026-01-09T10:00:00+02:00',
  source: 'notes',
  highlight: 'A thought',
  note: '',
}

function codeOf(change: Record<string, unknown>): string | undefined {
  return parseRecord({ ...good, ...change }, now).refusal?.code
}

t.test('a record comes out normalised, and parsing it again changes nothing', async t => {
  const parsed = parseRecord(
    { ...good, tag: [' Git ', 'git', '', 'REBASE'], address: ' https://A.org/x ' },
    now,
  )
  if (parsed.refusal !== undefined) throw new Error(parsed.refusal.message)
  t.strictSame(parsed.record, {
    id: 'n1',
    timestamp: '2026-01-09T08:00:00.000Z',
    source: 'notes',
    highlight: 'A thought',
    note: '',
    address: 'https://A.org/x',
    tag: ['git', 'rebase'],
    access: 'private',
  })
  t.equal(parsed.eventTime, Date.UTC(2026, 0, 9, 8))
  t.strictSame(parseRecord(parsed.record, now), parsed)
})

t.test('each broken rule has its code', async t => {
  const cases: readonly (readonly [string, Record<string, unknown>])[] = [
    ['FIELD_UNKNOWN', { hilight: 'x' }],
    ['FIELD_UNKNOWN', { user_id: 'me' }],
    ['FIELD_UNKNOWN', { enhanced_tags: [] }],
    ['FIELD_MISSING', { id: undefined }],
    ['ID_INVALID', { id: '' }],
    ['ID_INVALID', { id: 7 }],
    ['ID_INVALID', { id: 'a\nb' }],
    ['ID_INVALID', { id: 'x'.repeat(201) }],
    ['ID_INVALID', { id: '\ud800' }],
    ['FIELD_MISSING', { timestamp: undefined }],
    ['TIMESTAMP_INVALID', { timestamp: '2026-01-09T10:00:00' }],
    ['TIMESTAMP_INVALID', { timestamp: '2026-02-30T10:00:00Z' }],
    ['TIMESTAMP_INVALID', { timestamp: 1 }],
    ['TIMESTAMP_INVALID', { timestamp: '2026-01-09T24:00:00Z' }],
    ['TIMESTAMP_FUTURE', { timestamp: '2026-01-10T00:05:00.001Z' }],
    ['FIELD_MISSING', { source: undefined }],
    ['FIELD_MISSING', { source: ' ' }],
    ['FIELD_TYPE', { source: 3 }],
    ['FIELD_TOO_LONG', { highlight: 'x'.repeat(10_001) }],
    ['FIELD_TOO_LONG', { note: 'x'.repeat(50_001) }],
    ['FIELD_TOO_LONG', { address: 'x'.repeat(4_097) }],
    ['FIELD_TYPE', { note: null }],
    ['TEXT_EMPTY', { highlight: ' ', note: '\n' }],
    ['FIELD_TYPE', { tag: 'git' }],
    ['TAGS_TOO_MANY', { tag: Array.from({ length: 65 }, (_, i) => `t${i}`) }],
    ['FIELD_TOO_LONG', { tag: ['x'.repeat(101)] }],
    ['FIELD_TYPE', { tag: [1] }],
    ['ACCESS_INVALID', { access: 'secret' }],
    ['ACCESS_INVALID', { access: null }],
    ['FIELD_TYPE', { raw_data: [] }],
    ['RAW_DATA_TOO_LARGE', { raw_data: { text: 'x'.repeat(64 * 1_024) } }],
  ]
  for (const [code, change] of cases)
    t.equal(codeOf(change), code, `${code} ${JSON.stringify(change).slice(0, 60)}`)
  for (const input of [null, 1, 'x', [], undefined])
    t.equal(parseRecord(input, now).refusal?.code, 'RECORD_NOT_OBJECT')
})

t.test('each limit itself is allowed', async t => {
  const cases: Record<string, unknown>[] = [
    { id: 'x'.repeat(200) },
    { highlight: 'x'.repeat(10_000) },
    { note: 'x'.repeat(50_000) },
    { address: 'x'.repeat(4_096) },
    { highlight: '😀'.repeat(10_000) },
    { timestamp: '2026-01-10T00:05:00Z' },
    { timestamp: '1969-01-01T00:00Z' },
    { tag: Array.from({ length: 64 }, (_, i) => `t${i}`) },
    { highlight: '', note: 'n' },
    { raw_data: { a: { b: [1, 'x'] } } },
  ]
  for (const change of cases) t.equal(codeOf(change), undefined, JSON.stringify(change).slice(0, 40))
})

t.test('a refusal names the field and says what is meant', async t => {
  const refusal = parseRecord({ ...good, hilight: 'x' }, now).refusal
  t.match(refusal, { field: 'hilight', message: 'Unknown field hilight. Did you mean highlight?' })
  t.match(parseRecord({ ...good, quality_score: 1 }, now).refusal?.message, /The engine adds it/)
  t.equal(parseRecord({ ...good, tag: ['ok', 5] }, now).refusal?.field, 'tag[1]')
  t.equal(codeOf({ user_id: 'p' }), 'FIELD_UNKNOWN')
  t.equal(parseRecord({ ...good, user_id: 'p' }, now, { allow: ['user_id'] }).refusal, undefined)
})

t.test('keys that pollute prototypes are unknown fields; deep raw_data is refused, not followed', async t => {
  t.equal(parseRecord(JSON.parse('{"__proto__": {"id": "x"}}'), now).refusal?.code, 'FIELD_UNKNOWN')
  const deep: unknown = JSON.parse('{"a":'.repeat(2_000) + '1' + '}'.repeat(2_000))
  t.equal(codeOf({ raw_data: deep }), 'FIELD_TYPE')
})

t.test('parseRecord never throws and takes only what obeys', async () => {
  const field = fc.oneof(fc.string(), fc.anything(), fc.constant('2026-01-01T00:00:00Z'))
  const near = fc.record(
    {
      id: field,
      timestamp: field,
      source: field,
      highlight: field,
      note: field,
      address: field,
      tag: fc.oneof(fc.array(field), field),
      access: field,
      raw_data: field,
      extra: field,
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(near, fc.anything()), input => {
      const parsed = parseRecord(input, now)
      if (parsed.refusal !== undefined) return parsed.refusal.message.length > 0
      const { record } = parsed
      const isBounded =
        record.id.length <= 200 &&
        record.tag.length <= 64 &&
        record.tag.every(tag => tag === tag.trim() && tag !== '')
      const isStable = JSON.stringify(parseRecord(record, now)) === JSON.stringify(parsed)
      return (
        isBounded &&
        isStable &&
        (record.highlight + record.note).trim() !== '' &&
        parsed.eventTime <= now + 300_000
      )
    }),
    { seed: 7, numRuns: 2_000 },
  )
})

t.test('person ids', async t => {
  t.strictSame(parsePersonId('ana'), { id: 'ana' })
  for (const bad of ['', ' ', 'x'.repeat(201), 5, null, 'a\u0000']) t.ok('refusal' in parsePersonId(bad))
})
