/** The end of input, as records: one for each partition, which moves its watermark to infinity. */
import { partitionOf } from '../record/hash.js'
import { toldField, type LogRecord } from '../record/record.js'
import { watermarkName } from './event-time.js'

/** A record for each of `partitions` that says: the source has no more. Each has a key of its partition. */
export function endRecords(partitions: number): LogRecord[] {
  const value = { [toldField]: [watermarkName, 'end', null] }
  return Array.from({ length: partitions }, (_, partition) => {
    let n = 0
    while (partitionOf(`${watermarkName}${n}`, partitions) !== partition) n++
    return { key: `${watermarkName}${n}`, eventTime: 0, value }
  })
}
