/**
 * Fastify in front of BullMQ: a POST is checked against a schema, becomes one job, and is answered when the
 * job is in Redis. What most services in Node do to take something in durably.
 */
import { Queue } from 'bullmq'
import fastify from 'fastify'
import { numberOfId, paths, type Receiver, type Stored } from '../ingest/receiver.js'

interface Body {
  readonly user_id: string
  readonly hinata_batch: readonly { readonly id: string }[]
}

const pageJobs = 5_000

const schema = { body: { type: 'object', required: ['user_id', 'hinata_batch'], properties: {
  user_id: { type: 'string' },
  hinata_batch: { type: 'array', minItems: 1, maxItems: 100, items: { type: 'object', required: ['id'],
    properties: { id: { type: 'string' }, timestamp: { type: 'string' }, source: { type: 'string' },
      highlight: { type: 'string' }, note: { type: 'string' }, address: { type: 'string' },
      tag: { type: 'array', items: { type: 'string' } } } } },
} } }

/** HTTP. */
export const fastifyBullmq: Receiver = {
  async start(redisUrl) {
    const { hostname, port } = new URL(redisUrl)
    const queue = new Queue<Body>('records', { connection: { host: hostname, port: Number(port) },
      defaultJobOptions: { removeOnComplete: true } })
    await queue.waitUntilReady()
    const app = fastify()
    app.post<{ Body: Body }>(paths.submit, { schema }, async ({ body }, reply) => {
      const job = await queue.add('record', body)
      return reply.code(202).send({ status: 'accepted', job_id: job.id })
    })
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    return { url, token: '', stored: () => readAll(queue) }
  },
}

async function readAll(queue: Queue<Body>): Promise<Stored> {
  const stored = { records: 0, sum: 0 }
  for (let from = 0; ; from += pageJobs) {
    const jobs = await queue.getWaiting(from, from + pageJobs - 1)
    for (const { data } of jobs) {
      for (const { id } of data.hinata_batch) {
        stored.records++
        stored.sum += numberOfId(id)
      }
    }
    if (jobs.length < pageJobs) return stored
  }
}
