/**
 * Several partitions in memory, their records and relayed blocks taken in an order that `draw` decides, with
 * batches of any size and crashes between them: every order that the real relay could bring about.
 */
import type { Emitted, Topology } from '../../../engine/index.js'
import { decodeBlock } from '../../../engine/record/block.js'
import { partitionOf } from '../../../engine/record/hash.js'
import type { LogRecord } from '../../../engine/record/record.js'
import { MemoryPartition } from '../../../engine/topology/memory-partition.js'
import { relayBlocks } from '../../../engine/topology/relay.js'
import { isPublic } from '../../../engine/topology/sink-loop.js'

/** One entry of a log. */
export interface LogEntry {
  readonly id: string
  readonly records: readonly LogRecord[]
}

/** A partition with its log. */
export function partitionIn(topology: Topology, partition: number, partitions: number): MemoryPartition {
  return new MemoryPartition(topology,
    { partition, partitions, isLocal: key => partitionOf(key, partitions) === partition })
}

/** See the top of the file. */
export class Interleaved {
  readonly logs: LogEntry[][]
  readonly stores: MemoryPartition[]
  /** Outputs, in the order of commits. */
  readonly emitted: Emitted[] = []
  readonly #partitions: number
  readonly #draw: (below: number) => number
  readonly #folded: number[]
  readonly #relays = new Map<string, LogRecord[][]>()
  #now: number

  constructor(topology: Topology, partitions: number, draw: (below: number) => number, startMs = 0) {
    this.#partitions = partitions
    this.#draw = draw
    this.#now = startMs
    this.stores = Array.from({ length: partitions }, (_, partition) =>
      partitionIn(topology, partition, partitions))
    this.logs = this.stores.map(() => [])
    this.#folded = this.stores.map(() => 0)
  }

  /** Appends the records in their order, and moves everything until nothing is left to do. */
  async run(records: readonly LogRecord[]): Promise<void> {
    const inputs = [...records]
    for (;;) {
      const moves: (() => Promise<void> | void)[] = []
      if (inputs.length > 0) {
        moves.push(() => {
          const record = inputs.shift()!
          this.#append(partitionOf(record.key, this.#partitions), [record])
        })
      }
      for (const [lane, blocks] of this.#relays) {
        if (blocks.length > 0) moves.push(() => this.#append(Number(lane.split('>')[1]), blocks.shift()!))
      }
      for (let partition = 0; partition < this.#partitions; partition++) {
        if (this.logs[partition].length > this.#folded[partition]) moves.push(() => this.#take(partition))
      }
      if (moves.length === 0) return
      await moves[this.#draw(moves.length)]()
    }
  }

  /** Time passes without records, until no timer waits any more. */
  async idle(ms: number): Promise<void> {
    while (this.stores.some(store => store.timers.size > 0)) {
      this.#now += ms
      for (const [partition, store] of this.stores.entries()) {
        this.#handOn(partition, await store.advance(this.#now))
      }
      await this.run([])
    }
  }

  #append(partition: number, records: readonly LogRecord[]): void {
    this.logs[partition].push({ id: `${++this.#now}-0`, records })
  }

  async #take(partition: number): Promise<void> {
    const from = this.#folded[partition]
    const count = 1 + this.#draw(this.logs[partition].length - from)
    this.#folded[partition] += count
    this.#handOn(partition, await this.stores[partition].take(this.logs[partition].slice(from, from + count)))
    if (this.#draw(2) === 0) await this.stores[partition].crash()
  }

  #handOn(partition: number, committed: readonly Emitted[]): void {
    this.emitted.push(...committed.filter(isPublic))
    const told = committed.filter(value => !isPublic(value))
    for (const [to, block] of relayBlocks({ partition, emitted: told }, this.#partitions)) {
      const lane = `${partition}>${to}`
      this.#relays.set(lane, [...this.#relays.get(lane) ?? [], decodeBlock('relayed', Buffer.concat(block))])
    }
  }
}
