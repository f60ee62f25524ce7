/**
 * The weekly report as a page: charts as SVG, numbers as tables. It stands alone: no script, no font, no
 * address of another place. A pure function of the report.
 */
import { personsMin, type WeeklyReport } from './weekly.js'

const style = 'body{font:15px/1.5 system-ui,sans-serif;max-width:680px;margin:2rem auto;padding:0 1rem;'
  + 'color:#222;background:#fff}h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}'
  + 'table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ddd;padding:.25rem .5rem;'
  + 'text-align:right}td:first-child,th:first-child{text-align:left}svg{max-width:100%;height:auto}'

/** The page. Loads the charts at the first call: most processes never draw one. */
export async function reportPage(report: WeeklyReport): Promise<string> {
  const { daysChart, interestsChart } = await import('./charts.js')
  const { totals, before } = report
  const sums: Row[] = [
    ['records', totals.records, before.records], ['of them revised', totals.revisions, before.revisions],
    ['active persons', totals.persons, before.persons], ['active apps', totals.apps, before.apps],
    ['mean quality', totals.mean_quality, before.mean_quality],
    ['mean attention', totals.mean_attention, before.mean_attention],
    ['log to row, p50 ms', totals.row_ms_p50, before.row_ms_p50],
    ['log to row, p99 ms', totals.row_ms_p99, before.row_ms_p99],
  ]
  const interests = [['Topics', report.topics], ['Rising', report.rising], ['Fading', report.fading]] as const
  return [
    '<!doctype html>', '<html lang="en">', '<head>', '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>Week of ${report.week}</title>`, `<style>${style}</style>`, '</head>', '<body>',
    `<h1>Week of ${report.week}</h1>`, table(['', 'this week', 'the week before'], sums),
    ...(report.days.length === 0 ? [] : [daysChart(report.days)]),
    ...interests.flatMap(([title, found]) => (found.length === 0 ? [`<h2>${title}</h2>`, '<p>None.</p>']
      : [interestsChart(title, found), table(['', 'this week', 'the week before'],
        found.map(one => [one.name, one.records, one.before]))])),
    '<h2>Apps</h2>', table(['app', 'records', 'persons'],
      report.apps.map(one => [one.app, one.records, one.persons])),
    '<h2>What prompts learnt</h2>', table(['memory', 'new components', 'replaced'],
      report.changes.map(one => [one.memory, one.created, one.superseded])),
    '<h2>Errors</h2>', table(['code', 'dead letters', 'waiting'],
      report.errors.map(one => [one.code, one.letters, one.waiting])),
    ...(report.persons.length === 0 ? [] : ['<h2>Persons who consent to be told of</h2>', table(
      ['person', 'records', 'the week before', 'days', 'new components', 'replaced'],
      report.persons.map(one =>
        [one.person, one.records, one.before, one.days, one.created, one.superseded]))]),
    `<p>Topics and tags of fewer than ${personsMin} persons are not told.</p>`, '</body>', '</html>', '',
  ].join('\n')
}

type Row = readonly (string | number)[]

function table(names: readonly string[], rows: readonly Row[]): string {
  if (rows.length === 0) return '<p>None.</p>'
  const line = (cells: Row, tag: 'td' | 'th'): string =>
    `<tr>${cells.map(cell => `<${tag}>${shown(cell)}</${tag}>`).join('')}</tr>`
  return ['<table>', line(names, 'th'), ...rows.map(row => line(row, 'td')), '</table>'].join('\n')
}

/** Names come from people: nothing in one is HTML. */
function shown(cell: string | number): string {
  return String(cell).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
