/**
 * Erasing over HTTP: a person is nowhere afterwards (Show 6 without ClickHouse), a record leaves nothing that
 * was derived from it (Q12), an export makes the same person again (Show 7), and an erasure that was cut off
 * is finished by whoever comes next (E1).
 */
import t from 'tap'
import { person } from '../../actors/person/person.js'
import { send, openRedis, closeRedis, fieldsOf } from '../../engine/redis/index.js'
import { systemClock } from '../../engine/index.js'
import { Erasures } from '../../gateway/erasure/erasures.js'
import { Retention } from '../../gateway/erasure/retention.js'
import { startGateway } from '../../gateway/index.js'
import { limitsWith } from '../../gateway/limits.js'
import { Decisions } from '../../gateway/privacy/decisions.js'
import { until } from '../support/until.js'
import {
  adminKey, ask, codeOf, get, openGreeted, post, recordOf, startSystem, type Answered,
} from './system.js'

const system = await startSystem()
const { url } = system.gateway
t.setTimeout(120_000)
t.teardown(() => system.stop())

const remove = (path: string): Promise<Answered> => ask(url, path, adminKey, { method: 'DELETE' })

async function submit(user: string, records: readonly Record<string, unknown>[]): Promise<Answered> {
  const answer = await post(url, '/api/hinata/submit', adminKey,
    { user_id: user, hinata_batch: records, processing_options: { wait_ms: 5_000 } })
  await system.client.settled(user, 10_000)
  return answer
}

/** Everything that routes tell of a person, as one text. */
async function toldOf(user: string, word: string): Promise<string> {
  const answers = await Promise.all([
    post(url, '/api/hinata/search', adminKey, { user_id: user, query_text: word, min_relevance_score: 0 }),
    post(url, '/api/hinata/query-relevant', adminKey,
      { user_id: user, question: 'x', min_relevance_score: 0 }),
    post(url, '/api/psp/context', adminKey, { user_id: user, current_request: 'x', include_details: true }),
    get(url, `/api/psp/current?user_id=${user}`, adminKey),
    post(url, '/api/enhancement/personalized', adminKey, { user_id: user, question: 'what do I know?' }),
    get(url, `/api/users/${user}/export`, adminKey),
  ])
  return JSON.stringify(answers.map(({ body }) => body))
}

/** Names of keys of Redis that hold the word. */
async function placesOf(word: string): Promise<string[]> {
  const redis = await openRedis(system.redis.url, 'test')
  const places: string[] = []
  for (const name of (await send(redis, 'KEYS', ['*']) as Buffer[]).map(String)) {
    const type = String(await send(redis, 'TYPE', [name]))
    const reply = type === 'stream' ? await send(redis, 'XRANGE', [name, '-', '+'])
      : type === 'hash' ? Object.entries(fieldsOf(await send(redis, 'HGETALL', [name])))
        : type === 'zset' ? await send(redis, 'ZRANGE', [name, 0, -1]) : await send(redis, 'GET', [name])
    if ([reply].flat(4).map(String).join().includes(word)) places.push(name)
  }
  closeRedis(redis)
  return places
}

const told = (word: string, n: number): Record<string, unknown> => recordOf(`${word}-${n}`, {
  highlight: `I want to learn ${word} cooking, part ${n}`, note: `My goal is ${word} number ${n}.`,
  tag: [word],
  timestamp: `2026-03-0${n + 1}T10:00:00Z`, address: `https://example.test/${word}`,
})

