/** Entries as the log holds them, through the stages. */
import { encodeRecord } from '../../../engine/record/block.js'
import type { LogRecord } from '../../../engine/index.js'
import type { StagedRecord } from '../../../engine/topology/staged.js'
import { StageRunner } from '../../../engine/topology/stages.js'

/** An entry, before it is packed. */
export interface PlainEntry {
  readonly id: string
  readonly records: readonly LogRecord[]
}

/** The staged records, entry by entry; without a runner, those of a topology that has no stages. */
export async function staged(
  entries: readonly PlainEntry[], runner = new StageRunner([], undefined),
): Promise<StagedRecord[][]> {
  const answers = await runner.run(entries.map(({ id, records }) =>
    ({ id, block: Buffer.concat(records.map(encodeRecord)) })))
  return answers.map(entry => {
    if ('unreadable' in entry) throw entry.unreadable
    return entry.records()
  })
}
