/**
 * BullMQ: jobs added in bulk, a worker whose processor returns at once, or counts in Redis. Neither has an
 * order per key, and a job that is tried again counts twice. Configured as its guide recommends for
 * throughput: addBulk, high concurrency, finished jobs removed.
 */
import { Queue, Worker } from 'bullmq'
import { closeRedis, openRedis, send } from '../../engine/redis/index.js'
import { offer, type Contender, type Surroundings } from './contender.js'

const concurrency = 200

/** What a job does. */
type Processor = (key: string) => Promise<unknown>

/** No-op jobs. */
export const bullmq: Contender = {
  run: (surroundings, keys) => runJobs(surroundings, keys, () => Promise.resolve()),
}

/** Jobs that count in a hash of the same Redis. */
export const bullmqState: Contender = {
  async run(surroundings, keys) {
    const redis = await openRedis(surroundings.redisUrl, 'counter')
    await runJobs(surroundings, keys, key => send(redis, 'HINCRBY', ['counts', key, 1]))
    const totals = await send(redis, 'HVALS', ['counts']) as (string | Buffer)[]
    closeRedis(redis)
    return totals.reduce((sum, total) => sum + Number(total), 0)
  },
}

async function runJobs(
  { redisUrl, measured }: Surroundings, keys: readonly string[], processor: Processor,
): Promise<number> {
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
  await measured(async () => {
    await offer(keys, chunk => queue.addBulk(chunk.map(key => ({ name: 'count', data: { key } }))))
    await all
  })
  await worker.close()
  await queue.close()
  return delivered
}
