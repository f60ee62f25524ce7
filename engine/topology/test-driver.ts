/**
 * The test driver: runs a topology in memory, with the real fold. Push a record, advance the clock, read the
 * outputs. No Redis, no threads: stages and views run in this thread, state is kept in a map of packed
 * fields, and every push is committed at once. Time stands still until `advance`. Messages to other
 * partitions arrive before `push` and `advance` return.
 */
import type { Output, TypedActor } from '../actor/index.js'
import { Activation, upcastRow } from '../actor/index.js'
import { Journal, type CellsOf, type StateDeclaration } from '../state/index.js'
import { decodeBlock } from '../record/block.js'
import { partitionOf } from '../record/hash.js'
import type { LogRecord } from '../record/record.js'
import { endRecords } from './end-input.js'
import { entryIds, MemoryPartition } from './memory-partition.js'
import { relayBlocks } from './relay.js'
import { isPublic } from './sink-loop.js'
import type { Emitted, ShardModule, Topology, ViewAnswer } from './topology.js'

/** How a driver is started. */
export interface TestDriverOptions {
  /** The first instant of its clock. Default 2026-01-01. */
  readonly startMs?: number
  /** Default 1. */
  readonly partitions?: number
}

/** Starts a driver. */
export async function testDriver(topology: Topology, options: TestDriverOptions = {}): Promise<TestDriver> {
  const modules = new Map<string, ShardModule>()
  for (const view of topology.views) modules.set(view.name, await import(view.module.href) as ShardModule)
  return new TestDriver(topology, modules, options)
}

/** A topology in memory. */
export class TestDriver {
  readonly #topology: Topology
  readonly #modules: ReadonlyMap<string, ShardModule>
  readonly #partitions: readonly MemoryPartition[]
  readonly #emitted: Emitted[] = []
  readonly #nextEntry = entryIds()
  #now: number

  constructor(
    topology: Topology, modules: ReadonlyMap<string, ShardModule>, options: TestDriverOptions,
  ) {
    const { partitions = 1, startMs = Date.UTC(2026, 0, 1) } = options
    this.#topology = topology
    this.#modules = modules
    this.#now = startMs
    this.#partitions = Array.from({ length: partitions }, (_, partition) => new MemoryPartition(topology,
      { partition, partitions, isLocal: key => partitionOf(key, partitions) === partition }))
  }

  get now(): number {
    return this.#now
  }

  /** Accepts and folds one record now. */
  push(key: string, value: unknown, eventTime = this.#now): Promise<void> {
    return this.pushBlock([{ key, value, eventTime }])
  }

  /** Accepts and folds several records, as one block per partition. */
  async pushBlock(records: readonly LogRecord[]): Promise<void> {
    const blocks = new Map<number, LogRecord[]>()
    for (const record of records) {
      const partition = this.#partitionOf(record.key)
      const block = blocks.get(partition) ?? []
      block.push(record)
      blocks.set(partition, block)
    }
    for (const [partition, block] of blocks) await this.#take(partition, block)
  }

  /** Says that no more records come: every watermark goes to infinity. */
  endInput(): Promise<void> {
    return this.pushBlock(endRecords(this.#partitions.length))
  }

  /** Moves the clock; timers that become due fire in order. */
  async advance(ms: number): Promise<void> {
    this.#now += ms
    for (const [partition, one] of this.#partitions.entries()) {
      await this.#handOn(partition, await one.advance(this.#now))
    }
  }

  /** Forgets all activations, as memory pressure between commits does. */
  forget(): void {
    for (const partition of this.#partitions) partition.forget()
  }

  /** Forgets everything that is not committed and starts anew, as the owner after a crash does. */
  async crash(): Promise<void> {
    for (const partition of this.#partitions) await partition.crash()
  }

  /** Everything that left through an output so far. */
  emitted<V>(output: Output<V>): V[] {
    return this.#emitted.filter(value => value.output === output.output).map(value => value.value as V)
  }

  /** Committed cells of an actor, for reading. */
  state<S extends StateDeclaration>(actor: TypedActor<S>, key: string): CellsOf<S> {
    const activation = new Activation(actor, key, new Journal())
    activation.load(this.#partitions[this.#partitionOf(key)].store.fields(actor.type, key))
    return activation.cells as CellsOf<S>
  }

  /** Asks a view. */
  ask(view: string, key: string, name: string, args: unknown): unknown {
    const { actor, table } = this.#topology.views.find(one => one.name === view)!.restoreFrom
    const module = this.#modules.get(view)!
    let answer: ViewAnswer = module.query({ name, key, args })
    if ('isMissing' in answer) {
      const { store } = this.#partitions[this.#partitionOf(key)]
      module.restore(key, store.rows(actor.type, key, table).map(row => upcastRow(actor, key, table, row)))
      answer = module.query({ name, key, args })
    }
    return 'result' in answer ? answer.result : undefined
  }

  /**
   * Every stored field, by `<hash>/<field>`, in the order of names: for byte comparison. With several
   * partitions, each name begins with its partition's number.
   */
  dump(): Map<string, Buffer> {
    if (this.#partitions.length === 1) return this.#partitions[0].store.dump()
    return new Map(this.#partitions.flatMap(({ store }, partition) =>
      [...store.dump()].map(([name, packed]) => [`${partition}|${name}`, packed] as const)))
  }

  #partitionOf(key: string): number {
    return partitionOf(key, this.#partitions.length)
  }

  async #take(partition: number, records: readonly LogRecord[]): Promise<void> {
    const entry = { id: this.#nextEntry(this.#now), records }
    await this.#handOn(partition, await this.#partitions[partition].take([entry]))
  }

  /** Hands what was committed to the outputs, the views, and the other partitions. */
  async #handOn(partition: number, committed: readonly Emitted[]): Promise<void> {
    const emitted = committed.filter(isPublic)
    this.#emitted.push(...emitted)
    for (const view of this.#topology.views) {
      const outputs = new Set(view.outputs.map(({ output }) => output))
      this.#modules.get(view.name)!.apply(emitted.filter(value => outputs.has(value.output)))
    }
    const told = { partition, emitted: committed.filter(value => !isPublic(value)) }
    for (const [to, block] of relayBlocks(told, this.#partitions.length)) {
      await this.#take(to, decodeBlock('relayed', Buffer.concat(block)))
    }
  }
}
