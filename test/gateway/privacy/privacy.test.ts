// What a person decides, in a running system: the routes, two gateways (B1), live subscriptions (Q3), what is
// seen (N1 to N3), and the order of frames that wait for a decision (W6).
import t from 'tap'
import { openTopologyClient } from '../../../engine/index.js'
import { startGateway } from '../../../gateway/index.js'
import { until } from '../../support/until.js'
import {
  adminKey, askWith, codeOf, everyPermission, get, openGreeted, post, recordOf, registerApp, startSystem,
  userToken, type Answered,
} from '../system.js'

t.setTimeout(180_000) // every change takes half a second

const system = await startSystem()
const { url } = system.gateway
const client = await openTopologyClient({ redisUrl: system.redis.url, topology: system.topology })
const second = await startGateway({
  host: '127.0.0.1', port: 0, client, pipeline: system.topology, adminKey,
})
t.teardown(async () => {
  await second.stop()
  await client.close()
  await system.stop()
})

let persons = 0
const newPerson = (): string => `person${persons++}`

function decideAs(person: string, change: unknown, key: string | null = adminKey): Promise<Answered> {
  return askWith(url, 'put', `/api/users/${person}/privacy`, key, change)
}

t.test('preferences: defaults, changes of some fields, refusals', async t => {
  const person = newPerson()
  const place = `/api/users/${person}/privacy`
  const app = await registerApp(url, null)
  t.match((await get(url, place, adminKey)).body, {
    user_id: person, policy: 'balanced', is_policy_stated: false, retention_days: 365, allowed_apps: [],
    consents: { personalization: true, analytics: false, research: false, sharing: false },
    enrolled_apps: [], changed_at: null,
  })
  await decideAs(person, { consents: { analytics: true }, blocked_apps: [app.appId] })
  const owner = await userToken(url, adminKey, person)
  const changed = await decideAs(person, { consents: { research: true }, retention_days: 30 }, owner)
  t.equal(changed.status, 200)
  t.match(changed.body, {
    policy: 'balanced', retention_days: 30, blocked_apps: [app.appId], changed_by: 'the person',
    consents: { personalization: true, analytics: true, research: true, sharing: false },
  })
  t.strictSame((await get(second.url, place, owner)).body, changed.body, 'the same at another gateway')
  const bad: readonly [unknown, string][] = [
    [{ policy: 'open' }, 'REQUEST_INVALID'], [{ retention_days: 0 }, 'REQUEST_INVALID'],
    [{ consents: { marketing: true } }, 'REQUEST_INVALID'], [{ allowed_apps: ['app_none'] }, 'APP_UNKNOWN'],
    [{ custom_permissions: { app_none: { read: true } } }, 'APP_UNKNOWN'],
    [{ enrolled_apps: [] }, 'REQUEST_INVALID'],
    [{ blocked_apps: Array.from({ length: 257 }, (_, i) => `app_${i}`) }, 'REQUEST_INVALID'],
  ]
  for (const [change, code] of bad) t.equal(codeOf(await decideAs(person, change)), code)
  const byApp = await userToken(url, app.key, person)
  for (const key of [app.key, byApp]) {
    t.equal(codeOf(await decideAs(person, { policy: 'permissive' }, key)), 'ROLE_FORBIDDEN')
  }
  t.strictSame((await get(url, place, owner)).body, changed.body, 'nothing of that was kept')
})

t.test('an app enrols by writing, until a policy is stated', async t => {
  const person = newPerson()
  const [first, late] = [await registerApp(url, null), await registerApp(url, null)]
  const submit = (key: string, id: string): Promise<Answered> =>
    post(second.url, '/api/hinata/submit', key, { user_id: person, hinata_batch: [recordOf(id)] })
  t.equal((await submit(first.key, 'a')).status, 200)
  await decideAs(person, { policy: 'balanced' })
  t.equal((await submit(first.key, 'b')).status, 200, 'it wrote before')
  t.equal(codeOf(await submit(late.key, 'c')), 'PRIVACY_DENIED')
  const { body } = await get(url, `/api/users/${person}/privacy`, adminKey)
  t.match(body, { is_policy_stated: true, enrolled_apps: [{ app_id: first.appId }] })
  await decideAs(person, { custom_permissions: {
    [late.appId]: { write: true }, [first.appId]: { write: false },
  } })
  t.equal((await submit(late.key, 'd')).status, 200)
  t.equal(codeOf(await submit(first.key, 'e')), 'PRIVACY_DENIED')
})

