/** The same with BullMQ: jobs wait, then a worker starts; each job is one HINCRBY. */
import { Queue, Worker } from 'bullmq'
import { closeRedis, openRedis, send } from '../../engine/redis/index.js'
import { offer, type Contender } from '../keyed-counter/contender.js'

const concurrency = 200

/** From the start of the worker until the last job has counted. */
export const bullmqDrain: Contender = {
  async run({ redisUrl, measured }, keys) {
    const { hostname, port } = new URL(redisUrl)
    const connection = { host: hostname, port: Number(port), maxRetriesPerRequest: null }
    const redis = await openRedis(redisUrl, 'counter')
    const queue = new Queue<{ key: string }>('counts', { connection,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true } })
    await offer(keys, chunk => queue.addBulk(chunk.map(key => ({ name: 'count', data: { key } }))))
    let done = 0
    let worker: Worker | undefined
    await measured(() => new Promise<void>(resolve => {
      worker = new Worker<{ key: string }>('counts', async ({ data }) => {
        await send(redis, 'HINCRBY', ['counts', data.key, 1])
        if (++done === keys.length) resolve()
      }, { connection, concurrency })
    }))
    await worker?.close()
    await queue.close()
    const totals = await send(redis, 'HVALS', ['counts']) as (string | Buffer)[]
    closeRedis(redis)
    return totals.reduce((sum, total) => sum + Number(total), 0)
  },
}
