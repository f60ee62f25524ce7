/** Jobs on a real Redis: of several processes one runs a job, and what a dead one began is begun anew. */
import t from 'tap'
import { startJobs } from '../../../engine/index.js'
import { startRedis } from '../../support/redis.js'
import { until } from '../../support/until.js'

t.setTimeout(120_000)

const redis = await startRedis()
t.teardown(() => redis.stop())

t.test('one at a time, again and again, also after a failure', async t => {
  let running = 0
  let most = 0
  let runs = 0
  const job = { name: 'count', everyMs: 200, async run() {
    most = Math.max(most, ++running)
    await new Promise(done => setTimeout(done, 20))
    running--
    if (++runs === 2) throw new Error('this time not')
  } }
  const both = await Promise.all([startJobs(redis.url, 'a', [job]), startJobs(redis.url, 'a', [job])])
  await until('it runs after it failed', () => runs >= 4)
  t.equal(most, 1)
  await both[0].stop()
  const before = runs
  await until('the other goes on', () => runs > before + 1)
  await both[1].stop()
})

t.test('systems that share a Redis have jobs of their own', async () => {
  const ran: string[] = []
  const systems = await Promise.all(['b', 'c'].map(namespace => startJobs(redis.url, namespace,
    [{ name: 'tell', everyMs: 200, run: async () => void ran.push(namespace) }])))
  await until('both run', () => ran.includes('b') && ran.includes('c'))
  await Promise.all(systems.map(system => system.stop()))
})

t.test('a cluster is refused in words', async t => {
  await t.rejects(startJobs('redis-cluster://127.0.0.1:1', 'd', []), { code: 'CONFIG_INVALID' })
})
