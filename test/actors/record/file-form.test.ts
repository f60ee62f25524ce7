/** The file form, line by line. */
import t from 'tap'
import { formatLine, parseLine } from '../../../actors/record/index.js'

const now = Date.UTC(2026, 0, 10)

t.test('a line that was written reads back equal', async t => {
  const line =
    '{"user_id":"ana","id":"1","timestamp":"2026-01-01T00:00:00Z","source":"s",' +
    '"highlight":"h","tag":["A"],"raw_data":{"x":1}}'
  const first = parseLine(line, now)
  if (first.refusal !== undefined) throw new Error(first.refusal.message)
  t.equal(first.personId, 'ana')
  t.strictSame(parseLine(formatLine(first.record, 'ana'), now), first)
})

t.test('a bad line says why', async t => {
  t.equal(parseLine('{"id":', now).refusal?.code, 'JSON_MALFORMED')
  t.equal(parseLine('[]', now).refusal?.code, 'RECORD_NOT_OBJECT')
  t.equal(
    parseLine('{"user_id":"","id":"1","timestamp":"2026-01-01T00:00:00Z","source":"s","highlight":"h"}', now)
      .refusal?.code,
    'USER_ID_INVALID',
  )
})
