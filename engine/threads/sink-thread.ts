/**
 * Runs in a sink thread: decodes the values of a batch and hands them to the sink's module, which keeps its
 * connections in this thread. One opened sink per module and options.
 */
import { move } from 'piscina'
import type { Ages } from '../record/ages.js'
import { decodeEmissions, type Emitted } from '../record/emission.js'

/** One batch for one sink. */
export interface SinkTask {
  /** URL of the module that exports `open`. */
  readonly module: string
  /** For `open`: plain data. */
  readonly options: unknown
  readonly outputs: readonly string[]
  readonly token: string
  readonly partition: number
  /** Of the version whose values these are; undefined: 0. */
  readonly generation?: number
  /** Some of the values may have been inserted under other tokens. */
  readonly isRepeated?: boolean
  /** Emissions of whole outbox entries, joined. */
  readonly packed: Uint8Array
}

interface OpenedSink {
  insert(batch: {
    token: string, partition: number, generation?: number, isRepeated?: boolean,
    emitted: readonly Emitted[],
  }): Promise<Ages | void>
}

const opened = new Map<string, Promise<OpenedSink>>()

/** The task of every sink thread: the packed ages that the sink tells. Rejects with what the sink throws. */
export default async function runSink(task: SinkTask): Promise<unknown> {
  const name = `${task.module} ${JSON.stringify(task.options)}`
  let sink = opened.get(name)
  if (!sink) opened.set(name, sink = openSink(task))
  const emitted = decodeEmissions(task.packed).filter(({ output }) => task.outputs.includes(output))
  const { token, partition, generation, isRepeated } = task
  const ages = emitted.length === 0 ? undefined
    : await (await sink).insert({ token, partition, generation, isRepeated, emitted })
  return move(ages?.packed ?? new Uint8Array(0))
}

async function openSink({ module, options }: SinkTask): Promise<OpenedSink> {
  const { open } = await import(module) as { open: (options: unknown) => OpenedSink | Promise<OpenedSink> }
  return open(options)
}
