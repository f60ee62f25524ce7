/** docs/ERRORS.md is what the table of errors says, and the table keeps its own rules. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { errorsPage } from '../../deploy/scripts/errors-page.js'
import { errorTable, errorValueOf, HinataError, messageOf, type ErrorCode } from '../../engine/index.js'
import { projectRoot } from '../tidy/sources.js'

const rows = Object.entries(errorTable)

t.test('docs/ERRORS.md equals the table', async t => {
  const page = readFileSync(join(projectRoot(import.meta.dirname), 'docs', 'ERRORS.md'), 'utf8')
  t.equal(page, errorsPage(), 'if not: npm run build && node dist/deploy/scripts/generate-errors.js')
})

t.test('every row says a sentence under a code in capitals', async t => {
  t.strictSame(rows.filter(([code]) => !/^[A-Z]+(_[A-Z]+)*$/.test(code)), [])
  t.strictSame(rows.filter(([, { message }]) => !/^[A-Z{]/.test(message)), [])
  t.strictSame(rows.filter(([, { kind, retryable }]) => retryable && kind !== 'limited'
    && kind !== 'unavailable'), [],
    'only what is limited or unavailable may succeed unchanged')
})

t.test('details fill the placeholders, an absent one leaves nothing', async t => {
  t.equal(messageOf('QUERY_UNKNOWN', { query: 'near' }), 'No query is named near.')
  t.equal(messageOf('QUERY_UNKNOWN', {}), 'No query is named .')
  const error = new HinataError('QUERY_TIMEOUT', { query: 'near', max: 5 })
  t.match(error, { code: 'QUERY_TIMEOUT', kind: 'unavailable', isRetryable: true,
    message: 'Query near took longer than 5 ms.' })
})

t.test('anything thrown becomes a value with a code of the table', async t => {
  const codes: ErrorCode[] = ['INTERNAL', 'TASK_FENCED']
  const values = [new Error('broken'), 'a text',
    new HinataError('TASK_FENCED', { partition: 1, epoch: 2, found: 3 })]
    .map(errorValueOf)
  t.strictSame(values.map(({ code }) => code), [codes[0], codes[0], codes[1]])
  t.match(values[0], { message: /broken/, stack: /broken/ })
  t.match(values[1], { message: /a text/, stack: undefined })
})
