/**
 * What stands at the end: a store of rows that takes a batch once per token, as ClickHouse does, and is slow,
 * or away, or takes a batch and cannot say so.
 */
import { encodeValue, type SinkBatch } from '../../engine/index.js'
import type { Process, World } from './world.js'

/** How the store behaves for a while. */
export type RowsTrouble = 'fails before' | 'fails after' | 'slow'

/** A batch that was taken. */
export interface TakenBatch {
  readonly token: string
  readonly batch: SinkBatch
  readonly packed: Buffer
}

/** See the top of the file. */
export class Rows {
  readonly taken = new Map<string, TakenBatch>()
  /** Tokens that came again with other values. */
  readonly changed: string[] = []
  readonly #world: World
  trouble: RowsTrouble | undefined

  constructor(world: World) {
    this.#world = world
  }

  /** The insert of a node's sink: the request leaves the process, and its answer may come too late. */
  insertFrom(process: Process): (batch: SinkBatch) => Promise<void> {
    return batch => new Promise((resolve, reject) => {
      const { trouble } = this
      const thereMs = trouble === 'slow' ? this.#world.between(100, 2_000) : this.#world.between(0.3, 4)
      this.#world.quietlyAt(this.#world.now + thereMs, () => {
        if (trouble !== 'fails before') this.#take(batch)
        this.#world.after(this.#world.between(0.3, 4), () => process.deliver(() => {
          if (trouble === undefined || trouble === 'slow') resolve()
          else reject(new Error(`the store ${trouble}`))
        }))
      })
    })
  }

  #take(batch: SinkBatch): void {
    const packed = encodeValue(batch.emitted)
    const known = this.taken.get(batch.token)
    if (!known) this.taken.set(batch.token, { token: batch.token, batch, packed })
    else if (!known.packed.equals(packed)) this.changed.push(batch.token)
  }
}
