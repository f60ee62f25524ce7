/**
 * What the whole system is fed with and what its sender knows: notes of ever more invented persons, in the
 * order in which they were written, and which of them were acknowledged.
 */
import { decodeBlock } from '../../engine/record/block.js'
import { Keyspace } from '../../engine/record/keys.js'
import { readRange } from '../../engine/log/index.js'
import type { RedisConnection } from '../../engine/redis/index.js'
import { sampleRecords, type SampleRecord } from '../../deploy/tour/sample.js'
import type { SubmittedRecord } from '../../actors/record/index.js'
import type { Outcome } from './fault.js'

/** Records of one person that are sent together. */
export interface PersonBatch {
  readonly userId: string
  readonly records: readonly SampleRecord[]
}

const batchRecords = 20
/** Samples, each of four persons, whose records are mixed. */
const samplesAtOnce = 8

/** Batches without end: of some 30 persons in turn, and then of others. */
export function* personBatches(seed: number, now: number): Generator<PersonBatch, never> {
  for (let first = seed; ; first += samplesAtOnce) {
    const persons = Array.from({ length: samplesAtOnce }, (_, i) => recordsByPerson(first + i, now)).flat()
    for (let from = 0; persons.some(({ records }) => records.length > from); from += batchRecords) {
      for (const { userId, records } of persons) {
        const batch = records.slice(from, from + batchRecords)
        if (batch.length > 0) yield { userId, records: batch }
      }
    }
  }
}

function recordsByPerson(seed: number, now: number): { userId: string, records: SampleRecord[] }[] {
  const persons = new Map<string, SampleRecord[]>()
  for (const { userId, record } of sampleRecords(seed, now)) {
    const name = `${userId}-${seed}`
    persons.set(name, [...persons.get(name) ?? [], record])
  }
  return [...persons].map(([userId, records]) => ({ userId, records }))
}

/** The ledger of that sender. */
export class PersonLedger {
  /** Ids of each person in the order in which they were sent; true: acknowledged. */
  readonly #sent = new Map<string, Map<string, boolean>>()
  acknowledged = 0

  sent({ userId, records }: PersonBatch): void {
    const ids = this.#sent.get(userId) ?? new Map<string, boolean>()
    this.#sent.set(userId, ids)
    for (const { id } of records) ids.set(id, false)
  }

  acknowledge({ userId, records }: PersonBatch): void {
    for (const { id } of records) this.#sent.get(userId)!.set(id, true)
    this.acknowledged += records.length
  }

  /** Compares with the log: what was acknowledged is there, everything once, in its person's order. */
  async judge(
    redis: RedisConnection, namespace: string, partitions: number,
  ): Promise<Pick<Outcome, 'lost' | 'doubled' | 'changed' | 'wrong'>> {
    const logged = await readLog(redis, namespace, partitions)
    const found = { lost: 0, doubled: 0, changed: 0, wrong: [] as string[] }
    const note = (kind: 'lost' | 'doubled' | 'changed', count: number, userId: string): void => {
      if (count === 0) return
      found[kind] += count
      found.wrong.push(`${kind}: log: ${count} records of ${userId}`)
    }
    for (const [userId, ids] of this.#sent) {
      const inLog = logged.get(userId) ?? []
      const distinct = new Set(inLog)
      const places = new Map([...ids.keys()].map((id, place) => [id, place]))
      note('lost', [...ids].filter(([id, isTaken]) => isTaken && !distinct.has(id)).length, userId)
      note('doubled', inLog.length - distinct.size, userId)
      const place = (i: number): number => places.get(inLog[i])!
      note('changed', inLog.filter((_, i) => i > 0 && place(i) < place(i - 1)).length, userId)
    }
    return found
  }
}

async function readLog(
  redis: RedisConnection, namespace: string, partitions: number,
): Promise<Map<string, string[]>> {
  const keys = new Keyspace(namespace)
  const found = new Map<string, string[]>()
  for (let partition = 0; partition < partitions; partition++) {
    const entries = await readRange(redis, keys.log(partition, 'records'), '-', '+', 1e6)
    for (const { id, block } of entries) {
      for (const { key, value } of decodeBlock(id, block)) {
        const ids = found.get(key) ?? []
        found.set(key, ids)
        ids.push((value as SubmittedRecord).record.id)
      }
    }
  }
  return found
}
