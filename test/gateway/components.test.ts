// What is said of components over HTTP: in the log once, obeyed before the answer, heard by subscribers.
import t from 'tap'
import { verifySystem } from '../../deploy/verification.js'
import {
  ask, codeOf, get, openGreeted, post, recordOf, startSystem, userToken, type Answered,
} from './system.js'

t.setTimeout(180_000)
const system = await startSystem()
const { url } = system.gateway
const token = await system.key()
t.teardown(() => system.stop())

interface Component {
  readonly id: string
  readonly description: string
  readonly confidence: number
}

let requests = 0
const send = (method: string, path: string, body: unknown, key = token, id = `request-${++requests}`):
  Promise<Answered> => ask(url, path, key, {
  method, headers: { 'Content-Type': 'application/json', 'X-Request-Id': id },
  ...(body === null ? {} : { body: JSON.stringify(body) }),
})
const put = (id: string, body: object, key = token): Promise<Answered> =>
  send('PUT', `/api/psp/components/${id}`, body, key)
const remove = (id: string, person: string, key = token): Promise<Answered> =>
  send('DELETE', `/api/psp/components/${id}?user_id=${person}`, null, key)

const keep = (person: string, ...notes: string[]): Promise<Answered> =>
  post(url, '/api/hinata/submit', token, {
    user_id: person, processing_options: { wait_ms: 5_000 },
    hinata_batch: notes.map(note =>
      recordOf(`n${++requests}`, { highlight: '', note, tag: [], address: '' })),
  })

async function current(person: string, more = ''): Promise<Component[]> {
  const { body } = await get(url, `/api/psp/current?user_id=${person}${more}`, token)
  return Object.values((body as { components: Record<string, Component[]> }).components).flat()
}

async function idOf(person: string, description: string): Promise<string> {
  const found = (await current(person)).find(component => component.description === description)
  if (found === undefined) throw new Error(`${person}: nothing says ${description}`)
  return found.id
}

t.test('feedback changes the component that the answer shows, once per request id', async t => {
  await keep('ada', 'I prefer green tea over coffee.')
  const component_id = await idOf('ada', 'Prefers green tea over coffee')
  const [before] = await current('ada')
  const rate = (more: object, id?: string): Promise<Answered> =>
    send('POST', '/api/psp/feedback', { user_id: 'ada', component_id, ...more }, token, id)
  const rated = await rate({ rating: 5 }, 'once')
  t.equal(rated.status, 200)
  t.match(rated.body, { status: 'done', component: { id: component_id, said: { ratings: 1 } } })
  const { component } = rated.body as { component: Component }
  t.ok(component.confidence > before!.confidence)
  const again = await rate({ rating: 5 }, 'once')
  t.match(again.body, { status: 'done', component: { said: { ratings: 1 } } }, 'sent again, counted once')
  t.equal(codeOf(await rate({ rating: 1 }, 'once')), 'COMMAND_REUSED')
  t.match((await rate({ signal: 'wrong' })).body, { component: { said: { ratings: 2 } } })
  for (const more of [{}, { rating: 6 }, { rating: 5, signal: 'used' }, { signal: 'liked' }]) {
    t.equal(codeOf(await rate(more)), 'REQUEST_INVALID')
  }
})

t.test('a correction is current, the earlier wording is as of before, and subscribers hear it', async t => {
  await keep('bob', 'I want to run 5 km every week.')
  const id = await idOf('bob', 'Wants to run 5 km every week')
  const socket = await openGreeted(url, token)
  socket.send({ type: 'subscribe', id: 'psp', topic: 'psp', user_id: 'bob' })
  socket.send({ type: 'ping' })
  await socket.until(({ type }) => type === 'pong')
  const description = 'Wants to run 8 km every week'
  const corrected = await put(id, { user_id: 'bob', description: ' Wants to run  8 km every week ' })
  t.match(corrected.body, { status: 'done', component: { id, description, said: { corrected_at: /^20/ } } })
  const heard = await socket.until(frame => JSON.stringify(frame).includes('"change":"corrected"'))
  t.match(heard, { data: { user_id: 'bob', record_id: '', component: { id, description, valid_to: null } } })
  socket.socket.close()
  t.same((await current('bob')).map(one => one.description), [description])
  t.same((await current('bob', '&as_of=2026-03-02T00:00:00Z')).map(one => one.description),
    ['Wants to run 5 km every week'], 'the records are older than their correction')
  t.equal((await put(id, { user_id: 'bob', description })).status, 200)
  t.match((await put(id, { user_id: 'bob', description })).body, { status: 'unchanged' })
})

