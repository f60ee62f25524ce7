/**
 * Analytics: the tables in ClickHouse, the sink that fills them exactly once, and the connection that queries
 * use.
 */
export { ClickhouseAccessStore } from './access-store.js'
export { clusterStatements } from './cluster-schema.js'
export { dropCold, moveCold, warmCold, type MoveOptions } from './cold/cold-moves.js'
export { isShown, listParts, type ColdPart, type ColdState } from './cold/cold-parts.js'
export { connectAnalytics, openAnalytics, type Analytics, type AnalyticsOptions } from './connection.js'
export { eraseRows } from './erasure.js'
export { clickhouseFailure } from './failure.js'
export { migrate } from './migration.js'
export { answerOf, exampleQueries } from './queries.js'
export { questions, type Question } from './questions/index.js'
export {
  ClickhouseContents, clickhouseNow, duePersons, dueRows, readContents, type DueQuery, type DueRow,
} from './record-contents.js'
export { reportOf, type ReportForm } from './report/forms.js'
export { reportMarkdown } from './report/markdown.js'
export { reportPage } from './report/page.js'
export { mondayOf, weeklyReport, type WeeklyReport } from './report/weekly.js'
export {
  expireRows, recordsKeptFrom, retentionOfSchema, type Expired, type Retention,
} from './retention.js'
export { hashesOfNames, nameOldRows, namesOf, namesSql, personHash } from './row-names.js'
export { ClickhouseShownPersons } from './shown-persons.js'
export { clickhouseSink } from './sink.js'
export {
  emptyTable, readSlice, rowsOf, slicesOf, tablesWithRows, writeSlice, type TableSlice,
} from './table-copy.js'
export { threadedClickhouseSink } from './threaded-sink.js'
export { verifyMonths, verifyRows } from './verify.js'
