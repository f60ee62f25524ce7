/**
 * Follows the outbox of a partition from outside the node: what subscribers see. Reads committed outputs
 * only, in order, and says when what was asked for is no longer there.
 */
import type { Clock } from '../clock/index.js'
import { readRange } from '../log/index.js'
import { decodeEmissions } from '../record/emission.js'
import { compareEntries, startOfLog } from '../record/record.js'
import { fieldsOf, send, type RedisConnection } from '../redis/index.js'
import { isPublic } from './sink-loop.js'
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
  const { last, isWhole } = await extentOf(redis, stream)
  let position = from ?? last
  if (from !== undefined && !isWhole && !await holds(redis, stream, from)) {
    const [first] = await readRange(redis, stream, '-', '+', 1)
    const trimmedTo = first?.id ?? last
    if (compareEntries(trimmedTo, from) > 0) yield { gapFrom: from, gapTo: trimmedTo }
  }
  while (!signal.aborted) {
    const entries = await readRange(redis, stream, `(${position}`, '+', entriesPerRead)
    for (const { id, block } of entries) {
      position = id
      const emitted = decodeEmissions(block).filter(isPublic)
      if (emitted.length > 0) yield { entry: id, emitted }
    }
    if (entries.length < entriesPerRead) await clock.wait(pollMs, signal)
  }
}

async function holds(redis: RedisConnection, stream: string, entry: string): Promise<boolean> {
  return (await readRange(redis, stream, entry, entry, 1)).length > 0
}

/** The newest entry ever added, also when it was trimmed since; and whether nothing was trimmed ever. */
async function extentOf(redis: RedisConnection, stream: string): Promise<{ last: string, isWhole: boolean }> {
  try {
    const info = fieldsOf<Buffer | number>(await send(redis, 'XINFO', ['STREAM', stream]))
    return { last: String(info['last-generated-id']), isWhole: info.length === info['entries-added'] }
  } catch (error) {
    if (error instanceof Error && error.message.includes('no such key')) {
      return { last: startOfLog, isWhole: true }
    }
    throw error
  }
}
