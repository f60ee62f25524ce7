/** The weekly report: sums of a real ClickHouse, weeks cut at Mondays, nothing that points at one person. */
import t, { type Test } from 'tap'
import { componentsChanged, deadLetters, recordsFolded } from '../../actors/person/outputs.js'
import {
  clickhouseSink, ClickhouseShownPersons, mondayOf, openAnalytics, reportMarkdown, reportOf, reportPage,
  weeklyReport, type Analytics,
} from '../../analytics/index.js'
import { acceptedAt, componentChange, deadLetter, foldedRecord } from './samples.js'
import { TestServer } from './server.js'

const monday = Date.UTC(2025, 10, 17)
const weekMs = 7 * 86_400_000

t.setTimeout(120_000)

t.test('P1 weeks begin on Monday', async t => {
  for (const at of [monday, monday + 1, acceptedAt, monday + weekMs - 1]) t.equal(mondayOf(at), monday)
  t.equal(mondayOf(monday + weekMs), monday + weekMs)
  t.equal(mondayOf(0), Date.UTC(1969, 11, 29))
})

t.test('P1 P2 a week and the one before', async t => {
  const server = await TestServer.start()
  const analytics = await openAnalytics({ url: server.url })
  t.teardown(async () => {
    await analytics.close()
    await server.remove()
  })
  const recordOf = (person: string, n: number, at: number, tag: string[]): object => {
    const value = foldedRecord(n, { user_id: person, accepted_at: at, record: { tag } })
    return { output: recordsFolded.output, key: person, value }
  }
  const people = ['ada', 'bo', 'cy', 'di']
  const emitted = [
    ...people.flatMap((person, i) => [
      recordOf(person, 1, monday + i, ['rowing', `only-${person}`]),
      recordOf(person, 2, monday + weekMs - 1, ['rowing']),
      recordOf(person, 3, monday - 1, ['chess']), recordOf(person, 4, monday + weekMs, ['later']),
    ]),
    recordOf('ada', 5, monday, ['chess']),
    { output: componentsChanged.output, key: 'ada', value: componentChange(1, 'created') },
    { output: deadLetters.output, key: 'ada', value: deadLetter({}) },
  ] as Parameters<ReturnType<typeof clickhouseSink>['insert']>[0]['emitted']
  await clickhouseSink(analytics).insert({ token: 'weeks', partition: 0, emitted })
  const report = await weeklyReport(analytics, monday)
  t.match(report, {
    week: '2025-11-17', totals: { records: 9, persons: 4, apps: 1 }, before: { records: 4, persons: 4 },
    days: [{ day: '2025-11-17', records: 5, persons: 4 }, { day: '2025-11-23', records: 4, persons: 4 }],
    apps: [{ app: 'app-1', records: 9, persons: 4 }],
    changes: [{ memory: 'core', created: 1, superseded: 0 }],
    errors: [{ code: 'TURN_FAILED', letters: 1, waiting: 1 }],
  })
  t.same(report.topics, [{ name: 'git', records: 9, before: 4 }])
  t.same(report.rising, [{ name: 'rowing', records: 8, before: 0 }], 'what only one person has is not told')
  t.same(report.fading, [{ name: 'chess', records: 1, before: 4 }])
  const written = reportMarkdown(report)
  t.match(written, '| records | 9 | 4 |')
  t.match(written, '| rowing | 8 | 0 |')
  t.notMatch(written, 'ada')
  t.match(reportMarkdown({ ...report, rising: [{ name: '<b>|', records: 1, before: 0 }] }), '\\<b\\>\\|')

  const page = await reportPage(report)
  t.match(page, /<h1>Week of 2025-11-17<\/h1>/)
  t.equal(page.match(/<svg/g)?.length, 4, 'days, topics, rising, fading')
  t.match(page, 'rowing')
  t.notMatch(page, /\bada\b|<script|https?:\/\/(?!www\.w3\.org)/, 'no person, no script, no other place')
  const hostile = await reportPage({ ...report, apps: [{ app: '<img>', records: 1, persons: 1 }],
    topics: [{ name: '<script>alert(1)</script>', records: 1, before: 0 }] })
  t.notMatch(hostile, /<script|<img/, 'names are texts, in tables and in charts')
  t.equal(JSON.parse(await reportOf(analytics, '2025-11-19', 'json')).totals.records, 9)
  await t.rejects(reportOf(analytics, 'monday', 'html'), { code: 'USAGE' })

  t.same(report.persons, [], 'nobody was asked, so nobody is named')
  await show(server.url, ['ada', 'bo', 'di'])
  await consenting(t, analytics)

  const empty = await weeklyReport(analytics, monday - 10 * weekMs)
  t.match(empty, { totals: { records: 0, mean_quality: 0, row_ms_p99: 0 }, days: [], topics: [] })
  t.match(reportMarkdown(empty), '## Topics\n\nNone.')
  t.notMatch(await reportPage(empty), '<svg')
})

async function show(url: string, persons: readonly string[]): Promise<void> {
  const shown = new ClickhouseShownPersons({ url })
  for (const person of persons) await shown.put(person, true, monday)
  await shown.close()
}

/** P3 Those who consent are told of, and nobody else. */
async function consenting(t: Test, analytics: Analytics): Promise<void> {
  const asked: string[][] = []
  const told = await weeklyReport(analytics, monday, async persons => {
    asked.push([...persons])
    return new Set(['ada', 'di'])
  })
  t.same(asked, [['ada', 'bo', 'di']], 'P3 those who were active, and whom the rows can be told to be of')
  t.same(told.persons, [
    { person: 'ada', records: 3, before: 1, days: 2, created: 1, superseded: 0 },
    { person: 'di', records: 2, before: 1, days: 2, created: 0, superseded: 0 },
  ], 'P3 those who consent')
  t.match(reportMarkdown(told), '| ada | 3 | 1 | 2 | 1 | 0 |')
  t.notMatch(reportMarkdown(told), /\bbo\b/)
  t.match(await reportPage(told), '<td>ada</td><td>3</td>')
}
