/**
 * One batch of records of one person, on its way into the log. HTTP and WebSocket share it.
 *
 * S1  A batch is accepted record by record: each refused index is named with its code; the others are
 *     appended.
 * S2  `submit` calls `append` before it returns, so that calls in arrival order keep the order per person
 *     (G3).
 * S3  A twin inside one batch (same id, same content) is a duplicate and not appended, so that a resend of
 *     the batch answers the same as the first time.
 * S4  A record that the log already has from the same producer and seq counts as accepted: its app never saw
 *     the ack.
 * S5  A record that is older than the erasure of its person is refused (PERSON_ERASED).
 */
import { contentHash, parsePersonId, parseRecord, type SubmittedRecord } from '../actors/record/index.js'
import {
  formatPosition, HinataError, messageOf, type AppendInput, type Appended, type Clock, type TopologyClient,
} from '../engine/index.js'
import { personOf } from './identity/tenant.js'
import type { Intake } from './intake.js'
import type { JobRecord } from './jobs.js'
import type { GatewayLimits } from './limits.js'
import { foreignPartOf } from './plain.js'

/** A refused record: its place in the batch, its id where it has one, and why. */
export interface Refused {
  readonly index: number
  readonly id: string | null
  readonly code: string
  readonly message: string
}

/** What became of a batch. */
export interface Submitted {
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: readonly Refused[]
  readonly durability: string
  /** Of the accepted records, in their order. */
  readonly positions: readonly string[]
  /** All records that are in the log now, duplicates included. */
  readonly records: readonly JobRecord[]
}

/** A batch as it arrived, its person by key. */
interface Batch {
  readonly person: string
  readonly records: readonly unknown[]
  readonly app: string
  /**
   * Names this submission, the same when it is sent again: `<app>/<producer>:<seq>` or `<app>/request:<id>`.
   */
  readonly origin: string
}

interface Sorted {
  readonly inputs: AppendInput[]
  readonly ids: string[]
  /** Places of the inputs in the batch. */
  readonly indexes: number[]
  readonly rejected: Refused[]
  twins: number
}

/** Puts batches into the log. */
export class Submissions {
  readonly #client: TopologyClient
  readonly #clock: Clock
  readonly #limits: GatewayLimits
  readonly #intake: Intake

  constructor(client: TopologyClient, clock: Clock, limits: GatewayLimits, intake: Intake) {
    this.#client = client
    this.#clock = clock
    this.#limits = limits
    this.#intake = intake
  }

  /**
   * Throws at once: USER_ID_INVALID, BATCH_SIZE, LOG_FULL, OVERLOADED. Rejects when the log cannot be
   * reached. `bytes` is the batch's size as it arrived.
   */
  submit(batch: Batch, bytes: number): Promise<Submitted> {
    assertPerson(batch.person)
    const max = this.#limits.batchRecordsMax
    if (batch.records.length === 0 || batch.records.length > max) {
      throw new HinataError('BATCH_SIZE', { max, found: batch.records.length })
    }
    const sorted = sortOut(batch, this.#clock.now())
    if (sorted.inputs.length === 0) return Promise.resolve(outcomeOf(sorted, []))
    if (this.#client.room(batch.person) <= 0) throw logFull(this.#client.partitionOf(batch.person))
    this.#intake.take(bytes)
    return this.#client.append(sorted.inputs)
      .then(appended => outcomeOf(sorted, appended))
      .finally(() => this.#intake.release(bytes))
  }
}

/** The log of a partition takes nothing just now. */
export function logFull(partition: number): HinataError {
  return new HinataError('LOG_FULL', { partition, found: 'too many', max: 'reached' })
}

/** Throws USER_ID_INVALID unless it is the key of a person. */
export function assertPerson(key: unknown): asserts key is string {
  const isKey = typeof key === 'string' && !('refusal' in parsePersonId(personOf(key)))
  if (!isKey) throw new HinataError('USER_ID_INVALID')
}

function sortOut(batch: Batch, now: number): Sorted {
  const sorted: Sorted = { inputs: [], ids: [], indexes: [], rejected: [], twins: 0 }
  const seen = new Map<string, string>()
  batch.records.forEach((input, index) => {
    const parsed = parseRecord(input, now)
    if (parsed.refusal !== undefined) return void sorted.rejected.push(
      refusedOf(input, index, parsed.refusal)
    )
    const foreign = foreignRawData(parsed.record.raw_data)
    if (foreign !== undefined) return void sorted.rejected.push(refusedOf(input, index, foreign))
    const value = { record: parsed.record, app: batch.app, receivedAt: now }
    take(sorted, seen, batch, index, value, parsed.eventTime)
  })
  return sorted
}

function take(
  sorted: Sorted, seen: Map<string, string>, batch: Batch, index: number, value: SubmittedRecord,
  eventTime: number
): void {
  const { id } = value.record
  const fingerprint = contentHash(value.record)
  if (seen.get(id) === fingerprint) {
    sorted.twins += 1
    return
  }
  seen.set(id, fingerprint)
  sorted.ids.push(id)
  sorted.indexes.push(index)
  sorted.inputs.push(
    { key: batch.person, value, eventTime, idempotency: { id, fingerprint, origin: batch.origin } }
  )
}

function foreignRawData(rawData: unknown): { code: string, message: string } | undefined {
  const found = rawData === undefined ? null : foreignPartOf(rawData)
  if (found === null) return undefined
  return { code: 'FIELD_TYPE', message: messageOf(
    'FIELD_TYPE', { field: 'raw_data', expected: 'plain JSON', found }
  ) }
}

function outcomeOf(sorted: Sorted, appended: readonly Appended[]): Submitted {
  const positions: string[] = []
  const records: JobRecord[] = []
  const rejected = [...sorted.rejected]
  appended.forEach((answer, i) => {
    if (answer.outcome === 'erased') {
      const code = 'PERSON_ERASED'
      return void rejected.push({ index: sorted.indexes[i] ?? 0, id: sorted.ids[i] ?? null, code,
        message: messageOf(code, {}) })
    }
    const position = answer.position === null ? null : formatPosition(answer.position)
    if (answer.outcome !== 'duplicate' && position !== null) positions.push(position)
    records.push([sorted.ids[i] ?? '', answer.outcome === 'duplicate' ? null : position])
  })
  return {
    accepted: positions.length,
    duplicates: appended.filter(({ outcome }) => outcome === 'duplicate').length + sorted.twins,
    rejected: rejected.sort((a, b) => a.index - b.index),
    durability: appended[0]?.durability ?? 'memory',
    positions,
    records,
  }
}

function refusedOf(
  input: unknown, index: number, why: { readonly code: string, readonly message: string }
): Refused {
  const id = typeof input === 'object' && input !== null ? (input as { id?: unknown }).id : undefined
  return { index, id: typeof id === 'string' ? id.slice(0, 200) : null, code: why.code, message: why.message }
}
