/** The weekly report as Markdown: a pure function of the report. */
import { personsMin, type ReportInterest, type WeeklyReport } from './weekly.js'

/** The report for people who read it in a mail or a repository. */
export function reportMarkdown(report: WeeklyReport): string {
  const { totals, before } = report
  const sum = (name: string, now: number, then: number): string => `| ${name} | ${now} | ${then} |`
  return [
    `# Week of ${report.week}`, '',
    '| | this week | the week before |', '|---|---:|---:|',
    sum('records', totals.records, before.records),
    sum('of them revised', totals.revisions, before.revisions),
    sum('active persons', totals.persons, before.persons), sum('active apps', totals.apps, before.apps),
    sum('mean quality', totals.mean_quality, before.mean_quality),
    sum('mean attention', totals.mean_attention, before.mean_attention),
    sum('log to row, p50 ms', totals.row_ms_p50, before.row_ms_p50),
    sum('log to row, p99 ms', totals.row_ms_p99, before.row_ms_p99), '',
    ...table('Days', ['day', 'records', 'persons'],
      report.days.map(one => [one.day, one.records, one.persons])),
    ...table('Apps', ['app', 'records', 'persons'],
      report.apps.map(one => [one.app, one.records, one.persons])),
    ...interests('Topics', report.topics), ...interests('Rising', report.rising),
    ...interests('Fading', report.fading),
    ...table('What prompts learnt', ['memory', 'new components', 'replaced'],
      report.changes.map(one => [one.memory, one.created, one.superseded])),
    ...table('Errors', ['code', 'dead letters', 'waiting'],
      report.errors.map(one => [one.code, one.letters, one.waiting])),
    ...personsTable(report),
    `Topics and tags of fewer than ${personsMin} persons are not told.`, '',
  ].join('\n')
}

/** Left out when nobody consents: then it would only say how many are silent. */
function personsTable({ persons }: WeeklyReport): string[] {
  if (persons.length === 0) return []
  return table('Persons who consent to be told of',
    ['person', 'records', 'the week before', 'days', 'new components', 'replaced'],
    persons.map(one => [one.person, one.records, one.before, one.days, one.created, one.superseded]))
}

function interests(title: string, all: readonly ReportInterest[]): string[] {
  return table(title, ['name', 'this week', 'the week before'],
    all.map(one => [one.name, one.records, one.before]))
}

type Row = readonly (string | number)[]

function table(title: string, names: readonly string[], rows: readonly Row[]): string[] {
  if (rows.length === 0) return [`## ${title}`, '', 'None.', '']
  const line = (cells: Row): string => `| ${cells.map(shown).join(' | ')} |`
  return [`## ${title}`, '', line(names), `|${names.map((_, i) => (i === 0 ? '---' : '---:')).join('|')}|`,
    ...rows.map(line), '']
}

/** Names come from people: nothing in one is Markdown or HTML. */
function shown(cell: string | number): string {
  return String(cell).replace(/[\r\n]+/g, ' ').replace(/[\\`*_{}[\]<>|#&!~]/g, '\\$&')
}
