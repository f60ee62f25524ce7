/**
 * The undisturbed run: the log of one partition through the real stages and the real fold, in memory, entry
 * by entry. What it ends with is what the disturbed run must end with, byte for byte (G7).
 */
import { partitionOf } from '../../engine/index.js'
import { TimerIndex } from '../../engine/state/index.js'
import { Fold } from '../../engine/topology/fold.js'
import { MemoryStore } from '../../engine/topology/memory-store.js'
import { StageRunner } from '../../engine/topology/stages.js'
import { formatId, type StreamEntry } from './model/store.js'
import { partitions, tallyTopology } from './tally.js'

/** What a replay ends with. */
export interface Replayed {
  /** Fields by `s|actor|key/field` and `t|actor|table|key/field`. */
  readonly state: Map<string, Buffer>
  /** Everything emitted, packed, in order. */
  readonly emitted: Buffer
  readonly dead: Buffer[]
  readonly folded: number
}

/** Replays a log; at its end all timers fire. */
export async function replay(log: readonly StreamEntry[], partition: number): Promise<Replayed> {
  const topology = tallyTopology(() => Promise.resolve())
  const store = new MemoryStore()
  const stages = new StageRunner(topology.stages, undefined)
  const fold = new Fold({ topology, partition, store, timers: new TimerIndex(partition),
    isLocal: key => partitionOf(key, partitions) === partition })
  const emitted: Buffer[] = []
  const dead: Buffer[] = []
  let folded = 0
  const keep = (): void => {
    const batch = fold.collect()
    store.write(batch)
    emitted.push(...batch.emitted.map(({ packed }) => packed))
    dead.push(...batch.dead)
    folded += batch.folded
  }
  for (const { id, fields } of log) {
    const entry = formatId(id)
    const [staged] = await stages.run([{ id: entry, block: Buffer.from(fields[1]) }])
    if ('unreadable' in staged) throw staged.unreadable
    const records = staged.records()
    await fold.prepare([{ records }])
    for (const record of records) await fold.fold(record)
    keep()
  }
  await fold.fireTimers(Infinity)
  keep()
  return { state: store.dump(), emitted: Buffer.concat(emitted), dead, folded }
}
