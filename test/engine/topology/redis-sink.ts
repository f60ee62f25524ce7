/** A sink for tests of the sink thread: pushes each batch to a list in Redis. */
import { openRedis, send } from '../../../engine/redis/index.js'
import type { SinkOpener } from '../../../engine/index.js'

/** Called in the sink thread. */
export const open: SinkOpener<{ url: string, list: string }> = async ({ url, list }) => {
  const redis = await openRedis(url, 'test sink')
  return {
    async insert({ token, emitted }) {
      if (list === '') throw new Error('no list is named')
      await send(redis, 'RPUSH', [list, JSON.stringify({ token, values: emitted.map(({ value }) => value) })])
    },
  }
}
