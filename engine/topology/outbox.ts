/**
 * Follows the outbox of a partition from outside the node: what subscribers see. Reads committed outputs
 * only, in order, and says when what was asked for is no longer there.
 */
import type { Clock } from '../clock/index.js'
import { readRange } from '../log/index.js'
import { compareEntries, startOfLog } from '../record/record.js'
import { fieldsOf, send, type RedisConnection } from '../redis/index.js'
import { decodeEmitted, isPublic } from './sink-loop.js'
import type { Emitted } from './topology.js'

/** One commit's outputs, or a stretch that was trimmed away before it could be read. */
export type Followed =
  | { readonly entry: string, readonly emitted: Emitted[] }
  | { readonly gapFrom: string, readonly gapTo: string }

const pollMs = 20
const entriesPerRead = 64

/** Yields what is committed after `from` (exclusive; undefined: from now on) until the signal aborts. */
export async function* followOutbox(
  redis: RedisConnection, stream: string, from: string | undefined, clock: Clock, signal: AbortSignal,
): AsyncGenerator<Followed> {
  let position = from ?? await lastEntry(redis, stream)
  if (from !== undefined) {
    const [first] = await readRange(redis, stream, '-', '+', 1)
    const trimmedTo = first?.id ?? await lastEntry(redis, stream)
    if (compareEntries(trimmedTo, from) > 0 && !await holds(redis, stream, from)) {
      yield { gapFrom: from, gapTo: trimmedTo }
    }
  }
  while (!signal.aborted) {
    const entries = await readRange(redis, stream, `(${position}`, '+', entriesPerRead)
    for (const { id, block } of entries) {
      position = id
      const emitted = decodeEmitted(block).filter(isPublic)
      if (emitted.length > 0) yield { entry: id, emitted }
    }
    if (entries.length < entriesPerRead) await clock.wait(pollMs, signal)
  }
}

async function holds(redis: RedisConnection, stream: string, entry: string): Promise<boolean> {
  return (await readRange(redis, stream, entry, entry, 1)).length > 0
}

/** The id of the newest entry ever added, also when it was trimmed since. */
async function lastEntry(redis: RedisConnection, stream: string): Promise<string> {
  try {
    return String(fieldsOf(await send(redis, 'XINFO', ['STREAM', stream]))['last-generated-id'])
  } catch (error) {
    if (error instanceof Error && error.message.includes('no such key')) return startOfLog
    throw error
  }
}
