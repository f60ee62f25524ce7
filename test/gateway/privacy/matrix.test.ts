// Every cell of the ladder's table in docs/PERMISSIONS.md, over real HTTP and WebSocket.
import t from 'tap'
import { deedsOf, type Deed } from '../../../gateway/identity/permissions-page.js'
import {
  deedAction, letIn, letters, situations, type Letter,
} from '../../../gateway/privacy/ladder-page.js'
import type { Action } from '../../../gateway/privacy/ladder.js'
import {
  adminKey, askWith, codeOf, everyPermission, get, openGreeted, recordOf, registerApp, startSystem, userToken,
} from '../system.js'

type Socket = Awaited<ReturnType<typeof openGreeted>>

t.setTimeout(180_000) // hundreds of cells

// no node: an erasure is asked for and never done, so that what the persons decided stays
const system = await startSystem({ hasNode: false, limits: { erasureWaitMs: 20 } })
const { url } = system.gateway
t.teardown(() => system.stop())

const { body: openapi } = await get(url, '/openapi.json', null)
const deeds = deedsOf(openapi as { paths: Record<string, unknown> }).flatMap(deed => {
  const action = deedAction(deed)
  return action === null ? [] : [{ ...deed, action }]
})
const plain = await registerApp(url, adminKey, everyPermission.filter(one => one !== 'admin'))
const administrator = await registerApp(url, adminKey, everyPermission)
const personOf = new Map(Object.keys(situations).map((name, i) => [name, `p${i}`]))
const refusals = ['PRIVACY_DENIED', 'CONSENT_MISSING']

t.test('the persons decide', async t => {
  await Promise.all([...personOf].map(async ([name, person]) => {
    const change = situations[name]?.([plain.appId, administrator.appId]) ?? null
    if (change === null) return
    const { status } = await askWith(url, 'put', `/api/users/${person}/privacy`, adminKey, change)
    t.equal(status, 200, name)
  }))
})

t.test('over HTTP', async t => {
  let tried = 0
  for (const [situation, person] of personOf) {
    const keys = await keysFor(person)
    for (const deed of deeds.filter(({ name }) => !name.startsWith('frame:'))) {
      for (const letter of Object.keys(letters) as Letter[]) {
        const code = await answerTo(deed, keys[letter], person)
        check(t, deed, situation, letter, code)
        tried += 1
      }
    }
  }
  t.ok(tried >= 7 * 5 * personOf.size, `${tried} cells`)
})

t.test('over WebSocket', async t => {
  let tried = 0
  for (const [situation, person] of personOf) {
    const keys = await keysFor(person)
    for (const letter of Object.keys(letters) as Letter[]) {
      const socket = await openGreeted(url, keys[letter])
      for (const [seq, deed] of deeds.filter(({ name }) => name.startsWith('frame:')).entries()) {
        check(t, deed, situation, letter, await frameAnswer(socket, deed, person, seq))
        tried += 1
      }
      socket.socket.close()
    }
  }
  t.equal(tried, 4 * 5 * personOf.size)
})

function check(
  t: Tap, { name, action }: { name: string, action: Action }, situation: string, letter: Letter, code: string,
): void {
  const may = letIn(action, situation).includes(letter)
  if (may === refusals.includes(code)) t.fail(`${name} when ${situation} by ${letters[letter]}: ${code}`)
}

type Tap = Pick<typeof t, 'fail'>

async function keysFor(person: string): Promise<Record<Letter, string>> {
  return {
    A: plain.key, T: await userToken(url, plain.key, person), O: await userToken(url, adminKey, person),
    M: administrator.key, S: adminKey,
  }
}

async function answerTo({ name }: Deed, key: string, person: string): Promise<string> {
  const [method = '', path = ''] = name.split(' ')
  const place = path.replace('/api/users/{id}', `/api/users/${person}`).replace(/\{\w+\}/, 'x')
  const query = method === 'GET' || method === 'DELETE' ? `?user_id=${person}` : ''
  const isWhole = path.startsWith('/api/users/')
  const body = bodies(person)[path] ?? {}
  return codeOf(await askWith(url, method, isWhole ? place : place + query, key, body)) ?? 'ok'
}

function bodies(person: string): Readonly<Record<string, unknown>> {
  return {
    '/api/hinata/submit': { user_id: person, hinata_batch: [recordOf('r')] },
    '/api/hinata/search': { user_id: person, query_text: 'x' },
    '/api/hinata/query-relevant': { user_id: person, question: 'x' },
    '/api/users/{id}/import': { lines: ['{}'] },
    '/api/psp/feedback': { user_id: person, component_id: 'c1', rating: 5 },
    '/api/psp/components/{id}': { user_id: person, pinned: true },
    '/api/psp/context': { user_id: person, current_request: 'x' },
    '/api/enhancement/personalized': { user_id: person, question: 'x' },
  }
}

async function frameAnswer(socket: Socket, { name }: Deed, person: string, seq: number): Promise<string> {
  const topic = name.split(' ')[2]
  const frame = topic === undefined ? { type: 'submit', seq, user_id: person, records: [recordOf(`w${seq}`)] }
    : { type: 'subscribe', id: topic, topic, user_id: person }
  socket.send(frame)
  socket.send({ type: 'ping' })
  const isAnswer = ({ type }: { type: string }): boolean => type === 'pong' || type === 'error'
  const answer = await socket.until(isAnswer)
  if (answer.type === 'error') await socket.until(({ type }) => type === 'pong')
  return answer.type === 'error' ? String(answer.code) : answer.type
}