t.test('an erased person is in no answer, no key of Redis and no subscription; others are whole', async t => {
  const socket = await openGreeted(url, adminKey)
  socket.send({ type: 'subscribe', id: 's', topic: 'psp', user_id: 'ada' })
  await submit('ada', [0, 1, 2].map(n => told('zanzibar', n)))
  await submit('bob', [told('lisbon', 0)])
  t.match(await toldOf('ada', 'zanzibar'), /zanzibar/)
  t.ok((await placesOf('zanzibar')).length > 4)
  const { status, body } = await remove('/api/users/ada')
  t.equal(status, 200)
  const receipt = body as { erasure_id: string, person_hash: string }
  t.match(receipt, { status: 'done', scope: 'person', files: 'rewritten', versions_behind: [],
    removed: { log_records: 4 } })
  t.notMatch(JSON.stringify(receipt), /ada|zanzibar/)
  t.notMatch(await toldOf('ada', 'zanzibar'), /zanzibar.cooking/)
  t.strictSame(await placesOf('zanzibar'), [])
  t.match(await toldOf('bob', 'lisbon'), /lisbon/)
  await socket.until(({ type }) => type === 'gap')
  socket.socket.close()
  t.same((await get(url, `/api/erasures/${receipt.erasure_id}`, adminKey)).body, receipt)
  t.equal(codeOf(await get(url, '/api/erasures/er_none', adminKey)), 'ERASURE_UNKNOWN')
})

t.test('what was told before is refused; what is told after is taken, and known alone', async t => {
  const late = await submit('ada', [told('zanzibar', 0), { ...told('porto', 1),
    timestamp: new Date(Date.now() + 2_000).toISOString() }])
  t.match(late.body, { processed_count: 1, errors: [{ index: 0, code: 'PERSON_ERASED' }] })
  t.match(await toldOf('ada', 'porto'), /porto/)
  t.notMatch(await toldOf('ada', 'porto'), /zanzibar/)
})

t.test('Q12: a forgotten record leaves nothing that was derived from it; the rest is as if it never was',
  async t => {
  const rest = [0, 1, 2, 3].map(n => told('lisbon', n))
  const forgotten = recordOf('secret-1', { highlight: 'I love quetzalcoatl sculptures',
    note: 'My goal is to own a quetzalcoatl.', tag: ['quetzalcoatl'], timestamp: '2026-03-02T12:00:00Z' })
  await submit('cyd', [rest[0], rest[1], forgotten, rest[2], rest[3]].map(one => one ?? {}))
  await submit('dan', rest)
  t.match(await toldOf('cyd', 'quetzalcoatl'), /quetzalcoatl/)
  t.equal((await remove('/api/hinata/secret-1?user_id=cyd')).status, 200)
  t.notMatch(await toldOf('cyd', 'lisbon'), /quetzalcoatl/)
  t.strictSame(await placesOf('quetzalcoatl'), [])
  t.same(await pspOf('cyd'), await pspOf('dan'), 'the person who never told it')
  t.equal(codeOf(await remove('/api/hinata/secret-1?user_id=cyd')), 'RECORD_UNKNOWN')
  t.match((await submit('cyd', [forgotten])).body, { duplicates: 1, processed_count: 0 },
    'from an offline buffer')
})

t.test('commands stay with the component that they mean, under whatever number it has then', async t => {
  const first = recordOf('first', { highlight: 'I prefer tea over coffee', note: 'I prefer tea over coffee.',
    tag: ['tea'], timestamp: '2026-03-01T08:00:00Z' })
  await submit('eve', [first, ...[0, 1, 2].map(n => told('lisbon', n))])
  const target = (await componentsOf('eve')).find(one => /lisbon/i.test(one.description) && one.id !== 'c1')
  t.ok(target, 'a later component')
  await ask(url, `/api/psp/components/${target?.id ?? ''}`, adminKey, { method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ user_id: 'eve', description: 'Learns to cook as in Lisbon', pinned: true }) })
  t.equal((await remove('/api/hinata/first?user_id=eve')).status, 200)
  const after = await componentsOf('eve')
  t.equal(after.filter(one => one.description === 'Learns to cook as in Lisbon').length, 1)
  t.notOk(after.some(one => /coffee/.test(one.description)))
})

t.test('Show 7: export, erase, import: the same components and the same prompt', async t => {
  const psp = await pspOf('eve')
  const prompt = await promptOf('eve')
  const { body } = await get(url, '/api/users/eve/export', adminKey)
  const lines = typeof body === 'string' ? body.trim().split('\n') : [JSON.stringify(body)]
  t.ok(lines.length > 3)
  await remove('/api/users/eve')
  t.equal((await get(url, '/api/psp/current?user_id=eve', adminKey)).status, 404)
  t.match((await post(url, '/api/users/eve/import', adminKey, { lines })).body, { accepted: 0 },
    'all are older than the erasure')
  await remove('/api/users/eve')
  t.match((await post(url, '/api/users/eve/import', adminKey, { lines, readmit: true })).body,
    { accepted: lines.length, rejected: [] })
  await system.client.settled('eve', 10_000)
  t.same(await pspOf('eve'), psp)
  t.equal(await promptOf('eve'), prompt)
})

