/**
 * The test driver: runs a topology in memory, with the real fold. Push a record, advance the clock, read the
 * outputs. No Redis, no threads: stages and views run in this thread, state is kept in a map of packed
 * fields, and every push is committed at once. Time stands still until `advance`.
 */
import type { Output, TypedActor } from '../actor/index.js'
import { Activation, upcastRow } from '../actor/index.js'
import { Journal, TimerIndex, type CellsOf, type StateDeclaration } from '../state/index.js'
import type { LogRecord } from '../record/record.js'
import { Fold } from './fold.js'
import { MemoryStore } from './memory-store.js'
import { decodeEmitted } from './sink-loop.js'
import { StageRunner } from './stages.js'
import type { Emitted, ShardModule, Topology, ViewAnswer } from './topology.js'

/** Starts a driver. `startMs` is the first instant of its clock. */
export async function testDriver(
  topology: Topology, options: { startMs?: number } = {},
): Promise<TestDriver> {
  const modules = new Map<string, ShardModule>()
  for (const view of topology.views) modules.set(view.name, await import(view.module.href) as ShardModule)
  return new TestDriver(topology, modules, options.startMs ?? Date.UTC(2026, 0, 1))
}

/** A topology with one partition, in memory. */
export class TestDriver {
  readonly #topology: Topology
  readonly #modules: ReadonlyMap<string, ShardModule>
  readonly #store = new MemoryStore()
  readonly #timers = new TimerIndex(0)
  readonly #fold: Fold
  readonly #stages: StageRunner
  readonly #emitted: Emitted[] = []
  #now: number
  #entries = 0

  constructor(topology: Topology, modules: ReadonlyMap<string, ShardModule>, startMs: number) {
    this.#topology = topology
    this.#modules = modules
    this.#now = startMs
    this.#stages = new StageRunner(topology.stages, undefined)
    this.#fold = new Fold({ topology, partition: 0, store: this.#store, timers: this.#timers,
      isLocal: () => true })
  }

  get now(): number {
    return this.#now
  }

  /** Accepts and folds one record now. */
  push(key: string, value: unknown, eventTime = this.#now): Promise<void> {
    return this.pushBlock([{ key, value, eventTime }])
  }

  /** Accepts and folds several records as one block. */
  async pushBlock(records: readonly LogRecord[]): Promise<void> {
    const id = `${this.#now}-${this.#entries++}`
    const [staged] = await this.#stages.run([{ id, records }])
    await this.#fold.prepare(staged)
    for (const record of staged) await this.#fold.fold(record)
    this.#commit()
  }

  /** Moves the clock; timers that become due fire in order. */
  async advance(ms: number): Promise<void> {
    this.#now += ms
    await this.#fold.fireTimers(this.#now)
    this.#commit()
  }

  /** Forgets all activations, as a crash between commits does. */
  forget(): void {
    this.#fold.passivate(-1)
  }

  /** Everything that left through an output so far. */
  emitted<V>(output: Output<V>): V[] {
    return this.#emitted.filter(value => value.output === output.output).map(value => value.value as V)
  }

  /** Committed cells of an actor, for reading. */
  state<S extends StateDeclaration>(actor: TypedActor<S>, key: string): CellsOf<S> {
    const activation = new Activation(actor, key, new Journal())
    activation.load(this.#store.fields(actor.type, key))
    return activation.cells as CellsOf<S>
  }

  /** Asks a view. */
  ask(view: string, key: string, name: string, args: unknown): unknown {
    const declared = this.#topology.views.find(one => one.name === view)!
    const module = this.#modules.get(view)!
    let answer: ViewAnswer = module.query({ name, key, args })
    if ('isMissing' in answer) {
      const { actor, table } = declared.restoreFrom
      module.restore(key, this.#store.rows(actor.type, key, table)
        .map(row => upcastRow(actor, key, table, row)))
      answer = module.query({ name, key, args })
    }
    return 'result' in answer ? answer.result : undefined
  }

  /** Every stored field, by `<hash>/<field>`, in the order of names: for byte comparison. */
  dump(): Map<string, Buffer> {
    return this.#store.dump()
  }

  #commit(): void {
    const batch = this.#fold.collect()
    this.#store.write(batch)
    const emitted = decodeEmitted(Buffer.concat(batch.emitted.map(({ packed }) => packed)))
    this.#emitted.push(...emitted)
    for (const view of this.#topology.views) {
      const outputs = new Set(view.outputs.map(({ output }) => output))
      this.#modules.get(view.name)!.apply(emitted.filter(value => outputs.has(value.output)))
    }
  }
}