t.test('B1 no gateway goes by what was, once a change is acknowledged', async t => {
  const person = newPerson()
  const app = await registerApp(url, null)
  const sockets = await Promise.all([url, second.url].map(where => openGreeted(where, app.key)))
  let seq = 0
  const answers = async (): Promise<string[]> => {
    const overHttp = [url, second.url].map(async where => codeOf(await post(
      where, '/api/hinata/search', app.key, { user_id: person, query_text: 'git' })) ?? 'ok')
    const overSocket = sockets.map(async socket => {
      const mine = seq++
      socket.send({ type: 'submit', seq: mine, user_id: person, records: [recordOf(`r${mine}`)] })
      const answer = await socket.until(frame => frame.seq === mine)
      return answer.type === 'error' ? String(answer.code) : 'ok'
    })
    return Promise.all([...overHttp, ...overSocket])
  }
  for (let round = 0; round < 2; round++) {
    t.strictSame(new Set(await answers()), new Set(['ok']), `round ${round}: believed`)
    await decideAs(person, { blocked_apps: [app.appId] })
    t.strictSame(new Set(await answers()), new Set(['PRIVACY_DENIED']), `round ${round}: blocked`)
    await decideAs(person, { blocked_apps: [] })
  }
  for (const { socket } of sockets) socket.close()
})

t.test('Q3 a subscription ends when the decision changes, and the app is told', async t => {
  const person = newPerson()
  const app = await registerApp(url, null)
  const socket = await openGreeted(second.url, app.key)
  for (const topic of ['records', 'psp', 'dead']) {
    socket.send({ type: 'subscribe', id: topic, topic, user_id: person })
  }
  socket.send({ type: 'subscribe', id: 'own', topic: 'records' })
  socket.send({ type: 'ping' })
  await socket.until(({ type }) => type === 'pong')
  const submit = (id: string): Promise<Answered> => post(url, '/api/hinata/submit', adminKey, {
    user_id: person, hinata_batch: [recordOf(id)], processing_options: { wait_ms: 5_000 },
  })
  await submit('before')
  await socket.until(({ type, id }) => type === 'update' && id === 'records')
  await decideAs(person, { consents: { personalization: false } })
  t.match(await socket.until(({ type }) => type === 'error'), { code: 'CONSENT_MISSING', id: 'psp' })
  await decideAs(person, { policy: 'strict' })
  const ended = [await socket.until(({ type }) => type === 'error'),
    await socket.until(({ type }) => type === 'error')]
  t.strictSame(new Set(ended.map(({ code }) => code)), new Set(['PRIVACY_DENIED']))
  t.strictSame(new Set(ended.map(({ id }) => id)), new Set(['records', 'dead']))
  await submit('after')
  socket.send({ type: 'subscribe', id: 'again', topic: 'records', user_id: person })
  t.match(await socket.until(({ type }) => type === 'error'), { code: 'PRIVACY_DENIED', id: 'again' })
  t.notOk(socket.frames.some(frame => JSON.stringify(frame).includes('"after"')))
  socket.socket.close()
})

t.test('what an app sent of a person who lets it read nothing is not told to it', async t => {
  const [open, strict] = [newPerson(), newPerson()]
  const app = await registerApp(url, null)
  await decideAs(strict, { policy: 'strict', custom_permissions: { [app.appId]: { write: true } } })
  const socket = await openGreeted(second.url, app.key)
  socket.send({ type: 'subscribe', id: 'own', topic: 'records' })
  socket.send({ type: 'ping' })
  await socket.until(({ type }) => type === 'pong')
  const submit = (person: string, id: string): Promise<Answered> => post(url, '/api/hinata/submit', app.key, {
    user_id: person, hinata_batch: [recordOf(id)], processing_options: { wait_ms: 5_000 },
  })
  const hidden = await submit(strict, 'hidden')
  t.match(hidden.body, { processed_count: 1 })
  t.notOk('enhanced_hinata' in (hidden.body as object), 'it may write and not read')
  const { job_id: job } = hidden.body as { job_id: string }
  t.equal(codeOf(await get(url, `/api/hinata/enhanced/${job}`, app.key)), 'PRIVACY_DENIED')
  const shown = await submit(open, 'shown')
  t.match(shown.body, { enhanced_hinata: [{ id: 'shown' }] })
  await socket.until(({ type }) => type === 'update')
  t.notOk(socket.frames.some(frame => JSON.stringify(frame).includes('hidden')))
  socket.socket.close()
})

