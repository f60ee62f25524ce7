// Limits of requests, records and attempts, over HTTP, WebSocket and several gateways (L1, L2, A1, A2, I2).
import t from 'tap'
import { startGateway } from '../../gateway/index.js'
import {
  adminKey, codeOf, get, openGreeted, openSocket, post, recordOf, registerApp, startSystem, userToken,
  type Answered,
} from './system.js'

const limits = {
  requestsPerMinuteMax: 5, requestsPerHourMax: 8, appRequestsPerMinuteMax: 12, recordsPerMinuteMax: 10,
  attemptsPerMinuteMax: 4, registrationsPerMinuteMax: 30, identityMsMax: 300, limitsMsMax: 50,
  appCacheMs: 3_600_000,
}
const system = await startSystem({ hasNode: false, limits })
const { url } = system.gateway
t.teardown(() => system.stop())

const asked = (key: string, person = 'ada', at = url): Promise<Answered> =>
  get(at, `/api/psp/current?user_id=${person}`, key)

t.test('an app has so many requests for a person, at all gateways together, and is told', async t => {
  const second = await startGateway({
    host: '127.0.0.1', port: 0, client: system.client, pipeline: system.topology, adminKey, limits,
  })
  const { key } = await registerApp(url, null)
  const answers: Answered[] = []
  for (let i = 0; i < 6; i++) answers.push(await asked(key, 'ada', i % 2 === 0 ? url : second.url))
  t.same(answers.map(({ status }) => status), [404, 404, 404, 404, 404, 429])
  t.same(answers.map(({ headers }) => headers.get('ratelimit-remaining')), ['4', '3', '2', '1', '0', '0'])
  for (const { headers } of answers) {
    t.equal(headers.get('x-ratelimit-limit'), '5')
    t.equal(headers.get('ratelimit-limit'), '5')
    t.ok(Number(headers.get('ratelimit-reset')) >= 0)
  }
  const refused = answers.at(-1)!
  t.equal(codeOf(refused), 'RATE_LIMITED')
  const after = Number(refused.headers.get('retry-after'))
  t.ok(after > 0 && after <= 65, `again in ${after} s`)
  t.equal((await asked(key, 'bob')).status, 404, 'another person has a limit of their own')
  const other = await registerApp(url, null)
  t.equal((await asked(other.key)).status, 404, 'and another app')
  await second.stop()
})

t.test('an app has so many for all persons; a person\'s token counts with its app', async t => {
  const { key } = await registerApp(url, null)
  const token = await userToken(url, key, 'ada') // counts as one
  const statuses: number[] = []
  statuses.push((await asked(token)).status)
  for (let i = 1; i < 12; i++) statuses.push((await asked(key, `p${i}`)).status)
  t.same(statuses, [...Array.from({ length: 11 }, () => 404), 429])
})

t.test('administrators are not counted, and 0 counts nobody', async t => {
  for (let i = 0; i < 20; i++) t.equal((await asked(adminKey)).status, 404)
  t.equal((await asked(adminKey)).headers.get('ratelimit-limit'), null)
})

t.test('L1: records over WebSocket are counted behind the batch, and too many wait in order', async t => {
  const { key } = await registerApp(url, null)
  const socket = await openGreeted(url, key)
  let seq = 0
  let refused: { type: string, code?: unknown, seq?: unknown } | null = null
  while (refused === null && seq < 50) {
    seq += 1
    const records = Array.from({ length: 5 }, (_, i) => recordOf(`w${seq}-${i}`))
    socket.send({ type: 'submit', seq, user_id: 'ada', records })
    const frame = await socket.until(({ type }) => type === 'ack' || type === 'error')
    if (frame.type === 'error') refused = frame
  }
  t.match(refused, { code: 'RATE_LIMITED', seq })
  t.ok(seq >= 3 && seq < 50, `refused at batch ${seq}`)
  t.match(await socket.until(({ type }) => type === 'credit'), { credit: 0 }, 'V4: what follows must wait')
  const lag = (await system.client.lag()).reduce((sum, { appended }) => sum + appended, 0)
  t.equal(lag, (seq - 1) * 5, 'nothing of the refused batch is in the log')
  socket.socket.close()
})

t.test('A2: an address that guesses is slowed; who is known already goes on', async t => {
  const { key } = await registerApp(url, null)
  const fresh = await registerApp(url, null)
  await asked(key)
  const codes: (string | undefined)[] = []
  for (let i = 0; i < 6; i++) codes.push(codeOf(await asked(`byo_guess${i}`)))
  const slowed = 'ATTEMPTS_TOO_MANY'
  t.same(codes, [...Array.from({ length: 4 }, () => 'TOKEN_UNKNOWN'), slowed, slowed])
  const refused = await asked('byo_guess')
  t.equal(refused.status, 429)
  t.ok(Number(refused.headers.get('retry-after')) > 0)
  t.equal((await asked(key)).status, 404, 'believed already')
  t.equal(codeOf(await asked(fresh.key)), 'ATTEMPTS_TOO_MANY', 'not looked up')
  const socket = await openSocket(url)
  socket.send({ type: 'hello', token: 'byo_guess' })
  t.match(await socket.until(({ type }) => type === 'error'), { code: 'ATTEMPTS_TOO_MANY' })
  const registration = {
    app_name: 'x', app_version: '1', developer: 'd', description: 'd', requested_permissions: [],
  }
  const registered = await Promise.all(
    Array.from({ length: 40 }, () => post(url, '/api/apps/register', null, registration)))
  t.ok(registered.some(answer => codeOf(answer) === 'ATTEMPTS_TOO_MANY'), 'so are registrations')
})

t.test('while Redis stands still: closed for strangers, open for the rest, visibly', async t => {
  const sleepy = await startSystem({ hasNode: false, limits: { ...limits, attemptsPerMinuteMax: 100 } })
  const { url: at } = sleepy.gateway
  const { key } = await registerApp(at, null)
  await asked(key, 'ada', at)
  const open = async (): Promise<number> => Number(
    /limits_open_total (\d+)/.exec(String((await get(at, '/metrics', null)).body))?.[1])
  t.equal(await open(), 0)
  process.kill(sleepy.redis.pid, 'SIGSTOP')
  const stranger = await asked('byo_stranger', 'ada', at)
  t.match(stranger, { status: 503 }, 'I2')
  t.equal(codeOf(stranger), 'IDENTITY_UNAVAILABLE')
  const passing = asked(key, 'ada', at) // its limit is not waited for; its handler waits for Redis
  while (await open() === 0) await new Promise(resolve => setImmediate(resolve))
  process.kill(sleepy.redis.pid, 'SIGCONT')
  t.equal((await passing).status, 404, 'L2')
  t.equal((await passing).headers.get('ratelimit-limit'), null)
  t.match((await get(at, '/api/status', null)).body, { problems: [{ code: 'LIMITS_OPEN' }] })
  // until it is tried again
  while ((await asked(key, 'bob', at)).headers.get('ratelimit-limit') === null) await open()
  const { problems } = (await get(at, '/api/status', null)).body as { problems: { code: string }[] }
  t.notOk(problems.some(({ code }) => code === 'LIMITS_OPEN'))
  await sleepy.stop()
})
