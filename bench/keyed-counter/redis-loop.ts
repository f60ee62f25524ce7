/**
 * What one writes by hand for the same promise: one XADD per record in pipelines, and a loop of XREADGROUP
 * whose every batch is one MULTI of the counts and the XACKs, so that a record counts once whatever is
 * killed. Tuned as far as it stays such a loop: one stream, pipelines without a pause, the counts of a batch
 * added up per key, large reads that overlap the transaction before.
 * It has no takeover, no fencing, no order across streams, no timers: it does less than the others.
 */
import { closeRedis, fieldsOf, openRedis, send, type RedisConnection } from '../../engine/redis/index.js'
import { offer, type Contender } from './contender.js'

const readCount = 2_000
const blockMs = 1_000
const stream = 'loop:records'
const group = 'counters'

type Entry = [id: Buffer, fields: Buffer[]]

/** Counts in a hash, exactly once, by hand. */
export const redisLoop: Contender = {
  async run({ redisUrl, measured }, keys) {
    const [writing, reading, counting] = await Promise.all(
      ['writer', 'reader', 'counter'].map(role => openRedis(redisUrl, role)))
    await send(writing, 'XGROUP', ['CREATE', stream, group, '0', 'MKSTREAM'])
    await measured(async () => {
      const counted = countAll(reading, counting, keys.length)
      await offer(keys, chunk =>
        Promise.all(chunk.map(key => send(writing, 'XADD', [stream, '*', 'key', key]))))
      await counted
    })
    const totals = await send(counting, 'HVALS', ['loop:counts']) as (string | Buffer)[]
    for (const redis of [writing, reading, counting]) closeRedis(redis)
    return totals.reduce((sum, total) => sum + Number(total), 0)
  },
}

async function countAll(reading: RedisConnection, counting: RedisConnection, records: number): Promise<void> {
  let seen = 0
  let before: Promise<unknown> = Promise.resolve()
  while (seen < records) {
    const answer = await send(reading, 'XREADGROUP', ['GROUP', group, 'one', 'COUNT', readCount,
      'BLOCK', blockMs, 'STREAMS', stream, '>'])
    if (answer === null) continue
    const entries = fieldsOf<Entry[]>(answer)[stream]
    seen += entries.length
    await before
    before = count(counting, entries)
  }
  await before
}

/** One transaction: sent as one pipeline, taken by Redis as one. */
async function count(redis: RedisConnection, entries: readonly Entry[]): Promise<void> {
  const counts = new Map<string, number>()
  for (const [, [, key]] of entries) counts.set(String(key), (counts.get(String(key)) ?? 0) + 1)
  const commands = [send(redis, 'MULTI', [])]
  for (const [key, times] of counts) commands.push(send(redis, 'HINCRBY', ['loop:counts', key, times]))
  commands.push(send(redis, 'XACK', [stream, group, ...entries.map(([id]) => id)]))
  commands.push(send(redis, 'EXEC', []))
  await Promise.all(commands)
}
