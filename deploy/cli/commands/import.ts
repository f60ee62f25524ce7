/**
 * hinata import FILE… --user ID: sends record files through the WebSocket, in order, and waits until all is
 * folded and inserted.
 * Ends with `accepted A, duplicates D, rejected R`; refused lines are named on standard error.
 */
import { createReadStream, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { connect, type Ack, type HinataClient, type SystemStatus } from '../../../gateway/index.js'
import { HinataError } from '../../../engine/errors/index.js'
import type { Config } from '../../config/index.js'
import { progressBar } from '../progress.js'
import { importWhole } from './import-whole.js'
import { findTarget, request, type Target } from '../target.js'

const batchRecords = 100
const refusalsShownMax = 20
const settlePollMs = 100
const settleMsMax = 15_000

interface Totals {
  accepted: number
  duplicates: number
  rejected: number
}

/** Imports the files. `user` is whose records they are; without it every line must carry `user_id`. */
export async function importFiles(
  config: Config, files: string[],
  options: { user?: string, url?: string, whole?: boolean, readmit?: boolean },
): Promise<void> {
  for (const file of files) assertReadable(file)
  const target = findTarget(config, options.url)
  if (options.whole) return importExports(target, files, options.user, options.readmit === true)
  const client = await connect({ url: target.url, token: target.adminKey })
  const totals: Totals = { accepted: 0, duplicates: 0, rejected: 0 }
  const total = files.reduce((sum, file) => sum + statSync(file).size, 0)
  const bar = progressBar(Math.ceil(total / 1_024), 'Importing (KiB)', process.stderr)
  try {
    for (const file of files) {
      await importFile(client, file, options.user, totals, bytes => bar.advance(bytes / 1_024))
    }
    await client.close()
  } finally {
    bar.done()
  }
  await untilSettled(target)
  process.stdout.write(
    `accepted ${totals.accepted}, duplicates ${totals.duplicates}, rejected ${totals.rejected}\n`)
  if (totals.rejected > 0) process.exitCode = 1
}

/** Files that `hinata export` wrote, told as they were. */
async function importExports(
  target: Target, files: string[], user: string | undefined, isReadmitted: boolean,
): Promise<void> {
  if (user === undefined) {
    throw new HinataError('USAGE', { reason: '--whole needs --user: whose export it is.' })
  }
  const totals: Totals = { accepted: 0, duplicates: 0, rejected: 0 }
  for (const file of files) await importWhole(target, file, user, isReadmitted, totals)
  await untilSettled(target)
  process.stdout.write(
    `accepted ${totals.accepted}, duplicates ${totals.duplicates}, rejected ${totals.rejected}\n`)
  if (totals.rejected > 0) process.exitCode = 1
}

function assertReadable(file: string): void {
  try {
    if (statSync(file).isFile()) return
  } catch (error) {
    throw new HinataError('FILE_UNREADABLE',
      { file, reason: error instanceof Error ? error.message : String(error) })
  }
  throw new HinataError('FILE_UNREADABLE', { file, reason: 'is not a file.' })
}

async function importFile(
  client: HinataClient, file: string, user: string | undefined, totals: Totals,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const raw = createReadStream(file)
  let seen = 0
  raw.on('data', chunk => { seen += chunk.length })
  const lines = createInterface({ input: file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw,
    crlfDelay: Infinity })
  const batches = new Map<string, { record: unknown, line: number }[]>()
  const answers: Promise<void>[] = []
  let reported = 0
  let lineNumber = 0

  const flush = async (person: string): Promise<void> => {
    const batch = batches.get(person)!
    batches.delete(person)
    await client.ready()
    answers.push(client.submit(person, batch.map(({ record }) => record)).then(ack => note(ack, batch)))
    onBytes(seen - reported)
    reported = seen
  }
  const note = (ack: Ack, batch: { line: number }[]): void => {
    totals.accepted += ack.accepted
    totals.duplicates += ack.duplicates
    for (const { index, code, message } of ack.rejected) {
      refuse(totals, file, batch[index].line, `${code}: ${message}`)
    }
  }

  for await (const line of lines) {
    lineNumber++
    if (line.trim() === '') continue
    const parsed = parseLine(line)
    const person = user ?? parsed?.person
    if (!parsed || person === undefined) {
      refuse(totals, file, lineNumber, parsed ? 'no user_id; give --user' : 'not a JSON object')
      continue
    }
    const batch = batches.get(person) ?? []
    batches.set(person, batch)
    batch.push({ record: parsed.record, line: lineNumber })
    if (batch.length === batchRecords) await flush(person)
    else if (batches.size > batchRecords) await flush(batches.keys().next().value!)
  }
  for (const person of [...batches.keys()]) await flush(person)
  await Promise.all(answers)
}

/** A line's record without the fields beside it, and its `user_id`. Validation is the gateway's. */
function parseLine(line: string): { record: unknown, person: string | undefined } | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { user_id: person, app: _app, ...record } = value as Record<string, unknown>
  return { record, person: typeof person === 'string' ? person : undefined }
}

function refuse(totals: Totals, file: string, line: number, reason: string): void {
  totals.rejected++
  if (totals.rejected <= refusalsShownMax) process.stderr.write(`${file}:${line}: ${reason}\n`)
  if (totals.rejected === refusalsShownMax + 1) {
    process.stderr.write('further refusals are counted, not shown\n')
  }
}

/**
 * Waits until everything that is in the log is folded and handed to the sinks, or the sinks make no progress.
 */
async function untilSettled(target: Target): Promise<void> {
  let best = Infinity
  let bestAt = Date.now()
  for (;;) {
    await new Promise(resolve => setTimeout(resolve, settlePollMs))
    const status = await request(target, 'GET', '/api/status') as SystemStatus
    const waiting = status.pipelines.reduce((sum, one) => sum + one.lag_records + one.sink_values, 0)
    if (waiting === 0) return
    if (waiting < best) {
      best = waiting
      bestAt = Date.now()
    }
    if (Date.now() - bestAt < settleMsMax) continue
    process.stderr.write(
      `${waiting} records or rows still wait; all are safe in the log. See: hinata status\n`)
    return
  }
}
