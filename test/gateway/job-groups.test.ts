/** J3: jobs of one turn of the event loop are stored together, and each is found by its name. */
import t from 'tap'
import { systemClock } from '../../engine/index.js'
import { openRegistry, send } from '../../engine/redis/index.js'
import { nobody } from '../../gateway/identity/principal.js'
import { Jobs } from '../../gateway/jobs.js'
import { limitsWith } from '../../gateway/limits.js'
import { connectRedis, type Connected } from '../support/connection.js'

async function writesOf({ redis }: Connected): Promise<number> {
  const stats = String(await send(redis, 'INFO', ['commandstats']))
  return Number(/cmdstat_hset:calls=(\d+)/.exec(stats)?.[1] ?? 0)
}

t.test('J3 a hundred at once take two writes', async t => {
  const on = await connectRedis(t)
  const jobs = new Jobs(openRegistry(on.redis, on.keys), systemClock, limitsWith({}))
  const before = await writesOf(on)
  const names = await Promise.all(Array.from({ length: 100 }, (_, i) =>
    jobs.put({ app: 'app_a', person: 'ada', acceptedAt: i, records: [[`r${i}`, null]] })))
  t.ok(await writesOf(on) - before <= 2)
  t.equal(new Set(names).size, 100)
  const principal = { ...nobody, appId: 'app_a' }
  t.strictSame((await Promise.all(names.map(name => jobs.get(name, principal)))).map(job => job.acceptedAt),
    names.map((_, i) => i))
})

t.test('J3 the next is stored whatever became of the one before', async t => {
  const on = await connectRedis(t)
  const registry = openRegistry(on.redis, on.keys)
  let isAway = true
  const jobs = new Jobs({ ...registry,
    putAll: (...args) => (isAway ? Promise.reject(new Error('away')) : registry.putAll(...args)) },
  systemClock, limitsWith({}))
  const job = { app: 'app_a', person: 'ada', acceptedAt: 1, records: [] }
  await t.rejects(Promise.all([jobs.put(job), jobs.put(job)]), /away/)
  isAway = false
  const name = await jobs.put(job)
  t.match(await jobs.get(name, { ...nobody, appId: 'app_a' }), { person: 'ada' })
})
