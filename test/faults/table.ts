/**
 * Does every fault as often as the table in docs/GUARANTEES.md says and writes that table anew, between its
 * markers: `node dist/test/faults/table.js [--quick] [--only NAME]`. Ends with 1 when anything was lost,
 * doubled or changed. With --only the other rows stay; with --quick rows are printed and not written.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Fault, Outcome } from './fault.js'
import { faults } from './faults.js'

const page = new URL('../../../docs/GUARANTEES.md', import.meta.url)
const [begin, end] = ['<!-- faults: begin -->', '<!-- faults: end -->']
const { values } = parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string' } } })

const head = ['| fault | guarantees | runs | records | lost | doubled | changed | longest catching up |',
  '|---|---|---|---|---|---|---|---|']
let isGood = true
for (const [name, fault] of Object.entries(faults)) {
  if (values.only !== undefined && values.only !== name) continue
  process.stderr.write(`${name} …\n`)
  const reason = fault.skipped?.()
  const outcome = reason === undefined ? await fault.run(values.quick ? 'quick' : 'full') : undefined
  if (outcome && outcome.lost + outcome.doubled + outcome.changed > 0) isGood = false
  for (const what of outcome?.wrong ?? []) process.stderr.write(`  ${what}\n`)
  const row = outcome ? rowOf(fault, outcome)
    : `| ${fault.name} | ${fault.guarantees} | not done: ${reason} | | | | | |`
  process.stdout.write(`${row}\n`)
  if (!values.quick) putRow(fault, row)
}
process.exitCode = isGood ? 0 : 1

/** Puts one row into the page; the rows stand in the order of the faults. */
function putRow(fault: Fault, row: string): void {
  const text = readFileSync(page, 'utf8')
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)]
  if (from < begin.length || to < from) throw new Error('docs/GUARANTEES.md has no markers for the table')
  const before = text.slice(from, to).split('\n')
  const rows = Object.values(faults).flatMap(one =>
    (one === fault ? [row] : before.filter(line => line.startsWith(`| ${one.name} |`))))
  writeFileSync(page, `${text.slice(0, from)}\n${[...head, ...rows].join('\n')}\n${text.slice(to)}`)
}

function rowOf({ name, guarantees }: Fault, outcome: Outcome): string {
  const { runs, records, lost, doubled, changed, catchUpMs } = outcome
  return `| ${name} | ${guarantees} | ${runs} | ${records} | ${lost} | ${doubled} | ${changed} | `
    + `${Math.round(catchUpMs)} ms |`
}
