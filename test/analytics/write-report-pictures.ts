/**
 * Writes docs/pictures: the charts of the weekly report, made from the sample of the tour.
 *
 *   node dist/test/analytics/write-report-pictures.js
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { componentsChanged, recordsFolded } from '../../actors/person/outputs.js'
import { clickhouseSink, mondayOf, openAnalytics, weeklyReport } from '../../analytics/index.js'
import { daysChart, interestsChart } from '../../analytics/report/charts.js'
import { projectRoot } from '../tidy/sources.js'
import { liveSample } from './questions/sample-life.js'
import { TestServer } from './server.js'

const folder = join(projectRoot(import.meta.dirname), 'docs', 'pictures')
const server = await TestServer.start()
const analytics = await openAnalytics({ url: server.url })
try {
  const { contents, changes } = await liveSample()
  await clickhouseSink(analytics).insert({ token: 'pictures', partition: 0, emitted: [
    ...contents.map(value => ({ output: recordsFolded.output, key: value.user_id, value })),
    ...changes.map(value => ({ output: componentsChanged.output, key: value.user_id, value })),
  ] })
  const newest = Math.max(...contents.map(({ accepted_at }) => accepted_at))
  const report = await weeklyReport(analytics, mondayOf(newest - 7 * 86_400_000))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'week-days.svg'), `${daysChart(report.days)}\n`)
  writeFileSync(join(folder, 'week-topics.svg'), `${interestsChart('Topics', report.topics)}\n`)
  process.stdout.write(`${report.week}: ${report.totals.records} records\n`)
} finally {
  await analytics.close()
  await server.remove()
}
