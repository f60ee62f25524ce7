/** Runs in a pool thread: decodes a block, runs a stage's module over it, packs the answers. */
import { move } from 'piscina'
import { errorValueOf } from '../errors/index.js'
import { encodeTransient } from '../record/pack.js'
import { decodeBlock } from '../record/block.js'
import type { LogRecord } from '../record/record.js'
import { movable } from './pool.js'

/** A batch for one stage. */
export interface StageTask {
  /** URL of the module that exports `run`. */
  readonly module: string
  readonly block: Uint8Array
}

type Run = (records: readonly LogRecord[]) => unknown[]

const modules = new Map<string, Promise<{ run: Run }>>()

/** The task of every pool thread. */
export default async function runStage(task: StageTask): Promise<unknown> {
  let module = modules.get(task.module)
  if (!module) modules.set(task.module, module = import(task.module) as Promise<{ run: Run }>)
  const { run } = await module
  const records = decodeBlock('in a stage', task.block)
  return move(movable(encodeTransient(runSafely(run, records))))
}

/** A batch that throws is run record by record, so that one bad record does not fail the others. */
export function runSafely(run: Run, records: readonly LogRecord[]): unknown[] {
  try {
    return run(records)
  } catch {
    return records.map(record => {
      try {
        return run([record])[0]
      } catch (thrown) {
        return { failure: errorValueOf(thrown) }
      }
    })
  }
}