t.test('retention: what is older than its person wants is forgotten, the rest stays', async t => {
  const dayMs = 86_400_000
  const daysAgo = (days: number): string => new Date(Date.now() - days * dayMs).toISOString()
  const old = { ...told('malaga', 0), id: 'old', timestamp: daysAgo(40) }
  await system.client.append([{ key: 'gus', eventTime: Date.now() - 40 * dayMs,
    value: { record: old, app: 'test', receivedAt: Date.now() - 40 * dayMs },
    idempotency: { id: old.id, fingerprint: 'f', origin: 'o' } }])
  await submit('gus', [{ ...told('toledo', 0), timestamp: daysAgo(40) }, { ...told('bilbao', 1),
    timestamp: daysAgo(1) }])
  t.match(await toldOf('gus', 'malaga'), /malaga.cooking/)
  await ask(url, '/api/users/gus/privacy', adminKey, { method: 'PUT', headers: { 'Content-Type':
    'application/json' }, body: JSON.stringify({ retention_days: 30 }) })
  const limits = limitsWith({ erasureWaitMs: 20_000, privacyBeliefMs: 10 })
  const decisions = new Decisions(system.client.registry, systemClock, limits)
  const erasures = new Erasures(system.client, systemClock, limits, [decisions])
  const retention = new Retention(system.client, erasures, decisions, systemClock, limits)
  t.equal(await retention.sweepOnce(), 1)
  t.equal(await retention.sweepOnce(), 0, 'R2: another gateway just looked')
  t.notMatch(await toldOf('gus', 'malaga'), /malaga.cooking/)
  t.match(await toldOf('gus', 'bilbao'), /bilbao/)
  t.match(await toldOf('gus', 'toledo'), /toledo/, 'R1: it happened long ago, but was told today')
  t.strictSame(await placesOf('malaga'), [])
})

t.test('E1: an erasure that waits is answered with 202 and finished by the next gateway', async t => {
  const { topology, client, redis } = system
  const impatient = await startGateway({ host: '127.0.0.1', port: 0, client, pipeline: topology, adminKey,
    limits: { erasureWaitMs: 50 } })
  await submit('fay', [told('madrid', 0)])
  await system.stopNode()
  const { status, body } = await ask(impatient.url, '/api/users/fay', adminKey, { method: 'DELETE' })
  t.equal(status, 202)
  await impatient.stop()
  const next = await startGateway({ host: '127.0.0.1', port: 0, client, pipeline: topology, adminKey,
    limits: { erasureWaitMs: 20_000, erasureResumeMs: 20 } })
  await system.startNode()
  const { erasure_id: id } = body as { erasure_id: string }
  await until('the erasure is done', async () =>
    ((await get(next.url, `/api/erasures/${id}`, adminKey)).body as { status: string }).status === 'done')
  t.strictSame(await placesOf('madrid'), [])
  await next.stop()
  t.ok(redis.url)
})

interface Shown { readonly id: string, readonly description: string }

async function componentsOf(user: string): Promise<Shown[]> {
  const cells = await system.client.state(person, user)
  return cells?.components.entries().map(([, { id, description }]) => ({ id, description })) ?? []
}

/** The components without what tells when and where they were folded. */
async function pspOf(user: string): Promise<unknown> {
  const cells = await system.client.state(person, user)
  return JSON.parse(JSON.stringify(cells?.components.entries() ?? [])) as unknown
}

async function promptOf(user: string): Promise<string> {
  const { body } = await post(url, '/api/enhancement/personalized', adminKey,
    { user_id: user, question: 'What do I cook?' })
  return (body as { personalized_prompt: string }).personalized_prompt
}
