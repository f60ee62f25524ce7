/** The report of the week of a day, in the form that is asked for: what the command and the route share. */
import { HinataError, systemClock } from '../../engine/index.js'
import type { Analytics } from '../connection.js'
import { reportMarkdown } from './markdown.js'
import { reportPage } from './page.js'
import type { Consenting } from './progress.js'
import { mondayOf, weeklyReport } from './weekly.js'

/** Forms of a report. */
export type ReportForm = 'json' | 'markdown' | 'html'

const weekMs = 7 * 86_400_000

/**
 * Makes it; `day` like 2026-03-02, without it the last whole week. Throws USAGE for what is no day, and
 * CLICKHOUSE_UNREACHABLE.
 */
export async function reportOf(
  analytics: Analytics, day: string | undefined, form: ReportForm, consenting?: Consenting,
): Promise<string> {
  const monday = day === undefined ? mondayOf(systemClock.now() - weekMs) : weekOf(day)
  const report = await weeklyReport(analytics, monday, consenting)
  switch (form) {
    case 'json': return JSON.stringify(report)
    case 'markdown': return reportMarkdown(report)
    case 'html': return reportPage(report)
  }
}

function weekOf(text: string): number {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : NaN
  if (!Number.isNaN(at)) return mondayOf(at)
  throw new HinataError('USAGE', { reason: `The week must be a day like 2026-03-02, found ${text}.` })
}
