/**
 * Runs the stateless stages over the records of entries, batched, order kept. Stages with a module run in the
 * thread pool (or in this thread when there is none, as in the test driver); stages with `run` run here.
 *
 * A record that a stage refuses keeps its place with the failure as its outcome. When the first stage runs in
 * threads, blocks travel there as they came from the log and are decoded there only.
 */
import { HinataError, type ErrorValue } from '../errors/index.js'
import type { Entry } from '../log/index.js'
import { decodeBlock, encodeRecord } from '../record/block.js'
import { decodeTransient } from '../record/pack.js'
import {
  erasureField, isErasure, isMoved, isOwnValue, isTold, isUnreadable, isVoid, timeOfEntry, toldField,
  unreadableField, voidField, type LogRecord,
} from '../record/record.js'
import {
  movableWhole, runSafely, type StagedBlock, type StagedColumns, type StageTask, type ThreadPool,
} from '../threads/index.js'
import { movedLetterOf } from './dead-letter.js'
import type { StagedRecord } from './staged.js'
import type { Stage, StageFailure, StageFunction } from './topology.js'

/**
 * One entry, staged: how many records it has, and the records, made when they are asked for; until then they
 * are so many bytes. Or the reason why its block cannot be read (BLOCK_CORRUPT).
 */
export type StagedEntry =
  | { readonly count: number, readonly bytes: number, records(): StagedRecord[] }
  | { readonly unreadable: HinataError }

/** Where a run is: the stage that has the records now. For health. */
export interface StageWatch {
  stage: string
}

/** Runs all stages of a topology. */
export class StageRunner {
  readonly #stages: readonly Stage[]
  readonly #pool: ThreadPool | undefined

  constructor(stages: readonly Stage[], pool: ThreadPool | undefined) {
    this.#stages = stages
    this.#pool = pool
  }

  /** Consecutive entries, staged. */
  async run(entries: readonly Entry[], watch?: StageWatch): Promise<StagedEntry[]> {
    const [first, ...others] = this.#stages
    const isThreaded = this.#pool !== undefined && first !== undefined && 'module' in first
    if (watch && first) watch.stage = first.name
    const staged = isThreaded ? await runInThread(this.#pool, first, entries) : entries.map(decoded)
    const open = isThreaded ? others : this.#stages
    if (open.length === 0) return staged
    const made = staged.map(entry => ('unreadable' in entry ? entry : madeOf(entry.records(), entry.bytes)))
    const records = made.flatMap(entry => ('unreadable' in entry ? [] : entry.records()))
    for (const stage of open) {
      if (watch) watch.stage = stage.name
      await this.#runStage(stage, records)
    }
    return made
  }

  /** Puts the stage's answers into the records. */
  async #runStage(stage: Stage, staged: readonly StagedRecord[]): Promise<void> {
    const open = staged.filter(({ outcome }) => outcome.kind === 'value')
    const chunks: StagedRecord[][] = []
    for (let i = 0; i < open.length; i += stage.batchMax) chunks.push(open.slice(i, i + stage.batchMax))
    await Promise.all(chunks.map(async chunk => {
      const answers = await this.#answer(stage, chunk.map(valueRecord))
      chunk.forEach((record, i) => { record.outcome = outcomeOfStage(stage.name, answers[i]) })
    }))
  }

  async #answer(stage: Stage, records: LogRecord[]): Promise<unknown[]> {
    if ('run' in stage) return runSafely(stage.run, records)
    if (!this.#pool) {
      return runSafely((await import(stage.module.href) as { run: StageFunction }).run, records)
    }
    const [staged] = await blocksOf(this.#pool, stage, [{ id: 'of a stage',
      block: Buffer.concat(records.map(encodeRecord)) }])
    if ('unreadable' in staged) throw new HinataError('INTERNAL', { reason: staged.unreadable })
    return columnsOf(staged).values
  }
}

/** Sends blocks of entries to a thread as they are. */
function blocksOf(
  pool: ThreadPool, stage: Stage & { readonly module: URL }, entries: readonly Entry[],
): Promise<StagedBlock[]> {
  const blocks = movableWhole(entries.map(({ block }) => block))
  const task: StageTask = { module: stage.module.href, batchMax: stage.batchMax, blocks,
    entries: entries.map(({ id, block }) => ({ id, bytes: block.length })) }
  return pool.run(task, [blocks.buffer]).then(packed => decodeTransient(packed) as StagedBlock[])
}

