/**
 * The workload of the main job: batches of records of one person each, as an app sends them. From a file of
 * JSON lines that name their `user_id` (gzip or not), or the invented sample under as many names as needed.
 */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { sampleRecords } from '../../deploy/tour/sample.js'

/** Records that an app sends at once. */
const batchRecords = 20
const sampleSeed = 7

/** Records of one person, in order. */
export interface Batch {
  readonly userId: string
  readonly records: readonly { readonly id: string }[]
}

type Line = readonly [userId: string, record: { readonly id: string }]

/** All records of a file as batches, in the file's order of their last records. */
export async function batchesOfFile(path: string): Promise<Batch[]> {
  const bytes = createReadStream(path)
  const text = path.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes
  const lines: Line[] = []
  for await (const line of createInterface({ input: text })) {
    const { user_id: userId, ...record } = JSON.parse(line) as { user_id: string, id: string }
    lines.push([userId, record])
  }
  return batched(lines)
}

/** At least `records` records of the sample: each round of it belongs to other persons. */
export function batchesOfSample(records: number): Batch[] {
  const sample = sampleRecords(sampleSeed, Date.now())
  const lines: Line[] = []
  for (let round = 0; lines.length < records; round++) {
    for (const { userId, record } of sample) lines.push([`${userId}-${round}`, record])
  }
  return batched(lines)
}

/** The same batches for other persons of the same number. */
export function renamed(batches: readonly Batch[], suffix: string): Batch[] {
  return batches.map(({ userId, records }) => ({ userId: `${userId}${suffix}`, records }))
}

function batched(lines: readonly Line[]): Batch[] {
  const batches: Batch[] = []
  const open = new Map<string, Line[1][]>()
  for (const [userId, record] of lines) {
    const records = open.get(userId) ?? []
    records.push(record)
    open.set(userId, records)
    if (records.length < batchRecords) continue
    batches.push({ userId, records })
    open.delete(userId)
  }
  for (const [userId, records] of open) batches.push({ userId, records })
  return batches
}
