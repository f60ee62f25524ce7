/**
 * Scheduled work that belongs to the system and not to a record: what is done from time to time, by one
 * process of many. BullMQ keeps schedule and locks in Redis.
 *
 * J1  A job runs in one process at a time. A process that dies over it lets go of its lock within
 *     `lockMs`; then another begins it again. So a job must bear being cut short and begun anew.
 * J2  A job that fails is tried again when it is due next, and says why it failed.
 */
import type { ConnectionOptions } from 'bullmq'
import { HinataError } from '../errors/index.js'
import { Keyspace } from '../record/keys.js'
import { announce } from '../telemetry/channels.js'

const lockMs = 60_000
/** Ended jobs that are kept, to look at. */
const keptMax = 20
/** How often a job whose process died is begun anew before it waits for its next time. */
const restartsMax = 10

/** What is done, how often. */
export interface Job {
  readonly name: string
  readonly everyMs: number
  run(): Promise<void>
}

/** Jobs that this process takes part in. */
export interface Jobs {
  /** Takes part no more; a job that runs here is cut short. */
  stop(): Promise<void>
}

/** Schedules the jobs and takes part in running them. Throws REDIS_UNREACHABLE, CONFIG_INVALID. */
export async function startJobs(redisUrl: string, namespace: string, jobs: readonly Job[]): Promise<Jobs> {
  const place = { connection: connectionOf(redisUrl), prefix: new Keyspace(namespace).jobs }
  const { Queue, Worker } = await import('bullmq') // takes long to load, and most processes have no job
  const queue = new Queue('system', place)
  queue.on('error', () => undefined) // it connects again by itself
  for (const { name, everyMs } of jobs) {
    await queue.upsertJobScheduler(name, { every: everyMs },
      { name, opts: { removeOnComplete: keptMax, removeOnFail: keptMax } })
  }
  const byName = new Map(jobs.map(job => [job.name, job]))
  const worker = new Worker('system', async ({ name }) => byName.get(name)?.run(),
    { ...place, concurrency: 1, lockDuration: lockMs, maxStalledCount: restartsMax })
  worker.on('error', () => undefined)
  worker.on('failed', (job, error) => announce('warn', `job(${job?.name})`, error.message))
  await queue.setGlobalConcurrency(1)
  return {
    async stop() {
      await worker.close(true) // a job that runs is begun anew elsewhere (J1)
      await queue.close()
    },
  }
}

function connectionOf(redisUrl: string): ConnectionOptions {
  if (redisUrl.startsWith('redis-cluster://') || redisUrl.includes(',')) {
    throw new HinataError('CONFIG_INVALID', { path: 'redis.url',
      reason: 'jobs want a single Redis; on a cluster run their commands by cron instead.' })
  }
  const { hostname, port, username, password, pathname } = new URL(redisUrl)
  return {
    host: hostname, port: Number(port || 6_379), db: Number(pathname.slice(1) || 0),
    ...username && { username: decodeURIComponent(username) },
    ...password && { password: decodeURIComponent(password) },
    maxRetriesPerRequest: null,
  }
}
