/**
 * BullMQ doing nothing: jobs added in bulk, a worker whose processor returns at once. No state and no order
 * per key. Configured as its guide recommends for throughput: addBulk, high concurrency, finished jobs
 * removed.
 */
import { Queue, Worker } from 'bullmq'
import type { Contender } from '../contender.js'
import { offer } from './hinata.js'

const concurrency = 200

/** No-op jobs. */
export const bullmq: Contender = {
  name: 'bullmq no-op',
  description: `addBulk, one worker of concurrency ${concurrency}, removeOnComplete; at least once, no state`,
  async run(redisUrl, keys) {
    const { hostname, port } = new URL(redisUrl)
    const connection = { host: hostname, port: Number(port), maxRetriesPerRequest: null }
    const queue = new Queue('counts', { connection,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true } })
    await queue.waitUntilReady()
    let delivered = 0
    let wake: () => void = () => undefined
    const all = new Promise<void>(resolve => { wake = resolve })
    const worker = new Worker('counts', () => {
      if (++delivered === keys.length) wake()
      return Promise.resolve()
    }, { connection, concurrency })
    await worker.waitUntilReady()
    const startedAt = performance.now()
    await offer(keys, chunk => queue.addBulk(chunk.map(key => ({ name: 'count', data: { key, n: 1 } }))))
    await all
    const seconds = (performance.now() - startedAt) / 1_000
    await worker.close()
    await queue.close()
    return { seconds, delivered }
  },
}
