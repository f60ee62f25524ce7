/**
 * Does every fault as often as the table in docs/GUARANTEES.md says and writes that table anew, between its
 * markers: `node dist/test/faults/table.js [--quick] [--only NAME,NAME]`. Ends with 1 when anything was lost,
 * doubled or changed, or a fault failed. With --only the other rows stay; with --quick rows are printed and
 * not written.
 *
 * T1  Each fault has a process of its own, which says how far it is and leaves its log; a fault that crashes
 *     or hangs costs its own row.
 * T2  A row is written as soon as its fault is done.
 */
import { fork } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Fault, Outcome } from './fault.js'
import { faults } from './faults.js'

/** What the process of a fault tells. */
type Told = { readonly done: number, readonly of: number } | { readonly outcome: Outcome }
  | { readonly skipped: string }

const page = new URL('../../../docs/GUARANTEES.md', import.meta.url)
const [begin, end] = ['<!-- faults: begin -->', '<!-- faults: end -->']
const head = [
  '| fault | guarantees | runs | records | lost | doubled | changed | longest catching up | also measured |',
  '|---|---|---|---|---|---|---|---|---|']
const rowMinutesMax = 60
const progressMs = 15_000
const { values } = parseArgs({ options: {
  quick: { type: 'boolean' }, only: { type: 'string' }, row: { type: 'string' },
} })

if (values.row === undefined) await doAll(values.only?.split(',') ?? Object.keys(faults))
else await doOne(faults[values.row])

/** In the process of a fault. */
async function doOne(fault: Fault): Promise<void> {
  process.once('SIGTERM', () => process.exit(1)) // what it started is ended at its exit
  const tell = (told: Told): Promise<void> => new Promise(resolve => process.send!(told, () => resolve()))
  const size = values.quick ? 'quick' : 'full'
  const skipped = fault.skipped?.(size)
  if (skipped !== undefined) await tell({ skipped })
  else await tell({ outcome: await fault.run(size, (done, of) => void tell({ done, of })) })
  process.exit(0)
}

async function doAll(names: readonly string[]): Promise<void> {
  const logs = mkdtempSync(join(tmpdir(), 'hinata-faults-'))
  const began = performance.now()
  const minutes = (since: number): string => `${((performance.now() - since) / 60_000).toFixed(1)} min`
  process.stderr.write(`logs: ${logs}\n`)
  for (const name of names) {
    const rowBegan = performance.now()
    process.stderr.write(`${name} …\n`)
    const log = join(logs, `${name}.log`)
    const told = await inProcess(name, log)
    const isGood = 'outcome' in told && told.outcome.wrong.length === 0
      && told.outcome.lost + told.outcome.doubled + told.outcome.changed === 0
    if (!isGood && !('skipped' in told)) process.exitCode = 1
    for (const what of 'outcome' in told ? told.outcome.wrong : []) process.stderr.write(`  ${what}\n`)
    if ('failure' in told) process.stderr.write(`  ${told.failure}; its log: ${log}\n`)
    const row = rowOf(faults[name], told)
    process.stdout.write(`${row}\n`)
    process.stderr.write(`  ${minutes(rowBegan)}, ${minutes(began)} in all\n`)
    if (!values.quick) putRow(faults[name], row)
  }
  if (values.quick || values.only !== undefined) return
  putFoot(`All of it in ${minutes(began)}, ${availableParallelism()} cores.`)
}

/** Runs one fault in a process of its own (T1). */
function inProcess(name: string, log: string): Promise<Told | { readonly failure: string }> {
  return new Promise(resolve => {
    const file = openSync(log, 'a')
    const child = fork(fileURLToPath(import.meta.url), ['--row', name, ...values.quick ? ['--quick'] : []],
      { stdio: ['ignore', file, file, 'ipc'] })
    closeSync(file)
    const tooLate = setTimeout(() => child.kill('SIGTERM'), rowMinutesMax * 60_000)
    let saidAt = performance.now()
    child.on('message', message => {
      const told = message as Told
      if (!('done' in told)) return resolve(told)
      if (performance.now() - saidAt < progressMs) return
      saidAt = performance.now()
      process.stderr.write(`  ${told.done} of ${told.of}\n`)
    })
    child.once('exit', (code, signal) => {
      clearTimeout(tooLate)
      resolve({ failure: `it ended with ${signal ?? code} and told nothing` })
    })
  })
}

/** Puts one row into the page; the rows stand in the order of the faults. */
function putRow(fault: Fault, row: string): void {
  const lines = readBetween()
  const rows = Object.values(faults).flatMap(one =>
    (one === fault ? [row] : lines.filter(line => line.startsWith(`| ${one.name} |`))))
  writeBetween([...head, ...rows, ...lines.filter(line => line !== '' && !line.startsWith('|'))])
}

function putFoot(foot: string): void {
  writeBetween([...readBetween().filter(line => line.startsWith('|')), '', foot])
}

function readBetween(): string[] {
  const text = readFileSync(page, 'utf8')
  return text.slice(text.indexOf(begin) + begin.length, text.indexOf(end)).split('\n')
}

function writeBetween(lines: readonly string[]): void {
  const text = readFileSync(page, 'utf8')
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)]
  if (from < begin.length || to < from) throw new Error('docs/GUARANTEES.md has no markers for the table')
  const table = lines.filter(line => line.startsWith('|'))
  const foot = lines.filter(line => line !== '' && !line.startsWith('|'))
  const all = foot.length > 0 ? [...table, '', ...foot] : table
  writeFileSync(page, `${text.slice(0, from)}\n${all.join('\n')}\n${text.slice(to)}`)
}

function rowOf({ name, guarantees }: Fault, told: Told | { readonly failure: string }): string {
  if ('skipped' in told) return `| ${name} | ${guarantees} | not done: ${told.skipped} | | | | | | |`
  if (!('outcome' in told)) return `| ${name} | ${guarantees} | failed | | | | | | |`
  const { runs, records, lost, doubled, changed, catchUpMs, notes } = told.outcome
  return `| ${name} | ${guarantees} | ${runs} | ${records} | ${lost} | ${doubled} | ${changed} | `
    + `${Math.round(catchUpMs)} ms | ${notes.join('; ')} |`
}
