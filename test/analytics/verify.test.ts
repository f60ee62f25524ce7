/**
 * What verify.ts finds between rows and log: lost, doubled, rows of nothing, gaps; and what it must not miss
 * of the time before the horizon (`keptFrom`). Against the embedded server.
 */
import t from 'tap'
import { recordsFolded } from '../../actors/person/outputs.js'
import { clickhouseSink, openAnalytics, verifyMonths, verifyRows } from '../../analytics/index.js'
import { Findings } from '../../engine/index.js'
import { acceptedAt as horizon, foldedRecord } from './samples.js'
import { TestServer } from './server.js'

t.setTimeout(120_000)
const server = await TestServer.start()
const analytics = await openAnalytics({ url: server.url })
t.teardown(async () => {
  await analytics.close()
  await server.remove()
})

/** Two of her records were accepted before the horizon, one just then, one later. */
const instants = [horizon - 2, horizon - 1, horizon, horizon + 1]
async function insert(token: string, key: string, instants: readonly number[]): Promise<void> {
  await clickhouseSink(analytics).insert({ token, partition: 0, emitted: instants.map((at, i) => ({
    output: recordsFolded.output, key, value: foldedRecord(i + 1, { user_id: key, accepted_at: at }),
  })) })
}
await insert('ada', 'ada', instants)

interface Asked { readonly records: number, readonly ids: number }

/** What is found when the log has `records` folded of each person, and `ids` since the horizon. */
async function findingsOf(
  persons: Readonly<Record<string, Asked>>, keptFrom?: number, isAtRest = true,
): Promise<string[]> {
  const findings = new Findings()
  const tally = { records: 0, keys: new Map(Object.entries(persons)), months: new Map() }
  await verifyRows(analytics, tally, findings, isAtRest, keptFrom)
  return findings.all.map(({ kind, count, examples: [example] }) => `${kind} ${count} ${example}`)
}

t.test('rows of before the horizon are neither missed nor too many', async t => {
  t.same(await findingsOf({ ada: { records: 4, ids: 2 } }, horizon), [])
  t.same(await findingsOf({ ada: { records: 4, ids: 3 } }, horizon), ['lost 1 rows missing: ada, 2 of 3'])
  t.same(await findingsOf({ ada: { records: 4, ids: 1 } }, horizon),
    ['doubled 1 rows of nothing: ada, 2 of 1'])
  t.same(await findingsOf({ ada: { records: 4, ids: 4 } }), [], 'without a horizon all count')
  t.same(await findingsOf({ ada: { records: 4, ids: 2 } }), ['doubled 2 rows of nothing: ada, 4 of 2'])
})

t.test('whose last record is of before the horizon may be gone, and nobody else', async t => {
  const gap = (folded: number): string =>
    `lost ${folded} running number: bob ends with 0, the log has ${folded} folded`
  t.same(await findingsOf({ bob: { records: 5, ids: 0 } }, horizon), [])
  t.same(await findingsOf({ bob: { records: 5, ids: 0 } }), [gap(5)])
  t.same(await findingsOf({ bob: { records: 5, ids: 1 } }, horizon),
    ['lost 1 rows missing: bob, 0 of 1', gap(5)])
})

t.test('running numbers go on to what the log has', async t => {
  t.same(await findingsOf({ ada: { records: 6, ids: 4 } }),
    ['lost 2 running number: ada ends with 4, the log has 6 folded'])
  t.same(await findingsOf({ ada: { records: 3, ids: 4 } }),
    ['doubled 1 running number: ada ends with 4, the log has 3 folded'])
})

t.test('while records flow only what is there twice counts', async t => {
  await insert('eve', 'eve', instants)
  t.same(await findingsOf({ ada: { records: 9, ids: 9 }, eve: { records: 9, ids: 9 } }, 0, false), [])
  await insert('eve again', 'eve', instants.slice(0, 2))
  t.same(await findingsOf({ ada: { records: 9, ids: 9 }, eve: { records: 9, ids: 9 } }, 0, false),
    ['doubled 2 rows twice: eve'])
})

t.test('a month may have fewer rows than the log has records, not more', async t => {
  const monthsOf = async (months: readonly (readonly [string, number])[]): Promise<string[]> => {
    const findings = new Findings()
    await verifyMonths(analytics, new Map(months), findings)
    return findings.all.map(({ kind, count }) => `${kind} ${count}`)
  }
  t.same(await monthsOf([['2025-11', 10]]), [])
  t.same(await monthsOf([['2025-11', 99], ['2025-12', 1]]), [])
  t.same(await monthsOf([['2025-11', 7]]), ['doubled 3'])
  t.same(await monthsOf([['2025-12', 10]]), ['doubled 10'], 'rows of a month that no log knows')
})
