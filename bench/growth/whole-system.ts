/**
 * What a record costs a whole system (`hinata up`) that already holds so many persons with so many records
 * each, and how much memory of Redis they take.
 */
import { closeRedis, openRedis, send } from '../../engine/redis/index.js'
import { hashText } from '../../engine/index.js'
import { batchesOfSample, type Batch } from '../main-job/batches.js'
import { sendAll } from '../main-job/load.js'
import { MeasuredSystem } from '../main-job/measured-system.js'
import { noteOf } from '../reads/notes.js'

/** What is there before the measurement. */
export interface Held {
  readonly persons: number
  readonly recordsEach: number
}

const warmUpRecords = 4_000
const batchRecordsMax = 20

/** Fills a system, then sends `records` more of persons drawn from those it holds. */
export async function costOfRecords(
  { persons, recordsEach }: Held, records: number,
): Promise<Record<string, number>> {
  const system = await MeasuredSystem.start()
  try {
    await sendAll(system, batchesOfSample(warmUpRecords))
    await system.settled()
    const empty = await redisBytes(system)
    await sendAll(system, historyOf(persons, recordsEach))
    await system.settled()
    const held = await redisBytes(system) - empty
    const before = await system.cpu()
    const { accepted } = await sendAll(system, moreOf(persons, recordsEach, records))
    await system.settled()
    const after = await system.cpu()
    const us = (role: keyof typeof after): number => (after[role] - before[role]) / accepted * 1e6
    return { engine: us('node') + us('redis') + us('gateway'), node: us('node'), redis: us('redis'),
      clickhouse: us('clickhouse'), 'per person': held / persons / 1_024,
      'per record': held / (persons * recordsEach) / 1_024 }
  } finally {
    await system.stop()
  }
}

function historyOf(persons: number, recordsEach: number): Batch[] {
  const batches: Batch[] = []
  for (let from = 0; from < recordsEach; from += batchRecordsMax) {
    const count = Math.min(batchRecordsMax, recordsEach - from)
    for (let person = 0; person < persons; person++) batches.push(batchOf(person, from, count))
  }
  return batches
}

/** Single records, so that persons come as they would: one here, one there. */
function moreOf(persons: number, recordsEach: number, records: number): Batch[] {
  const next = new Map<number, number>()
  return Array.from({ length: records }, (_, i) => {
    const person = hashText(`person/${i}`) % persons
    const at = next.get(person) ?? recordsEach
    next.set(person, at + 1)
    return batchOf(person, at, 1)
  })
}

function batchOf(person: number, from: number, count: number): Batch {
  return { userId: `person-${person}`,
    records: Array.from({ length: count }, (_, i) => noteOf(from + i + person * 31)) }
}

async function redisBytes(system: MeasuredSystem): Promise<number> {
  const redis = await openRedis(system.running.redis, 'growth')
  const memory = String(await send(redis, 'INFO', ['memory']))
  closeRedis(redis)
  return Number(/used_memory:(\d+)/.exec(memory)![1])
}
