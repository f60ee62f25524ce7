// Keys and tokens over their whole life: shown once, rotated, revoked, expired (K1-K3, U1-U3, I1, Y1-Y3, W4).
import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { systemClock, type Clock } from '../../engine/index.js'
import { signJwt } from '../../gateway/identity/jwt.js'
import { startGateway } from '../../gateway/index.js'
import {
  adminKey, codeOf, everyPermission, get, makeTenant, openGreeted, openSocket, post, recordOf, registerApp,
  startSystem, userToken, type Answered,
} from './system.js'

/** The machine's clock, which a test can set forward. */
let aheadMs = 0
const clock: Clock = { ...systemClock, now: () => Date.now() + aheadMs }
const foreign = generateKeyPairSync('ed25519')
const issuers = [{
  issuer: 'https://login.acme.test', audience: 'hinata', tenant: 'acme',
  keys: [{ ...foreign.publicKey.export({ format: 'jwk' }), kid: 'f1' }],
}]
const options = { clock, issuers, tokenSecret: 'a secret of the tests' }
// no credential is believed: each request is judged by what Redis holds, at both gateways
const limits = { appCacheMs: 0, identityPollMs: 20, requestsPerHourMax: 0, attemptsPerMinuteMax: 10_000,
  attemptsPerHourMax: 10_000 }
const system = await startSystem({ hasNode: false, limits, gateway: options })
const { url } = system.gateway
const second = await startGateway({
  host: '127.0.0.1', port: 0, client: system.client, pipeline: system.topology, adminKey, limits, ...options,
})
t.teardown(async () => {
  await second.stop()
  await system.stop()
})

const me = (key: string, at = url, person = 'ada'): Promise<Answered> =>
  get(at, `/api/psp/current?user_id=${person}`, key)
/** What a known caller gets: nothing was ever submitted. */
const known = 'PERSON_UNKNOWN'
const inRedis = async (): Promise<string> => JSON.stringify(await Promise.all(
  ['app', 'app-key', 'signing-key', 'token-floor', 'tenant'].map(kind => system.client.registry.list(kind))))

t.test('K2: a rotated key holds until its time, the new one at once, at every gateway', async t => {
  const app = await registerApp(url, null)
  const rotated = await post(url, `/api/apps/${app.appId}/rotate-key`, app.key, { overlap_s: 60 })
  const { api_key: key } = rotated.body as { api_key: string }
  t.match(rotated.body, { app_id: app.appId, api_key: /^byo_[\w-]{43}$/, old_key_until: /Z$/ })
  for (const at of [url, second.url]) {
    t.equal(codeOf(await me(app.key, at)), known)
    t.equal(codeOf(await me(key, at)), known)
  }
  const again = await post(url, `/api/apps/${app.appId}/rotate-key`, app.key, {})
  t.equal(codeOf(again), 'ROLE_FORBIDDEN', 'a rotated key cannot rotate')
  const socket = await openGreeted(url, app.key)
  await until(async () => {
    socket.send({ type: 'ping' })
    await socket.until(({ type }) => type === 'pong')
    return true
  })
  aheadMs += 61_000
  t.equal(codeOf(await me(app.key)), 'TOKEN_UNKNOWN')
  t.equal((await socket.closed).code, 1008, 'its connection ended with it')
  t.equal(codeOf(await me(key, second.url)), known)
  t.notOk((await inRedis()).includes(key) || (await inRedis()).includes(app.key), 'K1')
})

t.test('K2: with no overlap the old key ends at once', async t => {
  const app = await registerApp(url, null)
  await post(url, `/api/apps/${app.appId}/rotate-key`, app.key, { overlap_s: 0 })
  t.equal(codeOf(await me(app.key)), 'TOKEN_UNKNOWN')
})

t.test('K3: a revoked app ends with its keys, its tokens and its connections', async t => {
  const app = await registerApp(url, null)
  const token = await userToken(url, app.key, 'ada')
  const sockets = [await openGreeted(second.url, app.key), await openGreeted(url, token)]
  t.equal((await post(url, `/api/apps/${app.appId}/revoke`, adminKey, {})).status, 200)
  for (const credential of [app.key, token]) t.equal(codeOf(await me(credential)), 'TOKEN_UNKNOWN')
  for (const { closed } of sockets) t.match(await closed, { code: 1008, reason: 'TOKEN_UNKNOWN' })
  t.equal(codeOf(await post(url, `/api/apps/${app.appId}/rotate-key`, adminKey, {})), 'APP_UNKNOWN')
})