t.test('what is removed stays removed until it is restored', async t => {
  await keep('eve', 'I like spicy food.')
  const id = await idOf('eve', 'Likes spicy food')
  t.match((await remove(id, 'eve')).body, { status: 'done', component: { id, activity: 'superseded' } })
  t.match((await remove(id, 'eve')).body, { status: 'unchanged' })
  await keep('eve', 'I like spicy food.', 'I like spicy food.')
  t.same(await current('eve'), [])
  const refused = await put(id, { user_id: 'eve', pinned: true })
  t.equal(refused.status, 409)
  t.equal(codeOf(refused), 'COMPONENT_ENDED')
  const restored = await put(id, { user_id: 'eve', restore: true, pinned: true })
  t.match(restored.body, { status: 'done', component: { priority: 'high', said: { pinned_at: /^20/ } } })
  t.same((await current('eve')).map(({ description }) => description), ['Likes spicy food'])
})

t.test('refusals', async t => {
  const [{ id } = { id: '' }] = await current('ada')
  t.equal(codeOf(await put('c99', { user_id: 'ada', pinned: true })), 'COMPONENT_UNKNOWN')
  t.equal(codeOf(await remove(id, 'nobody-yet')), 'PERSON_UNKNOWN')
  const bodies = [{}, { description: ' ' }, { description: 'x'.repeat(501) }, { restore: false }, { a: 1 }]
  for (const body of bodies) {
    t.equal(codeOf(await put(id, { user_id: 'ada', ...body })), 'REQUEST_INVALID')
  }
  t.equal(codeOf(await send('DELETE', `/api/psp/components/${id}`, null)), 'REQUEST_INVALID')
  t.equal(codeOf(await remove(id, 'ada', await system.key(['psp_read']))), 'PERMISSION_MISSING')
  const bob = await userToken(url, token, 'bob')
  t.equal(codeOf(await remove(id, 'ada', bob)), 'PERSON_MISMATCH')
  t.equal((await put(await idOf('ada', 'Prefers green tea over coffee'), { user_id: 'ada', pinned: true },
    await userToken(url, token, 'ada'))).status, 200, 'a person about themself')
  t.equal(system.failures.length, 0)
})

t.test('a record, and records worth another look', async t => {
  const record = { timestamp: '2026-01-05T10:00:00Z', tag: ['sourdough'], address: '' }
  const notes = [
    'I want to bake a sourdough loaf with rye.', 'The starter of a sourdough wants rye flour and warmth.',
    'Rye flour makes a sourdough loaf moist.', 'Mainsails are hoisted before the jib.',
  ]
  await post(url, '/api/hinata/submit', token, {
    user_id: 'ida', processing_options: { wait_ms: 5_000 },
    hinata_batch: notes.map((note, i) => recordOf(`i/${i}`, { ...record, highlight: note, note: '' })),
  })
  const found = await get(url, `/api/hinata/${encodeURIComponent('i/1')}?user_id=ida`, token)
  t.match(found.body, { id: 'i/1', user_id: 'ida', highlight: notes[1], revision: 1 })
  t.equal(codeOf(await get(url, '/api/hinata/none?user_id=ida', token)), 'RECORD_UNKNOWN')
  t.equal(codeOf(await get(url, '/api/hinata/none', token)), 'REQUEST_INVALID')
  const path = '/api/hinata/recommendations?user_id=ida&limit=3'
  const { body } = await get(url, path, token)
  const { recommendations } = body as { recommendations: { hinata_id: string, reason: string }[] }
  t.ok(recommendations.length >= 2 && recommendations.length <= 3)
  t.notOk(recommendations.some(({ hinata_id: id }) => id === 'i/3'), 'sails are nothing they are busy with')
  t.match(recommendations[0], { reason: /^For your goal|^About/, relevance_score: Number, source: 'test' })
  t.same((await get(url, path, token)).body, body, 'the same answer again (N1)')
  const doing = await get(url, `${path}&psp_context=${encodeURIComponent('hoisting the mainsails')}`, token)
  t.match(doing.body, { recommendations: [{ hinata_id: 'i/3', reason: 'About what you are doing now' }] })
  t.equal(codeOf(await get(url, '/api/hinata/recommendations?user_id=ida&limit=0', token)), 'REQUEST_INVALID')
})

t.test('a log with commands verifies, and replays to the same state', async t => {
  const { partitions } = await verifySystem({ redisUrl: system.redis.url, deep: 'all' })
  const findings = partitions.flatMap(partition => partition.findings)
  t.ok(partitions.some(({ replayed }) => replayed > 0))
  t.same(findings.filter(({ check }) => ['log', 'ids', 'state', 'checkpoint'].includes(check)), [])
})