t.test('N1 N2 an app sees no more than the person lets it', async t => {
  const person = newPerson()
  const [sender, reader] = [await registerApp(url, null), await registerApp(url, null)]
  const reading = await registerApp(url, adminKey, [...everyPermission.filter(one => one !== 'admin')])
  const highlight = 'Interactive rebase rewrites commits before anybody else has seen them: zanzibar'
  await post(url, '/api/hinata/submit', sender.key, {
    user_id: person, processing_options: { wait_ms: 5_000 },
    hinata_batch: [recordOf('r', { highlight, note: 'rebase zanzibar', raw_data: { w: 'rawonly' } })],
  })
  const seen = async (key: string): Promise<{ highlight: string, note: string }> => {
    const { relevant_hinata: found } = await until('it is found', async () => {
      const { body } = await post(url, '/api/hinata/query-relevant', key, {
        user_id: person, question: 'interactive rebase', min_relevance_score: 0,
      })
      const answer = body as { relevant_hinata?: { highlight: string, note: string }[] }
      return answer.relevant_hinata?.[0] === undefined ? null : answer
    })
    return found![0]!
  }
  const prompt = async (key: string): Promise<string> => JSON.stringify((await post(
    url, '/api/enhancement/personalized', key, { user_id: person, question: 'interactive rebase' })).body)
  t.match(await seen(reader.key), { highlight, note: 'rebase zanzibar' })
  t.match(await prompt(reader.key), 'zanzibar')
  await decideAs(person, {
    policy: 'strict', allowed_apps: [reader.appId, reading.appId], consents: { sharing: true },
  })
  t.strictSame(await seen(reader.key), {
    ...await seen(reader.key), highlight: highlight.slice(0, 50), note: '',
  })
  t.notMatch(await prompt(reader.key), 'zanzibar')
  const found = await post(url, '/api/hinata/search', reader.key, {
    user_id: person, query_text: 'interactive rebase', min_relevance_score: 0,
  })
  t.notMatch(JSON.stringify(found.body), 'zanzibar')
  t.match(await seen(reading.key), { highlight }, 'N3 an administrator let it read the data of persons')
  t.match(await seen(await userToken(url, adminKey, person)), { highlight }, 'N3 the owner')
})

t.test('W6 frames that wait for a decision keep their order', async t => {
  const socket = await openGreeted(second.url, (await registerApp(url, null)).key)
  const [one, two] = [newPerson(), newPerson()]
  for (let seq = 0; seq < 30; seq++) {
    socket.send({ type: 'submit', seq, user_id: seq % 3 === 0 ? two : one, records: [recordOf(`o${seq}`)] })
  }
  const positions = new Map<number, string>()
  for (let seq = 0; seq < 30; seq++) {
    const ack = await socket.until(frame => frame.seq === seq)
    t.equal(ack.type, 'ack', String(ack.code))
    positions.set(seq, (ack.positions as string[])[0]!)
  }
  for (const isTwo of [true, false]) {
    const mine = [...positions].filter(([seq]) => (seq % 3 === 0) === isTwo).map(([, position]) => position)
    t.strictSame(mine, [...mine].sort(byPlace))
  }
  socket.socket.close()
})

function byPlace(a: string, b: string): number {
  const [left, right] = [a, b].map(one => one.split(/[-:]/).map(Number))
  for (let i = 0; i < 3; i++) if (left![i] !== right![i]) return left![i]! - right![i]!
  return 0
}
