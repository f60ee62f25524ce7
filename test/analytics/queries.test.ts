/** The examples run as they stand and answer what they promise. */
import t from 'tap'
import { componentsChanged, recordsFolded } from '../../actors/person/outputs.js'
import { answerOf, clickhouseSink, exampleQueries, openAnalytics } from '../../analytics/index.js'
import { keepIds } from '../support/row-names.js'
import { componentChange, foldedRecord } from './samples.js'
import { TestServer } from './server.js'

t.test('example queries', async t => {
  const server = await TestServer.start()
  const analytics = await openAnalytics({ url: server.url })
  t.teardown(async () => {
    await analytics.close()
    await server.remove()
  })
  for (const example of exampleQueries) t.equal(await answerOf(analytics, example), '(no rows yet)')
  const folded = [1, 2, 3].map(n => ({ output: recordsFolded.output, key: 'ada', value: foldedRecord(n) }))
  const revised = { output: recordsFolded.output, key: 'ada', value: foldedRecord(3, { revision: 2 }) }
  const changed = (['created', 'strengthened', 'superseded'] as const).map((change, i) => (
    { output: componentsChanged.output, key: 'ada', value: componentChange(i + 1, change) }))
  const batch = { token: 'q', partition: 0, emitted: [...folded, revised, ...changed] }
  await keepIds(analytics, 'ada')
  await clickhouseSink(analytics).insert(batch)
  const answers = await Promise.all(exampleQueries.map(example => answerOf(analytics, example)))
  const [perTag, topics, churn] = answers
  t.equal(perTag, [
    'month       tag       records  persons',
    '2025-11-01  branches  3        1',
    '2025-11-01  git       3        1',
  ].join('\n'))
  t.equal(topics, 'topic  attention  records  quality  persons\ngit    0.37       3        0.43     1')
  t.equal(churn, [
    'user_id  components  created  superseded  changes  changes_per_component  strongest',
    'ada      1           1        1           3        3                      Git: rebasing, step 3',
  ].join('\n'))
})
