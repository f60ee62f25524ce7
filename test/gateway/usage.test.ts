// What apps asked and sent, counted at two gateways and told as one (Q1, Q2), and who may see it.
import t from 'tap'
import { systemClock, type Clock } from '../../engine/index.js'
import { startGateway } from '../../gateway/index.js'
import { limitsWith } from '../../gateway/limits.js'
import { AppUsage } from '../../gateway/rate/usage.js'
import { lightTopology } from './light.js'
import {
  adminKey, codeOf, get, openGreeted, post, recordOf, registerApp, startSystem, userToken, type Answered,
} from './system.js'

const limits = { usagePutMs: 20 }
t.setTimeout(180_000)
const system = await startSystem({ topology: lightTopology, limits })
const { url } = system.gateway
const second = await startGateway({
  host: '127.0.0.1', port: 0, client: system.client, pipeline: system.topology, adminKey, limits,
})
t.teardown(async () => {
  await second.stop()
  await system.stop()
})

interface Metrics {
  readonly requests: { total: number, failed: number, errors: Record<string, number> }
  readonly records: { accepted: number, duplicates: number, rejected: number }
  readonly limits: { requests: { most: number, left: number } | null }
}

t.test('requests, errors, latency, records and limits of an app, over two gateways', async t => {
  const app = await registerApp(url, null)
  const submit = (at: string, records: unknown[]): Promise<Answered> =>
    post(at, '/api/hinata/submit', app.key, { user_id: 'ada', hinata_batch: records })
  await submit(url, [recordOf('a'), recordOf('b'), { id: 'bad' }])
  await submit(second.url, [recordOf('a'), recordOf('c')])
  await get(second.url, '/api/hinata/enhanced/nope', app.key)
  const socket = await openGreeted(second.url, app.key)
  socket.send({ type: 'submit', seq: 1, user_id: 'ada', records: [recordOf('d')] })
  await socket.until(({ type }) => type === 'ack')
  socket.socket.close()
  const told = async (): Promise<Metrics> =>
    (await get(url, `/api/apps/${app.appId}/metrics`, app.key)).body as Metrics
  let metrics = await told()
  while (metrics.records.accepted < 4) metrics = await told() // until the other gateway has written its part
  t.match(metrics, {
    app_id: app.appId, since: /^20.*Z$/, records: { accepted: 4, duplicates: 1, rejected: 1 },
    requests: {
      failed: 1, errors: { JOB_UNKNOWN: 1, FIELD_MISSING: 1 }, latency_ms: { p50: Number, p99: Number },
    },
    limits: { requests: { most: Number, left: Number, resets_in_s: Number } },
  })
  t.ok(metrics.requests.total >= 3)
  const { requests: before } = metrics.limits
  const { requests: after } = (await told()).limits
  t.equal(after!.left, before!.left - 1, 'the question itself is a request')
})

t.test('an app sees its own metrics, an administrator those of the tenant, a person none', async t => {
  const [app, other] = [await registerApp(url, null), await registerApp(url, null)]
  const path = `/api/apps/${app.appId}/metrics`
  t.equal((await get(url, path, adminKey)).status, 200)
  t.equal(codeOf(await get(url, path, other.key)), 'APP_MISMATCH')
  t.equal(codeOf(await get(url, path, await userToken(url, app.key, 'ada'))), 'ROLE_FORBIDDEN')
  t.equal(codeOf(await get(url, '/api/apps/app_nobody/metrics', adminKey)), 'APP_UNKNOWN')
  t.match((await get(url, '/api/apps/administrator/metrics', adminKey)).body, { limits: { requests: null } })
})

t.test('Q1, Q2: an hour of slices, bounded apps, percentiles at most 19 % too high', async t => {
  let nowMs = 1_000_000_000
  const clock: Clock = { ...systemClock, now: () => nowMs }
  const usage = new AppUsage(system.client.registry, clock, limitsWith({ appsMeteredMax: 2 }))
  for (let ms = 1; ms <= 100; ms += 1) usage.countRequest('one', { tookMs: ms, code: null })
  const { p50, p99, requests } = await usage.of('one')
  t.equal(requests, 100)
  t.ok(p50! >= 50 && p50! < 50 * 1.19 && p99! >= 99 && p99! < 99 * 1.19, `${p50} ${p99}`)
  nowMs += 1_800_000
  usage.countRequest('one', { tookMs: 1, code: 'LOG_FULL' })
  t.match(await usage.of('one'), { requests: 101, failed: 1, errors: { LOG_FULL: 1 } })
  nowMs += 2_000_000
  t.match(await usage.of('one'), { requests: 1, failed: 1 }, 'what is older than an hour is over')
  usage.countRequest('two', { tookMs: 1, code: null })
  usage.countRequest('one', { tookMs: 1, code: null })
  usage.countRequest('three', { tookMs: 1, code: null })
  t.match([await usage.of('one'), await usage.of('two')], [{ requests: 2 }, { requests: 0, p50: null }])
  await usage.stop()
  const successor = new AppUsage(system.client.registry, clock, limitsWith({}))
  t.match(await successor.of('one'), { requests: 2 }, 'another gateway has it after the stop')
})
