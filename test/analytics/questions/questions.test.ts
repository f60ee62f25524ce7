/**
 * Each of the twenty questions, asked of the sample in a real ClickHouse, against an answer reckoned
 * here.
 */
import t from 'tap'
import { componentsChanged, deadLetters, recordsFolded } from '../../../actors/person/outputs.js'
import { clickhouseSink, openAnalytics, questions } from '../../../analytics/index.js'
import { keepIds } from '../../support/row-names.js'
import { deadLetter } from '../samples.js'
import { TestServer } from '../server.js'
import { expectedAnswers } from './expected.js'
import { liveSample } from './sample-life.js'

t.test('twenty questions', async t => {
  const server = await TestServer.start()
  const analytics = await openAnalytics({ url: server.url })
  t.teardown(async () => {
    await analytics.close()
    await server.remove()
  })
  const life = await liveSample()
  const letters = [deadLetter({ app: 'tour', record: { id: 'broken' } })]
  const emitted = [
    ...life.contents.map(value => ({ output: recordsFolded.output, key: value.user_id, value })),
    ...life.changes.map(value => ({ output: componentsChanged.output, key: value.user_id, value })),
    ...letters.map(value => ({ output: deadLetters.output, key: value.key, value })),
  ]
  await keepIds(analytics, ...new Set(emitted.map(({ key }) => key)))
  await clickhouseSink(analytics).insert({ token: 'sample', partition: 0, emitted })
  const expected = expectedAnswers(life, letters)
  t.equal(questions.length, 20)
  t.same(questions.map(({ name }) => name).sort(), Object.keys(expected).sort())
  for (const { name, sql, parameters } of questions) {
    const rows = await analytics.query<Record<string, unknown>>(sql, parameters)
    t.ok(rows.length > 0, `${name} is answered`)
    const { columns, rows: reckoned } = expected[name]
    t.strictSame(rows.map(row => columns.map(column => plain(row[column]))),
      reckoned.map(row => row.map(plain)), name)
  }
})

/** 64-bit numbers come as texts, scores are rounded to three digits. */
function plain(cell: unknown): unknown {
  const isWhole = typeof cell === 'string' && /^-?\d+$/.test(cell)
  return isWhole || typeof cell === 'number' ? Math.round(Number(cell) * 1e3) / 1e3 : cell
}
