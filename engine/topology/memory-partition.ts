/**
 * One partition in memory: the real fold on a store of packed fields. What the test driver is made of; tests
 * of their own may drive several and decide in which order relayed messages arrive.
 */
import { encodeRecord } from '../record/block.js'
import { decodeEmissions, type Emitted } from '../record/emission.js'
import type { EntryId, LogRecord } from '../record/record.js'
import { TimerIndex } from '../state/index.js'
import { Fold } from './fold.js'
import { MemoryStore } from './memory-store.js'
import { StageRunner } from './stages.js'
import type { Topology } from './topology.js'

/** An entry of a log, before it is packed. */
export interface MemoryEntry {
  readonly id: EntryId
  readonly records: readonly LogRecord[]
}

/** Which partition, and how keys are found in it. */
export interface MemoryPlace {
  readonly partition: number
  readonly partitions: number
  readonly isLocal: (key: string) => boolean
}

/** See the top of the file. */
export class MemoryPartition {
  readonly store = new MemoryStore()
  readonly #topology: Topology
  readonly #place: MemoryPlace
  readonly #stages: StageRunner
  readonly #timers = new Map<string, number>()
  #fold: Fold

  constructor(topology: Topology, place: MemoryPlace) {
    this.#topology = topology
    this.#place = place
    this.#stages = new StageRunner(topology.stages, undefined)
    this.#fold = this.#newFold()
  }

  /** Folds entries and commits them at once; everything that they emitted, the engine's own included. */
  async take(entries: readonly MemoryEntry[]): Promise<Emitted[]> {
    const blocks = entries.map(({ id, records }) => ({ id, block: Buffer.concat(records.map(encodeRecord)) }))
    const staged = (await this.#stages.run(blocks)).flatMap(entry => {
      if ('unreadable' in entry) throw entry.unreadable
      return entry.records()
    })
    await this.#fold.prepare([{ records: staged }])
    for (const record of staged) await this.#fold.fold(record)
    return this.#commit()
  }

  /** Fires the timers due before `now` and commits. */
  async advance(now: number): Promise<Emitted[]> {
    await this.#fold.fireTimers(now)
    return this.#commit()
  }

  /** Forgets all actors, as memory pressure between commits does. */
  forget(): void {
    this.#fold.passivate(-1)
  }

  /** Forgets everything and starts from what is committed, as the next owner does. */
  async crash(): Promise<void> {
    this.#fold = this.#newFold()
    await this.#fold.restore([...this.#timers])
  }

  /** Committed timers: member → due. */
  get timers(): ReadonlyMap<string, number> {
    return this.#timers
  }

  #newFold(): Fold {
    return new Fold({ topology: this.#topology, store: this.store, ...this.#place,
      timers: new TimerIndex(this.#place.partition) })
  }

  #commit(): Emitted[] {
    const batch = this.#fold.collect()
    this.store.write(batch)
    for (const [member, due] of batch.timers) {
      if (due === null) this.#timers.delete(member)
      else this.#timers.set(member, due)
    }
    return decodeEmissions(Buffer.concat(batch.emitted.map(({ packed }) => packed)))
  }
}

/** An entry id of its own for each call: `<now>-<count>`. */
export function entryIds(): (now: number) => EntryId {
  let count = 0
  return now => `${now}-${count++}`
}
