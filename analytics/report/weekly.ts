/**
 * The weekly report: who was active, what they kept, what rises and fades, how good, how fresh, what failed.
 *
 * P1  A week is Monday to Monday, UTC, by the time of acceptance; the same rows give the same report.
 * P2  It is about all persons together: no id, text or component of one leaves, but for the counts of those
 *     who consent (progress.ts). A tag or topic that fewer than `personsMin` persons have is left out; a
 *     system with fewer active persons tells no tags and topics.
 */
import type { Analytics } from '../connection.js'
import { progressOf, type Consenting, type PersonProgress } from './progress.js'

/** Persons that must share a tag or topic before it is told: below, it points at somebody. */
export const personsMin = 3
const listedMax = 10
const dayMs = 86_400_000
const weekMs = 7 * dayMs

/** Sums of a week. */
export interface WeekTotals {
  readonly records: number
  readonly revisions: number
  readonly persons: number
  readonly apps: number
  readonly mean_quality: number
  readonly mean_attention: number
  readonly row_ms_p50: number
  readonly row_ms_p99: number
}

/** A day of the week. */
export interface ReportDay {
  readonly day: string
  readonly records: number
  readonly persons: number
}

/** Something that is kept, with its records of the week and of the week before. */
export interface ReportInterest {
  readonly name: string
  readonly records: number
  readonly before: number
}

/** What prompts learnt in one memory. */
export interface MemoryChanges {
  readonly memory: string
  readonly created: number
  readonly superseded: number
}

/** The report of one week. */
export interface WeeklyReport {
  /** The Monday on which it begins, `YYYY-MM-DD`. */
  readonly week: string
  readonly totals: WeekTotals
  readonly before: WeekTotals
  readonly days: readonly ReportDay[]
  readonly apps: readonly { readonly app: string, readonly records: number, readonly persons: number }[]
  readonly topics: readonly ReportInterest[]
  readonly rising: readonly ReportInterest[]
  readonly fading: readonly ReportInterest[]
  readonly changes: readonly MemoryChanges[]
  readonly errors: readonly { readonly code: string, readonly letters: number, readonly waiting: number }[]
  /** Of persons who consent to being told of. */
  readonly persons: readonly PersonProgress[]
}

const span = `{from:DateTime64(3, 'UTC')} <= accepted_at AND accepted_at < {to:DateTime64(3, 'UTC')}`

const totalsSql = `
SELECT toUInt32(count()) AS records, toUInt32(countIf(revision > 1)) AS revisions,
  toUInt32(uniqExact(user_id)) AS persons, toUInt32(uniqExact(app)) AS apps,
  round(ifNotFinite(avg(quality_score), 0), 3) AS mean_quality,
  round(ifNotFinite(avg(attention_weight), 0), 3) AS mean_attention,
  round(ifNotFinite(quantile(0.5)(dateDiff('millisecond', accepted_at, inserted_at)), 0)) AS row_ms_p50,
  round(ifNotFinite(quantile(0.99)(dateDiff('millisecond', accepted_at, inserted_at)), 0)) AS row_ms_p99
FROM records_current WHERE ${span}`

const daysSql = `
SELECT toString(toDate(accepted_at)) AS day, toUInt32(count()) AS records,
  toUInt32(uniqExact(user_id)) AS persons
FROM records_current WHERE ${span} GROUP BY day ORDER BY day`

const appsSql = `
SELECT app, toUInt32(count()) AS records, toUInt32(uniqExact(user_id)) AS persons
FROM records_current WHERE ${span} GROUP BY app ORDER BY records DESC, app LIMIT ${listedMax}`

/** Interests of a column of texts: this week and the one before, of enough persons (P2). */
const interestsSql = (column: 'tag' | 'main_topics'): string => `
SELECT arrayJoin(${column}) AS name,
  toUInt32(countIf(accepted_at >= {middle:DateTime64(3, 'UTC')})) AS records,
  toUInt32(count()) - records AS before
FROM records_current WHERE ${span} AND NOT is_masked
GROUP BY name HAVING uniqExact(user_id) >= ${personsMin}`

const changesSql = `
SELECT memory, toUInt32(countIf(change = 'created')) AS created,
  toUInt32(countIf(change = 'superseded')) AS superseded
FROM psp_components
WHERE {from:DateTime64(3, 'UTC')} <= changed_at AND changed_at < {to:DateTime64(3, 'UTC')}
GROUP BY memory ORDER BY memory SETTINGS final = 0`

const errorsSql = `
SELECT error_code AS code, toUInt32(count()) AS letters, toUInt32(countIf(status = 'dead')) AS waiting
FROM dead_letters FINAL
WHERE {from:DateTime64(3, 'UTC')} <= failed_at AND failed_at < {to:DateTime64(3, 'UTC')}
GROUP BY code ORDER BY letters DESC, code LIMIT ${listedMax}`

/** The Monday (ms UTC) of the week that `ms` lies in. */
export function mondayOf(ms: number): number {
  const day = Math.floor(ms / dayMs)
  return (day - ((day + 3) % 7)) * dayMs // 1970-01-01 was a Thursday
}

/**
 * Makes the report of the week that begins at `monday` (ms UTC). Throws CLICKHOUSE_UNREACHABLE and what
 * `consenting` throws.
 */
export async function weeklyReport(
  analytics: Analytics, monday: number, consenting: Consenting = async () => new Set(),
): Promise<WeeklyReport> {
  const at = (ms: number): string => new Date(ms).toISOString().slice(0, 23).replace('T', ' ')
  const week = { from: at(monday), to: at(monday + weekMs) }
  const before = { from: at(monday - weekMs), to: at(monday) }
  const both = { from: before.from, middle: week.from, to: week.to }
  const [[totals], [totalsBefore], days, apps, topics, tags, changes, errors, persons] = await Promise.all([
    analytics.query<WeekTotals>(totalsSql, week), analytics.query<WeekTotals>(totalsSql, before),
    analytics.query<ReportDay>(daysSql, week),
    analytics.query<WeeklyReport['apps'][number]>(appsSql, week),
    analytics.query<CountedInterest>(interestsSql('main_topics'), both),
    analytics.query<CountedInterest>(interestsSql('tag'), both),
    analytics.query<MemoryChanges>(changesSql, week),
    analytics.query<WeeklyReport['errors'][number]>(errorsSql, week), progressOf(analytics, both, consenting),
  ])
  const interests = tags.map(counted)
  return {
    week: week.from.slice(0, 10), totals, before: totalsBefore, days, apps, changes, errors,
    persons,
    topics: ranked(topics.map(counted), one => one.records),
    rising: ranked(interests, one => one.records - one.before),
    fading: ranked(interests, one => one.before - one.records),
  }
}

interface CountedInterest {
  readonly name: string
  readonly records: number
  readonly before: string
}

/** Differences come as 64-bit numbers, which are texts. */
function counted({ name, records, before }: CountedInterest): ReportInterest {
  return { name, records, before: Number(before) }
}

/** Those with a rank above 0, the highest first. */
function ranked(all: readonly ReportInterest[], rankOf: (one: ReportInterest) => number): ReportInterest[] {
  return all.filter(one => rankOf(one) > 0)
    .sort((a, b) => rankOf(b) - rankOf(a) || (a.name < b.name ? -1 : 1)).slice(0, listedMax)
}
