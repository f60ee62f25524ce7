/**
 * Runs the stateless stages over the records of entries, batched, order kept. Stages with a module run in the
 * thread pool (or in this thread when there is none, as in the test driver); stages with `run` run here.
 *
 * A record that a stage refuses keeps its place with the failure as its outcome.
 */
import type { ErrorValue } from '../errors/index.js'
import { encodeRecord } from '../record/block.js'
import { decodeTransient } from '../record/pack.js'
import { timeOfEntry, type EntryId, type LogRecord } from '../record/record.js'
import { movable, runSafely, type ThreadPool } from '../threads/index.js'
import { movedLetterOf, toldField } from './dead-letter.js'
import type { StagedRecord } from './fold.js'
import type { Stage, StageFailure, StageFunction } from './topology.js'

/** An entry of the log with its records. */
export interface DecodedEntry {
  readonly id: EntryId
  readonly records: readonly LogRecord[]
}

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

  /** The records of consecutive entries, staged, entry by entry. */
  async run(entries: readonly DecodedEntry[], watch?: StageWatch): Promise<StagedRecord[][]> {
    const staged: StagedRecord[] = []
    for (const { id, records } of entries) {
      const acceptedAt = timeOfEntry(id)
      records.forEach((record, index) => staged.push(stagedOf(record, acceptedAt, `${id}:${index}`)))
    }
    for (const stage of this.#stages) {
      if (watch) watch.stage = stage.name
      await this.#runStage(stage, staged)
    }
    let at = 0
    return entries.map(({ records }) => staged.slice(at, at += records.length))
  }

  async #runStage(stage: Stage, staged: StagedRecord[]): Promise<void> {
    const places: number[] = []
    for (let i = 0; i < staged.length; i++) if (staged[i].outcome.kind === 'value') places.push(i)
    const chunks: number[][] = []
    for (let i = 0; i < places.length; i += stage.batchMax) chunks.push(places.slice(i, i + stage.batchMax))
    await Promise.all(chunks.map(async chunk => {
      const answers = await this.#answer(stage, chunk.map(place => valueRecord(staged[place])))
      chunk.forEach((place, i) => {
        staged[place] = { ...staged[place], outcome: outcomeOfStage(stage.name, answers[i]) }
      })
    }))
  }

  async #answer(stage: Stage, records: LogRecord[]): Promise<unknown[]> {
    if ('run' in stage) return runSafely(stage.run, records)
    if (!this.#pool) {
      return runSafely((await import(stage.module.href) as { run: StageFunction }).run, records)
    }
    const block = movable(Buffer.concat(records.map(encodeRecord)))
    const packed = await this.#pool.run({ module: stage.module.href, block }, [block.buffer])
    return decodeTransient(packed) as unknown[]
  }
}

function stagedOf(record: LogRecord, acceptedAt: number, position: string): StagedRecord {
  const { key, eventTime, value } = record
  const letter = movedLetterOf(value)
  if (!letter) return { key, eventTime, acceptedAt, position, original: value, outcome: outcomeOf(value) }
  const { moved, inner } = letter
  const outcome = moved.move === 'drop' ? droppedOutcome : outcomeOf(inner)
  return { key, eventTime, acceptedAt, position, original: inner, outcome, moved }
}

/** A dropped letter's record passes no stage and reaches no actor. */
const droppedOutcome = {
  kind: 'failure', where: 'drop', error: { code: 'ACTOR_PARKED', message: 'Earlier letters must go first.' },
} as const

function outcomeOf(value: unknown): StagedRecord['outcome'] {
  if (typeof value === 'object' && value !== null && toldField in value) {
    const [actor, message, body] = value[toldField] as [string, string, unknown]
    return { kind: 'told', actor, message, body }
  }
  return { kind: 'value', value }
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
