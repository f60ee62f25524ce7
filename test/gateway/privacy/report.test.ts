// Who read what of me: from requests and frames through ClickHouse to the report of the person.
import t from 'tap'
import { ClickhouseAccessStore, connectAnalytics } from '../../../analytics/index.js'
import { TestServer } from '../../analytics/server.js'
import { until } from '../../support/until.js'
import {
  adminKey, askWith, codeOf, everyPermission, get, openGreeted, post, recordOf, registerApp, startSystem,
  userToken,
} from '../system.js'

t.setTimeout(180_000)

const server = await TestServer.start()
const system = await startSystem({
  hasNode: false, gateway: { accessStore: new ClickhouseAccessStore({ url: server.url }) },
  limits: { accessFlushMs: 50 },
})
const { url } = system.gateway
const analytics = connectAnalytics({ url: server.url })
t.teardown(async () => {
  await system.stop()
  await analytics.close()
  await server.remove()
})

interface Report {
  readonly accesses: readonly Record<string, unknown>[]
  readonly by_app: readonly Record<string, unknown>[]
}

t.test('a person reads who accessed their data, what was denied included', async t => {
  const [app, stranger] = [await registerApp(url, null), await registerApp(url, adminKey, everyPermission)]
  await post(url, '/api/hinata/submit', app.key, { user_id: 'ada', hinata_batch: [recordOf('r')] })
  await get(url, '/api/psp/current?user_id=ada', app.key)
  const socket = await openGreeted(url, app.key)
  for (let seq = 0; seq < 5; seq++) {
    socket.send({ type: 'submit', seq, user_id: 'ada', records: [recordOf(`w${seq}`)] })
    await socket.until(frame => frame.seq === seq)
  }
  socket.socket.close()
  await askWith(url, 'put', '/api/users/ada/privacy', adminKey, { blocked_apps: [stranger.appId] })
  t.equal(codeOf(await get(url, '/api/users/ada/export', stranger.key)), 'PRIVACY_DENIED')
  await get(url, '/api/psp/current?user_id=bob', app.key)
  const owner = await userToken(url, adminKey, 'ada')
  const report = await until('all is written', async () => {
    const { body } = await get(url, '/api/users/ada/access', owner)
    const found = body as Report
    return (found.accesses ?? []).some(({ result }) => result === 'denied') ? found : null
  })
  const by = (what: string): Record<string, unknown>[] =>
    report.accesses.filter(one => one.what === what) as Record<string, unknown>[]
  t.match(by('POST /api/hinata/submit'), [{
    who: 'app', app: app.appId, action: 'write', decided_by: 'enrolled', result: 'allowed', address: /./,
    request_id: /./, purpose: 'hinata_submit',
  }])
  t.match(by('GET /api/psp/current'), [{ action: 'personalize', decided_by: 'policy', result: 'failed' }],
    'nothing is known of her yet: it was let in and found nothing')
  t.match(by('GET /api/users/:id/export'), [{ app: stranger.appId, decided_by: 'blocked', result: 'denied' }])
  t.match(by('PUT /api/users/:id/privacy'), [{ who: 'operator', action: 'administer' }])
  const frames = by('frame: submit')
  t.equal(frames.reduce((sum, { times }) => sum + Number(times), 0), 5)
  t.equal(frames.reduce((sum, { records }) => sum + Number(records), 0), 5)
  t.match(report.by_app.find(one => one.app === app.appId && one.action === 'write'),
    { times: 6, result: 'allowed', app_name: 'test' })
  t.equal(codeOf(await get(url, '/api/users/ada/access', app.key)), 'ROLE_FORBIDDEN')
  const narrow = await get(url, `/api/users/ada/access?limit=1&from=2020-01-01T00:00:00Z`, owner)
  t.equal((narrow.body as Report).accesses.length, 1)
  t.equal(codeOf(await get(url, '/api/users/ada/access?limit=0', owner)), 'REQUEST_INVALID')
})

t.test('an app reads what it called; the tables hold apps and no content', async t => {
  const app = await registerApp(url, null)
  for (let i = 0; i < 3; i++) await get(url, '/api/psp/current?user_id=ada', app.key)
  const calls = await until('its calls are written', async () => {
    const { body } = await get(url, `/api/apps/${app.appId}/calls`, app.key)
    const found = (body as { calls: Record<string, unknown>[] }).calls
    return found.some(({ what, calls }) => what === 'GET /api/psp/current' && calls === 3) ? found : null
  })
  t.match(calls.find(({ what }) => what === 'GET /api/psp/current'), { status: 404, took_ms_max: Number })
  const row = await until('its registration is written', async () => {
    const [counted] = await analytics.query<{ apps: number, revoked: number }>(`
      SELECT toFloat64(count()) AS apps, toFloat64(countIf(is_revoked)) AS revoked FROM app_registrations
      WHERE app = {app:String}`, { app: app.appId })
    return counted !== undefined && counted.apps > 0 ? counted : null
  })
  t.same(row, { apps: 1, revoked: 0 })
  await post(url, `/api/apps/${app.appId}/revoke`, adminKey, {})
  const revoked = 'SELECT 1 FROM app_registrations WHERE app = {app:String} AND is_revoked'
  await until('the revocation is written', async () =>
    (await analytics.query(revoked, { app: app.appId })).length === 1)
  const tables = await analytics.query<{ text: string }>(`
    SELECT toString(tuple(*)) AS text FROM data_access
    UNION ALL SELECT toString(tuple(*)) FROM api_calls`)
  t.ok(tables.length > 0)
  t.notOk(tables.some(({ text }) => /rebase|byo_|eyJ/.test(text)), 'no content, no credential')
})

t.test('a batch that comes again under its token is not counted twice', async t => {
  const store = new ClickhouseAccessStore({ url: server.url })
  t.teardown(() => store.close())
  const at = Date.now() // younger than the table keeps rows
  const iso = new Date(at).toISOString()
  const row = {
    at, tenant: 'default', user_id: 'twice', who: 'app', app: 'a', action: 'read', what: 'w', purpose: 'p',
    decided_by: 'policy', result: 'allowed', address: '', request_id: '', times: 1, records: 0,
  } as const
  const call = {
    at, tenant: 'default', app: 'twice', what: 'w', status: 200, calls: 2, took_ms_sum: 4, took_ms_max: 3,
  }
  const rows = { accesses: [row], calls: [call], apps: [] }
  await store.put(rows, 'same')
  await store.put(rows, 'same')
  const range = { from: at, to: at, limit: 10 }
  const { accesses, by_app: byApp } = await store.accessesOf('twice', range)
  t.match(accesses, [{ at: iso, times: 1 }])
  t.match(byApp, [{ times: 1, first_at: iso }])
  t.match(await store.callsOf('twice', range), [{ calls: 2, took_ms_mean: 2, took_ms_max: 3 }])
  const [{ ddl } = { ddl: '' }] = await analytics.query<{ ddl: string }>(
    'SELECT create_table_query AS ddl FROM system.tables WHERE name = \'data_access\'')
  t.match(ddl, /TTL toDateTime\(at\) \+ toIntervalDay\(90\)/)
})
