/**
 * Runs in a pool thread: decodes blocks of the log, runs a stage's module over their records, packs the
 * answers. The main thread never decodes what a thread has decoded: it gets keys, times and answers.
 */
import { move } from 'piscina'
import { errorValueOf, HinataError } from '../errors/index.js'
import { decodeBlock } from '../record/block.js'
import { encodeTransient } from '../record/pack.js'
import { isMoved, isOwnValue, movedField, type EntryId, type LogRecord } from '../record/record.js'
import { movable } from './pool.js'

/** Consecutive entries of one partition for one stage. */
export interface StageTask {
  /** URL of the module that exports `run`. */
  readonly module: string
  /** Records that the module gets at once. */
  readonly batchMax: number
  /** The entries' blocks, joined. */
  readonly blocks: Uint8Array
  readonly entries: readonly { readonly id: EntryId, readonly bytes: number }[]
}

/**
 * One staged entry: its records stay packed (StagedColumns) until they are folded, because what waits as
 * objects is copied by every collection of the young generation. Or why its block cannot be decoded.
 */
export type StagedBlock =
  | { readonly count: number, readonly packed: Uint8Array }
  | { readonly unreadable: string }

/** The records of one entry, column by column. */
export interface StagedColumns {
  readonly keys: string[]
  readonly eventTimes: number[]
  /** The stage's answers; at the places of `own`, the engine's own values as they are. */
  readonly values: unknown[]
  readonly own: number[]
  /** Places of moved dead letters; the stage saw the values of those that are redriven. */
  readonly moved: number[]
}

type Run = (records: readonly LogRecord[]) => unknown[]

const modules = new Map<string, Promise<{ run: Run }>>()

/** The task of every pool thread: a StagedBlock per entry. */
export default async function runStage(task: StageTask): Promise<unknown> {
  let module = modules.get(task.module)
  if (!module) modules.set(task.module, module = import(task.module) as Promise<{ run: Run }>)
  const { run } = await module
  let at = 0
  const decoded = task.entries.map(({ id, bytes }) =>
    decodedOf(id, task.blocks.subarray(at, at += bytes)))
  const answers = answersOf(run, task.batchMax, decoded).values()
  return move(movable(encodeTransient(decoded.map(records => stagedOf(records, answers)))))
}

function decodedOf(id: EntryId, block: Uint8Array): LogRecord[] | string {
  try {
    return decodeBlock(id, block)
  } catch (error) {
    return String(error instanceof HinataError ? error.details.reason : error)
  }
}

/** What the stage gets of a record: itself, the value of a redriven letter, or nothing. */
function openRecord(record: LogRecord): LogRecord | undefined {
  const { key, eventTime, value } = record
  if (isOwnValue(value)) return undefined
  if (!isMoved(value)) return record
  const [move, , , inner] = value[movedField]
  return move === 'drop' || isOwnValue(inner) ? undefined : { key, eventTime, value: inner }
}

/** The answers for all records that are open to stages, in order, some at a time. */
function answersOf(run: Run, batchMax: number, decoded: readonly (LogRecord[] | string)[]): unknown[] {
  const records = decoded.flatMap(block =>
    typeof block === 'string' ? [] : block.flatMap(record => openRecord(record) ?? []))
  const answers: unknown[] = []
  for (let i = 0; i < records.length; i += batchMax) {
    answers.push(...runSafely(run, records.slice(i, i + batchMax)))
  }
  return answers
}

function stagedOf(records: LogRecord[] | string, answers: Iterator<unknown>): StagedBlock {
  if (typeof records === 'string') return { unreadable: records }
  const own: number[] = []
  const moved: number[] = []
  const values = records.map((record, index) => {
    const { value } = record
    if (isMoved(value)) moved.push(index)
    else if (isOwnValue(value)) own.push(index)
    if (openRecord(record)) return answers.next().value as unknown
    return isOwnValue(value) ? value : null
  })
  const columns: StagedColumns = { keys: records.map(({ key }) => key),
    eventTimes: records.map(({ eventTime }) => eventTime), values, own, moved }
  return { count: records.length, packed: encodeTransient(columns) }
}

/** A batch that throws is run record by record, so that one bad record does not fail the others. */
export function runSafely(run: Run, records: readonly LogRecord[]): unknown[] {
  try {
    return run(records)
  } catch {
    return records.map(record => {
      try {
        return run([record])[0]
      } catch (thrown) {
        return { failure: errorValueOf(thrown) }
      }
    })
  }
}
