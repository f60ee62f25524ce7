// Every cell of docs/PERMISSIONS.md, over real HTTP and WebSocket.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import {
  callers, deedsOf, mayDo, permissionsPage, type Caller, type Deed,
} from '../../gateway/identity/permissions-page.js'
import { ladderPage } from '../../gateway/privacy/ladder-page.js'
import { projectRoot } from '../tidy/sources.js'
import {
  adminKey, askWith, codeOf, everyPermission, get, openGreeted, openSocket, recordOf, registerApp,
  startSystem, userToken, type Answered,
} from './system.js'

/** Who calls: a key, and the app that it belongs to. */
interface Credentials {
  readonly key: string | null
  readonly appId: string
}

t.setTimeout(180_000)
const system = await startSystem({ hasNode: false, limits: { erasureWaitMs: 20 } })
const { url } = system.gateway
t.teardown(() => system.stop())

const { body: openapi } = await get(url, '/openapi.json', null)
const deeds = deedsOf(openapi as { paths: Record<string, unknown> })
const refusals = new Set([401, 403])
/** A frame that is refused for what the caller is. */
const forbidden = /^(TOKEN_MISSING|PERMISSION_MISSING|ROLE_FORBIDDEN|PERSON_MISMATCH|HELLO_FIRST)$/

t.test('the page is what the tables say', async t => {
  const page = readFileSync(join(projectRoot(import.meta.dirname), 'docs', 'PERMISSIONS.md'), 'utf8')
  const written = `${permissionsPage(deeds)}\n${ladderPage(deeds)}`
  t.equal(written, page, 'run: node dist/test/gateway/write-permissions.js')
})

t.test('each caller may over HTTP what its cell says', async t => {
  let tried = 0
  for (const deed of deeds.filter(({ name }) => !name.startsWith('frame:'))) {
    const another = await registerApp(url, adminKey, everyPermission)
    for (const caller of callers) {
      const may = mayDo(deed, caller)
      if (may === null) continue
      const credentials = await credentialsOf(caller, deed)
      const app = deed.whom === 'another app' ? another.appId : credentials.appId
      const answer = await request(deed, credentials.key, {
        person: caller === 'person, about another' ? 'bob' : 'ada', app,
      })
      tried += 1
      const what = `${deed.name} ${deed.whom ?? ''} by ${caller}: ${answer.status} ${codeOf(answer) ?? ''}`
      if (may === refusals.has(answer.status)) t.fail(what)
    }
  }
  t.ok(tried > 150, `${tried} cells`)
})

t.test('each caller may over WebSocket what its cell says', async t => {
  for (const deed of deeds.filter(({ name }) => name.startsWith('frame:'))) {
    for (const caller of callers) {
      const may = mayDo(deed, caller)
      if (may === null) continue
      const { key } = await credentialsOf(caller, deed)
      const code = await answerTo(deed, key, caller === 'person, about another' ? 'bob' : 'ada')
      t.equal(!forbidden.test(code), may, `${deed.name} by ${caller}: ${code}`)
    }
  }
})

async function credentialsOf(caller: Caller, { access }: Deed): Promise<Credentials> {
  const but = everyPermission.filter(permission => permission !== access && permission !== 'admin')
  switch (caller) {
    case 'nobody': return { key: null, appId: 'app_none' }
    case 'app without': return registerApp(url, adminKey, but)
    case 'app with': return registerApp(url, adminKey, everyPermission.filter(one => one === access))
    case 'administrator': return registerApp(url, adminKey, everyPermission)
    case 'operator': return { key: adminKey, appId: 'administrator' }
    case 'person, about self':
    case 'person, about another':
    case 'person, by an app': {
      const isPlain = caller === 'person, by an app'
      const app = await registerApp(url, adminKey, everyPermission.filter(one => !isPlain || one !== 'admin'))
      return { key: await userToken(url, app.key, 'ada'), appId: app.appId }
    }
  }
}

/** A request that is right but for who sends it. */
function request(
  { name }: Deed, key: string | null, whom: { person: string, app: string },
): Promise<Answered> {
  const [method = '', path = ''] = name.split(' ')
  const place = path.replace('/api/users/{id}', `/api/users/${whom.person}`)
    .replace('/api/apps/{id}', `/api/apps/${whom.app}`).replace('{job_id}', 'job_1_AAAAAAAAAAAA')
    .replace('{id}', 'c1')
  const query = /\/(users|apps|enhanced|reports)\//.test(path) ? '' : `?user_id=${whom.person}`
  const isAsked = method === 'GET' || method === 'DELETE'
  return askWith(url, method, isAsked ? place + query : place, key, bodies(whom.person)[path] ?? {})
}

function bodies(person: string): Readonly<Record<string, unknown>> {
  return {
    '/api/apps/register': {
      app_name: 'a', app_version: '1', developer: 'd', description: 'd', requested_permissions: [],
    },
    '/api/tenants': { tenant: 'acme' },
    '/api/auth/user-token': { user_id: person },
    '/api/users/{id}/import': { lines: ['{}'] },
    '/api/auth/revoke': { user_id: person },
    '/api/hinata/submit': { user_id: person, hinata_batch: [recordOf('r')] },
    '/api/hinata/search': { user_id: person, query_text: 'x' },
    '/api/hinata/query-relevant': { user_id: person, question: 'x' },
    '/api/psp/feedback': { user_id: person, component_id: 'c1', rating: 5 },
    '/api/psp/components/{id}': { user_id: person, pinned: true },
    '/api/psp/context': { user_id: person, current_request: 'x' },
    '/api/enhancement/personalized': { user_id: person, question: 'x' },
  }
}

/** The code of the refusal, or the type of the answer. */
async function answerTo({ name }: Deed, key: string | null, person: string): Promise<string> {
  const socket = key === null ? await openSocket(url) : await openGreeted(url, key)
  const [, kind = '', topic = ''] = name.split(' ')
  if (kind === 'submit') {
    socket.send({ type: 'submit', seq: 1, user_id: person, records: [recordOf('w')] })
  } else {
    socket.send({ type: 'subscribe', id: 's', topic, ...(topic === 'stats' ? {} : { user_id: person }) })
    socket.send({ type: 'ping' })
  }
  const frame = await socket.until(({ type }) => type === 'ack' || type === 'pong' || type === 'error')
  socket.socket.close()
  return frame.type === 'error' ? String(frame.code) : frame.type
}
