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
import type { StagedRecord } from './fold.js'
import type { Stage, StageFailure, StageFunction } from './topology.js'

/** A value with this one field is a message relayed from another partition. */
export const toldField = '~told'

/** An entry of the log with its records. */
export interface DecodedEntry {
  readonly id: EntryId
  readonly records: readonly LogRecord[]
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
  async run(entries: readonly DecodedEntry[]): Promise<StagedRecord[][]> {
    const staged: StagedRecord[] = []
    for (const { id, records } of entries) {
      const acceptedAt = timeOfEntry(id)
      records.forEach((record, index) => staged.push({
        key: record.key, eventTime: record.eventTime, acceptedAt, position: `${id}:${index}`,
        original: record.value, outcome: outcomeOf(record.value),
      }))
    }
    for (const stage of this.#stages) await this.#runStage(stage, staged)
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
