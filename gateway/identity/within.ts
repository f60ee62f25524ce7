/** Waiting for Redis at the edge: a bounded time, then a plain answer. */
import { HinataError } from '../../engine/index.js'
import type { Deadlines } from '../deadlines.js'

/** What the lookup answers, or IDENTITY_UNAVAILABLE when it is late and for whatever Redis says instead. */
export async function within<T>(deadlines: Deadlines, lookup: Promise<T>): Promise<T> {
  try {
    return await deadlines.within(lookup, () => new HinataError('IDENTITY_UNAVAILABLE'))
  } catch (thrown) {
    if (thrown instanceof HinataError
      && (thrown.kind === 'unauthenticated' || thrown.code === 'IDENTITY_UNAVAILABLE')) throw thrown
    throw new HinataError('IDENTITY_UNAVAILABLE', {}, { cause: thrown })
  }
}
