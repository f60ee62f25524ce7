/**
 * BullMQ: jobs added in bulk, a worker whose processor returns at once, or counts in Redis. Neither has an
 * order per key, and a job that is tried again counts twice. Configured as its guide recommends for
 * throughput: addBulk, high concurrency, finished jobs removed.
 */
import { Queue, Worker } from 'bullmq'
import { closeRedis, openRedis, send } from '../../engine/redis/index.js'
import type { Contender } from '../contender.js'
import { offer } from './hinata.js'

const concurrency = 200

/** What a job does. */
type Processor = (key: string) => Promise<unknown>

/** No-op jobs. */
export const bullmq: Contender = {
  name: 'bullmq no-op',
  description: `addBulk, one worker of concurrency ${concurrency}, removeOnComplete; at least once, no state`,
  run: (redisUrl, keys) => runJobs(redisUrl, keys, () => Promise.resolve()),
}

/** Jobs that count in a hash of the same Redis. */
export const bullmqState: Contender = {
  name: 'bullmq count',
  description: `the same, each job one HINCRBY; at least once`,
  async run(redisUrl, keys) {
    const redis = await openRedis(redisUrl, 'counter')
    const { seconds } = await runJobs(redisUrl, keys, key => send(redis, 'HINCRBY', ['counts', key, 1]))
    const totals = await send(redis, 'HVALS', ['counts']) as (string | Buffer)[]
    closeRedis(redis)
    return { seconds, delivered: totals.reduce((sum, total) => sum + Number(total), 0) }
  },
}

async function runJobs(
  redisUrl: string, keys: readonly string[], processor: Processor,
): Promise<{ seconds: number, delivered: number }> {
  const { hostname, port } = new URL(redisUrl)
  const connection = { host: hostname, port: Number(port), maxRetriesPerRequest: null }
  const queue = new Queue<{ key: string }>('counts', { connection,
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true } })
  await queue.waitUntilReady()
  let delivered = 0
  let wake: () => void = () => undefined
  const all = new Promise<void>(resolve => { wake = resolve })
  const worker = new Worker<{ key: string }>('counts', async ({ data }) => {
    await processor(data.key)
    if (++delivered === keys.length) wake()
  }, { connection, concurrency })
  await worker.waitUntilReady()
  const startedAt = performance.now()
  await offer(keys, chunk => queue.addBulk(chunk.map(key => ({ name: 'count', data: { key } }))))
  await all
  const seconds = (performance.now() - startedAt) / 1_000
  await worker.close()
  await queue.close()
  return { seconds, delivered }
}
