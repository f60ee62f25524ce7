/**
 * The derived views of one node: shard threads that hold indexes by key, fed with committed values.
 *
 * V1  All calls of one key go to one shard thread, in order.
 * V2  A key that nobody asked for costs nothing: values are handed over only for keys that were asked for
 *     here.
 * V3  A key is restored from committed rows read after its shard began to keep what comes for it, so nothing
 *     is missed.
 */
import { HinataError } from '../errors/index.js'
import { hashText } from '../record/hash.js'
import type { Emission } from '../record/emission.js'
import { decodeValue, encodeValue } from '../record/pack.js'
import { movable, ThreadPool, type QueryOutcome, type ShardTask } from '../threads/index.js'
import type { View, ViewAnswer, ViewQuery } from './topology.js'

const shardEntry = new URL('../threads/shard-thread.js', import.meta.url)

/** Reads all rows of a key's table, packed. */
export type RowsReader = (view: View, key: string) => Promise<Uint8Array[]>

/** The shards of all views. */
export class Views {
  readonly #views: ReadonlyMap<string, { view: View, shards: ThreadPool[], asked: Set<string> }>
  readonly #readRows: RowsReader

  constructor(views: readonly View[], readRows: RowsReader) {
    this.#readRows = readRows
    this.#views = new Map(views.map(view => [view.name, {
      view,
      shards: Array.from({ length: view.shards }, () => new ThreadPool(shardEntry, { threads: 1 })),
      asked: new Set<string>(),
    }]))
  }

  /** Hands over committed values. */
  apply(emitted: readonly Emission[]): void {
    for (const { view, shards, asked } of this.#views.values()) {
      if (asked.size === 0) continue
      const outputs = new Set(view.outputs.map(({ output }) => output))
      const byShard = shards.map((): Buffer[] => [])
      for (const { output, key, packed } of emitted) {
        if (outputs.has(output) && asked.has(key)) byShard[shardOf(key, shards)].push(packed)
      }
      byShard.forEach((values, i) => {
        if (values.length > 0) {
          void this.#call(shards[i], { call: 'apply', module: view.module.href,
            packed: Buffer.concat(values) })
        }
      })
    }
  }

  /** Asks a view; restores the key first if its shard lacks it. */
  async ask(name: string, query: ViewQuery): Promise<unknown> {
    const known = this.#views.get(name)
    if (!known) return undefined
    const { view, shards, asked } = known
    const shard = shards[shardOf(query.key, shards)]
    const task: ShardTask = { call: 'query', module: view.module.href, packed: encodeValue(query) }
    asked.add(query.key)
    for (;;) {
      const outcome = decodeValue(await this.#call(shard, task)) as QueryOutcome
      if ('refusal' in outcome) throw new HinataError(outcome.refusal.code, outcome.refusal.details)
      const answer = outcome.answer as ViewAnswer
      if (!('isMissing' in answer)) return answer.result
      const rows = (await this.#readRows(view, query.key)).map(movable)
      await this.#call(shard, { call: 'restore', module: view.module.href, key: query.key, rows })
    }
  }

  /** Whether a view of that name exists. */
  has(name: string): boolean {
    return this.#views.has(name)
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#views.values()].flatMap(({ shards }) => shards.map(shard => shard.stop())))
  }

  #call(shard: ThreadPool, task: ShardTask): Promise<Uint8Array> {
    return shard.run(task)
  }
}

function shardOf(key: string, shards: readonly unknown[]): number {
  return hashText(key, 0x51ed270b) % shards.length
}
