/**
 * The files of Redis: what was deleted is in them until they are written anew. One server after the other.
 * Replicas have files of their own, which only their own Redis can rewrite.
 */
import type { Clock } from '../clock/index.js'
import { send, type RedisConnection } from './connection.js'

const pollMs = 20

/** Writes the files of every master anew; false when that did not end well within `timeoutMs`. */
export async function rewriteFiles(
  redis: RedisConnection, clock: Clock, timeoutMs: number,
): Promise<boolean> {
  const deadline = clock.now() + timeoutMs
  for (const key of redis.masters()) {
    if (!await rewriteMaster(redis, key, clock, deadline)) return false
  }
  return true
}

async function rewriteMaster(
  redis: RedisConnection, key: string, clock: Clock, deadline: number,
): Promise<boolean> {
  const facts = async (): Promise<Map<string, string>> => new Map(
    String(await send(redis, 'INFO', ['persistence'], key)).split('\r\n')
      .map(line => line.split(':', 2) as [string, string]))
  const before = await facts()
  if (before.get('aof_enabled') === '1' && !await done('BGREWRITEAOF', 'aof_rewrite_in_progress',
    'aof_rewrites', 'aof_last_bgrewrite_status')) return false
  const hasSnapshot = before.get('rdb_last_save_time') !== undefined && await hasSaveRule(redis, key)
  return !hasSnapshot || done('BGSAVE', 'rdb_bgsave_in_progress', 'rdb_saves', 'rdb_last_bgsave_status')

  async function done(command: string, progress: string, count: string, status: string): Promise<boolean> {
    const never = new AbortController().signal
    let started = NaN
    while (clock.now() < deadline) {
      const now = await facts()
      const isIdle = now.get(progress) === '0' && now.get('aof_rewrite_scheduled') !== '1'
      if (isIdle && Number(now.get(count)) > started) return now.get(status) === 'ok'
      if (isIdle && Number.isNaN(started)) {
        started = Number(now.get(count))
        await send(redis, command, [], key)
      } else await clock.wait(pollMs, never)
    }
    return false
  }
}

async function hasSaveRule(redis: RedisConnection, key: string): Promise<boolean> {
  const [, rule] = [await send(redis, 'CONFIG', ['GET', 'save'], key)].flat(2) as unknown[]
  return rule !== undefined && String(rule) !== ''
}