t.test('I1: what another gateway revoked is not believed for long', async t => {
  const believing = await startGateway({
    host: '127.0.0.1', port: 0, client: system.client, pipeline: system.topology, adminKey, ...options,
    limits: { ...limits, appCacheMs: 3_600_000 },
  })
  const app = await registerApp(url, null)
  t.equal(codeOf(await me(app.key, believing.url)), known)
  await post(url, `/api/apps/${app.appId}/revoke`, adminKey, {})
  await until(async () => codeOf(await me(app.key, believing.url)) === 'TOKEN_UNKNOWN')
  await believing.stop()
})

t.test('U1: a token is its person\'s, may what its app may, and ends', async t => {
  const app = await registerApp(url, null, ['psp_read'])
  const token = await userToken(url, app.key, 'ada', 60)
  t.equal(codeOf(await me(token)), known)
  t.equal(codeOf(await me(token, second.url)), known, 'the other gateway has never seen it')
  t.equal(codeOf(await me(token, url, 'bob')), 'PERSON_MISMATCH')
  t.equal(codeOf(await get(url, '/api/users/ada/export', token)), 'PERMISSION_MISSING')
  const batch = { user_id: 'ada', hinata_batch: [recordOf('a')] }
  const submit = await post(url, '/api/hinata/submit', token, batch)
  t.equal(codeOf(submit), 'PERMISSION_MISSING')
  const full = await registerApp(url, adminKey, everyPermission)
  const own = await userToken(url, full.key, 'ada', 60)
  t.equal((await get(url, '/api/users/ada/export', own)).status, 200)
  t.equal(codeOf(await get(url, '/api/apps', own)), 'PERMISSION_MISSING', 'never administrates')
  const socket = await openGreeted(url, own)
  socket.send({ type: 'submit', seq: 1, user_id: 'bob', records: [recordOf('x')] })
  t.match(await socket.until(({ type }) => type === 'error'), { code: 'PERSON_MISMATCH', seq: 1 })
  socket.send({ type: 'submit', seq: 2, user_id: 'ada', records: [recordOf('x')] })
  t.match(await socket.until(({ type }) => type === 'ack'), { seq: 2, accepted: 1 })
  aheadMs += 61_000
  t.equal(codeOf(await me(token)), 'TOKEN_EXPIRED')
  t.match(await socket.closed, { code: 1008, reason: 'TOKEN_EXPIRED' })
})

t.test('U2: revoking a person\'s tokens ends those before, not those after', async t => {
  const app = await registerApp(url, null)
  const [before, other] = [await userToken(url, app.key, 'ada'), await userToken(url, app.key, 'bob')]
  t.equal(codeOf(await post(url, '/api/auth/revoke', app.key, { user_id: 'ada' })), 'PERMISSION_MISSING')
  t.equal((await post(url, '/api/auth/revoke', adminKey, { user_id: 'ada' })).status, 200)
  aheadMs += 1
  t.equal(codeOf(await me(before)), 'TOKEN_UNKNOWN')
  t.equal(codeOf(await me(other, url, 'bob')), known)
  t.equal(codeOf(await me(await userToken(url, app.key, 'ada'))), known)
})

t.test('Y1: a turned key signs, the old one verifies; a revoked one does not', async t => {
  const app = await registerApp(url, null)
  const old = await userToken(url, app.key, 'ada')
  const turned = await post(url, '/api/auth/rotate-signing-key', adminKey, {})
  const { kid } = turned.body as { kid: string }
  const token = await userToken(second.url, app.key, 'ada')
  t.equal((JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid: string }).kid, kid)
  for (const at of [url, second.url]) {
    for (const one of [old, token]) t.equal(codeOf(await me(one, at)), known)
  }
  const { body: jwks } = await get(url, '/.well-known/jwks.json', null)
  t.ok((jwks as { keys: { kid: string, d?: string }[] }).keys.every(key => key.d === undefined))
  t.ok((jwks as { keys: { kid: string }[] }).keys.some(key => key.kid === kid))
  await post(url, '/api/auth/rotate-signing-key', adminKey, { revoke: true })
  for (const one of [old, token]) t.equal(codeOf(await me(one, second.url)), 'TOKEN_UNKNOWN')
  t.equal(codeOf(await me(await userToken(url, app.key, 'ada'))), known)
})

