/**
 * Follows the outbox of a partition from outside the node: what subscribers see. Reads committed outputs
 * only, in order, and says when what was asked for is no longer there.
 *
 * F1  Outputs stay for `followersMs` at least. Whoever reads at shorter intervals misses nothing; who was
 *     late looks whether the place where it stands is still there, and tells a gap if it is not. It may tell
 *     one where nothing was lost, never the other way round.
 */
import { openOutputs, type DataKeys } from '../cipher/index.js'
import type { Clock } from '../clock/index.js'
import { followersMs } from '../limits/limits.js'
import { readRange, type Entry } from '../log/index.js'
import { decodeEmissions } from '../record/emission.js'
import { compareEntries, startOfLog, timeOfEntry, type EntryId } from '../record/record.js'
import { fieldsOf, send, type RedisConnection } from '../redis/index.js'
import { isPublic } from './sink-loop.js'
import type { Emitted } from './topology.js'

/** One commit's outputs, or a stretch that was trimmed away before it could be read. */
export type Followed =
  | { readonly entry: string, readonly emitted: Emitted[] }
  | { readonly gapFrom: string, readonly gapTo: string }

const pollMs = 20
const entriesPerRead = 64
const keptMs = 60_000
/** Between the question of one read and the answer of the next; half of what there is, as clocks differ. */
const lateMs = followersMs / 2

/** How far an outbox is followed: until the signal aborts, or until nothing more is there. */
export type FollowEnd = 'aborted' | 'nothing more'

/**
 * Yields what is committed after `from` (exclusive; undefined: from now on) until the signal aborts.
 * `first` names the outboxes as far as they are known, `outboxes` those that may hold something now: of the
 * version that was live before the last switch, if there was one, and of the live one. Ids grow across a
 * switch, so both are read as one.
 */
export async function* followOutbox(
  redis: RedisConnection, first: readonly string[], outboxes: () => Promise<string[]>,
  from: string | undefined, clock: Clock, signal: AbortSignal, end: FollowEnd = 'aborted',
  dataKeys?: DataKeys,
): AsyncGenerator<Followed> {
  const extents = await Promise.all(first.map(stream => extentOf(redis, stream)))
  let position = from ?? extents.map(({ last }) => last).reduce(later)
  if (from !== undefined && !extents.every(({ isWhole }) => isWhole)) {
    const gapTo = await gapAfter(redis, first, extents.map(({ last }) => last), from)
    if (gapTo !== undefined) yield { gapFrom: from, gapTo }
  }
  let askedBefore = clock.now()
  while (!signal.aborted) {
    const asked = clock.now()
    const streams = await outboxes()
    const { entries, isMore } = await readAfter(redis, streams, position)
    const isLate = clock.now() - askedBefore > lateMs
    askedBefore = asked
    if (isLate) {
      const gapTo = await lostBefore(redis, streams, position, entries.at(0)?.id)
      if (gapTo !== undefined) yield { gapFrom: position, gapTo }
      if (gapTo !== undefined && entries.length === 0) position = gapTo
    }
    const blocks = entries.map(({ block }) => block)
    const open = dataKeys ? await openOutputs(dataKeys, blocks) : blocks
    for (const [i, { id }] of entries.entries()) {
      position = id
      const emitted = decodeEmissions(open[i]).filter(isPublic)
      if (emitted.length > 0) yield { entry: id, emitted }
    }
    if (!isMore && end === 'nothing more') return
    if (!isMore) await clock.wait(pollMs, signal)
  }
}

/** Entries of all streams after `position`, in the order of their ids, as far as every stream was read. */
async function readAfter(
  redis: RedisConnection, streams: string[], position: string,
): Promise<{ entries: Entry[], isMore: boolean }> {
  const read = await Promise.all(streams.map(stream =>
    readRange(redis, stream, `(${position}`, '+', entriesPerRead)))
  const full = read.filter(entries => entries.length === entriesPerRead).map(entries => entries.at(-1)!.id)
  const entries = read.flat().filter(({ id }) => full.every(last => compareEntries(id, last) <= 0))
    .sort((a, b) => compareEntries(a.id, b.id))
  return { entries, isMore: full.length > 0 }
}

/** Where it goes on when something behind `position` may be gone; `next` is what was read behind it. */
async function lostBefore(
  redis: RedisConnection, streams: readonly string[], position: string, next: string | undefined,
): Promise<string | undefined> {
  const extents = await Promise.all(streams.map(stream => extentOf(redis, stream)))
  if (extents.every(({ isWhole }) => isWhole)) return undefined
  const gapTo = await gapAfter(redis, streams, extents.map(({ last }) => last), position)
  return gapTo === undefined ? undefined : next ?? gapTo
}

/** Where history begins again after `from`; undefined when nothing is missing. */
async function gapAfter(
  redis: RedisConnection, streams: readonly string[], lasts: readonly string[], from: string,
): Promise<string | undefined> {
  const held = await Promise.all(streams.map(stream => readRange(redis, stream, from, from, 1)))
  if (held.some(entries => entries.length > 0)) return undefined
  const firsts = await Promise.all(streams.map(stream => readRange(redis, stream, '-', '+', 1)))
  const ids = firsts.flat().map(({ id }) => id).sort(compareEntries)
  const trimmedTo = ids[0] ?? lasts.reduce(later)
  return compareEntries(trimmedTo, from) > 0 ? trimmedTo : undefined
}

function later(a: string, b: string): string {
  return compareEntries(a, b) > 0 ? a : b
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

/**
 * Trims an outbox up to what every sink has `taken`, but keeps the last minute before `now` (ms UTC, the time
 * of Redis) for subscribers that come back.
 */
export async function trimOutbox(
  redis: RedisConnection, stream: string, taken: readonly EntryId[], now: number,
): Promise<void> {
  const before = Math.min(now - keptMs, ...taken.map(entry => timeOfEntry(entry)))
  if (before > 0) await send(redis, 'XTRIM', [stream, 'MINID', '~', before])
}
