/** Waiting for Redis at the edge: a bounded time, then a plain answer. */
import { HinataError, type Clock } from '../../engine/index.js'

/** What the lookup answers, or IDENTITY_UNAVAILABLE after `ms` and for whatever Redis says instead. */
export async function within<T>(clock: Clock, ms: number, lookup: Promise<T>): Promise<T> {
  const done = new AbortController()
  const late = clock.wait(ms, done.signal).then(() => { throw new HinataError('IDENTITY_UNAVAILABLE') })
  late.catch(() => undefined) // heard by the race, or by nobody
  try {
    return await Promise.race([lookup, late])
  } catch (thrown) {
    if (thrown instanceof HinataError && thrown.kind === 'unauthenticated') throw thrown
    throw new HinataError('IDENTITY_UNAVAILABLE', {}, { cause: thrown })
  } finally {
    done.abort()
  }
}