t.test('Y3: with another secret nothing signs with the old keys, which still verify', async t => {
  const app = await registerApp(url, null)
  const token = await userToken(url, app.key, 'ada')
  const keys = await system.client.registry.list('signing-key') as [string, { is_sealed: boolean }][]
  t.ok(keys.every(([, { is_sealed: isSealed }]) => isSealed))
  const stranger = await startGateway({
    host: '127.0.0.1', port: 0, client: system.client, pipeline: system.topology, adminKey, limits, clock,
    tokenSecret: 'another one',
  })
  t.equal(codeOf(await me(token, stranger.url)), known)
  t.equal(codeOf(await me(await userToken(stranger.url, app.key, 'ada'))), known, 'a key of its own')
  await stranger.stop()
})

t.test('U3: a trusted issuer speaks for the persons of its tenant, and for nobody else', async t => {
  await makeTenant(url, 'acme')
  const iat = clock.now() / 1_000
  const good = { iss: 'https://login.acme.test', aud: 'hinata', sub: 'ada', iat, exp: iat + 60 }
  const signed = (claims: object, kid = 'f1', key = foreign.privateKey): Promise<string> =>
    signJwt(claims as Record<string, unknown>, kid, key)
  t.equal(codeOf(await me(await signed(good))), known)
  t.equal(codeOf(await me(await signed({ ...good, aud: ['x', 'hinata'] }))), known)
  t.equal(codeOf(await me(await signed(good), url, 'bob')), 'PERSON_MISMATCH')
  await post(url, '/api/hinata/submit', await signed(good),
    { user_id: 'ada', hinata_batch: [recordOf('of-acme')] })
  const partition = system.client.partitionOf('acme\u001fada')
  t.ok((await system.client.lag())[partition]!.appended > 0, 'its records are of its tenant')
  const bad: Readonly<Record<string, string>> = {
    audience: await signed({ ...good, aud: 'other' }), issuer: await signed({ ...good, iss: 'hinata' }),
    key: await signed(good, 'f1', generateKeyPairSync('ed25519').privateKey), kid: await signed(good, 'f2'),
    future: await signed({ ...good, iat: iat + 3_600, exp: iat + 3_700 }),
    notYet: await signed({ ...good, nbf: iat + 3_600 }),
    long: await signed({ ...good, exp: iat + 10 * 86_400 }), nobody: await signed({ ...good, sub: '' }),
    tenant: await signed({ ...good, sub: 'beta\u001fada' }),
    endless: await signed({ ...good, exp: undefined }),
  }
  for (const [name, token] of Object.entries(bad)) t.equal(codeOf(await me(token)), 'TOKEN_UNKNOWN', name)
  t.equal(codeOf(await me(await signed({ ...good, iat: iat - 100, exp: iat - 40 }))), 'TOKEN_EXPIRED')
})

t.test('tenants: made once, by the operator; their administrators see their own apps', async t => {
  const gamma = await makeTenant(url, 'gamma')
  t.equal(codeOf(await post(url, '/api/tenants', adminKey, { tenant: 'gamma' })), 'TENANT_EXISTS')
  t.equal(codeOf(await post(url, '/api/tenants', adminKey, { tenant: 'default' })), 'TENANT_EXISTS')
  t.equal(codeOf(await post(url, '/api/tenants', adminKey, { tenant: 'A b' })), 'REQUEST_INVALID')
  t.equal(codeOf(await post(url, '/api/tenants', gamma.key, { tenant: 'delta' })), 'ROLE_FORBIDDEN')
  const app = await registerApp(url, gamma.key, ['psp_read', 'user_data_read'])
  t.match(app.appId, /^gamma\.app_/)
  const { body } = await get(url, '/api/apps', gamma.key)
  const { apps } = body as { apps: { app_id: string }[] }
  t.same(apps.map(({ app_id: id }) => id).sort(), [gamma.appId, app.appId].sort())
  t.notOk(JSON.stringify(body).includes('hash'))
  const { tenants } = (await get(url, '/api/tenants', adminKey)).body as { tenants: string[] }
  t.same(tenants, ['default', 'acme', 'gamma'])
  const socket = await openSocket(url)
  socket.send({ type: 'hello', token: 'byo_nobody' })
  t.match(await socket.closed, { code: 1008, reason: 'TOKEN_UNKNOWN' })
})

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!await isSo()) await new Promise(resolve => setImmediate(resolve))
}
