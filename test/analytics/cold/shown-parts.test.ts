/**
 * K5: whoever asks while the view of warm and cold records is replaced, or a file that it showed is dropped,
 * gets an answer. On a real embedded ClickHouse.
 */
import t from 'tap'
import { recordsFolded } from '../../../actors/person/outputs.js'
import { clickhouseSink, moveCold, openAnalytics, warmCold } from '../../../analytics/index.js'
import { showParts } from '../../../analytics/cold/cold-parts.js'
import { foldedRecord } from '../samples.js'
import { TestServer } from '../server.js'

t.setTimeout(240_000)

const rows = 40
const replacements = 60
const moves = 3
const server = await TestServer.start()
const analytics = await openAnalytics({ url: server.url })
t.teardown(async () => {
  await analytics.close()
  await server.remove()
})

await clickhouseSink(analytics).insert({ token: 'shown', partition: 0,
  emitted: Array.from({ length: rows }, (_, n) => ({ output: recordsFolded.output, key: 'ada',
    value: foldedRecord(n, { user_id: 'ada', sequence: n + 1, psp_influence_weight: 0.2 }) })) })

/** What readers hear who ask without a pause, by answer, while `work` goes on. */
async function heardDuring(work: () => Promise<unknown>): Promise<Map<string, number>> {
  const heard = new Map<string, number>()
  let isDone = false
  const read = async (from: string): Promise<void> => {
    while (!isDone) {
      const answer = await analytics.query<{ n: number }>(`SELECT toUInt32(count()) AS n FROM ${from}`)
        .then(([{ n }]) => String(n), (error: Error) => error.message.slice(0, 200))
      heard.set(answer, (heard.get(answer) ?? 0) + 1)
    }
  }
  const readers = ['records_all', 'records_current', 'records_all'].map(read)
  await work().finally(() => { isDone = true })
  await Promise.all(readers)
  return heard
}

t.test('while the view is replaced', async t => {
  const heard = await heardDuring(async () => {
    for (let n = 0; n < replacements; n++) await showParts(analytics)
  })
  t.strictSame([...heard.keys()], [String(rows)])
  t.comment(`${heard.get(String(rows))} answers`)
})

t.test('while rows become a file and come back', async t => {
  const heard = await heardDuring(async () => {
    for (let n = 0; n < moves; n++) {
      await moveCold(analytics, { before: Date.UTC(2026, 0, 2), settledSeconds: 0 })
      await warmCold(analytics, { month: 202511 })
    }
  })
  t.strictSame([...heard.keys()], [String(rows)])
  t.comment(`${heard.get(String(rows))} answers`)
})

t.test('views that were replaced are dropped when nobody can be about to read them', async t => {
  const names = (): Promise<{ name: string }[]> => analytics.query('SELECT name FROM system.tables '
    + 'WHERE database = currentDatabase() AND startsWith(name, \'records_all_until_\')')
  const [{ name }] = await names()
  await analytics.client.command({ query: `RENAME TABLE ${name} TO records_all_until_1700000000000` })
  await showParts(analytics)
  t.notOk((await names()).some(view => view.name === 'records_all_until_1700000000000'))
  t.ok((await names()).length > 0, 'the others stay for a while')
})
