/** Reads the names of keys page by page: what is too many to hold. */
import { send, type RedisConnection } from '../redis/index.js'

const keysPerPage = 512

/**
 * Names of all keys that match a pattern, page by page. A key that exists all the while comes at least once;
 * the caller must bear one that comes twice.
 */
export async function* scanKeys(redis: RedisConnection, pattern: string): AsyncGenerator<string[]> {
  let cursor = '0'
  do {
    const [next, names] = await send(redis, 'SCAN',
      [cursor, 'MATCH', pattern, 'COUNT', keysPerPage]) as [Buffer, Buffer[]]
    if (names.length > 0) yield names.map(String)
    cursor = String(next)
  } while (cursor !== '0')
}