async function runInThread(
  pool: ThreadPool, stage: Stage & { readonly module: URL }, entries: readonly Entry[],
): Promise<StagedEntry[]> {
  const staged = await blocksOf(pool, stage, entries)
  return entries.map((entry, i): StagedEntry => {
    const block = staged[i]
    return 'unreadable' in block
      ? { unreadable: new HinataError('BLOCK_CORRUPT', { position: entry.id, reason: block.unreadable }) }
      : { count: block.count, bytes: block.packed.length,
        records: () => recordsOf(stage, entry, columnsOf(block)) }
  })
}

function columnsOf({ packed }: { readonly packed: Uint8Array }): StagedColumns {
  return decodeTransient(packed) as StagedColumns
}

function recordsOf(stage: Stage, { id, block }: Entry, columns: StagedColumns): StagedRecord[] {
  const acceptedAt = timeOfEntry(id)
  const { keys, eventTimes, values, own, moved } = columns
  const records = values.map((value, index): StagedRecord => ({
    key: keys[index], eventTime: eventTimes[index], acceptedAt, position: `${id}:${index}`,
    original: () => decodeBlock(id, block)[index].value,
    outcome: outcomeOfStage(stage.name, value),
  }))
  for (const index of own) records[index].outcome = outcomeOf(values[index])
  for (const index of moved) records[index] = unwrapped(records[index], records[index].outcome)
  return records
}

function madeOf(records: StagedRecord[], bytes: number): StagedEntry {
  return { count: records.length, bytes, records: () => records }
}

function decoded({ id, block }: Entry): StagedEntry {
  const acceptedAt = timeOfEntry(id)
  try {
    return madeOf(decodeBlock(id, block).map(({ key, eventTime, value }, index) => {
      const record = { key, eventTime, acceptedAt, position: `${id}:${index}`, original: () => value,
        outcome: outcomeOf(value) }
      return isMoved(value) ? unwrapped(record) : record
    }), block.length)
  } catch (thrown) {
    if (thrown instanceof HinataError) return { unreadable: thrown }
    throw thrown
  }
}

/** The record of a moved letter, as what it was; a redriven value may have its stage's `outcome` already. */
function unwrapped(record: StagedRecord, outcome?: StagedRecord['outcome']): StagedRecord {
  const { moved, inner } = movedLetterOf(record.original())!
  const isOpen = moved.move === 'redrive' && !isOwnValue(inner)
  const own = moved.move === 'drop' ? droppedOutcome : outcomeOf(inner)
  return { ...record, moved, original: () => inner, outcome: isOpen && outcome ? outcome : own }
}

/** A dropped letter's record passes no stage and reaches no actor. */
const droppedOutcome = {
  kind: 'failure', where: 'drop', error: { code: 'ACTOR_PARKED', message: 'Earlier letters must go first.' },
} as const

function outcomeOf(value: unknown): StagedRecord['outcome'] {
  if (isErasure(value)) return { kind: 'erasure', reason: value[erasureField] }
  if (isVoid(value)) return { kind: 'void', of: value[voidField] }
  if (isUnreadable(value)) {
    const [code, message] = value[unreadableField]
    return { kind: 'failure', where: 'log', error: { code, message } }
  }
  if (!isTold(value)) return { kind: 'value', value }
  const [actor, message, body] = value[toldField]
  return { kind: 'told', actor, message, body }
}

function valueRecord(record: StagedRecord): LogRecord {
  const value = record.outcome.kind === 'value' ? record.outcome.value : undefined
  return { key: record.key, eventTime: record.eventTime, value }
}

function outcomeOfStage(stage: string, answer: unknown): StagedRecord['outcome'] {
  if (!isFailure(answer)) return { kind: 'value', value: answer }
  const error: ErrorValue = answer.failure
  return { kind: 'failure', where: `stage ${stage}`, error }
}

function isFailure(answer: unknown): answer is StageFailure {
  return typeof answer === 'object' && answer !== null && 'failure' in answer
}
