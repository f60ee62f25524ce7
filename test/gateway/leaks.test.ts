// Nothing of one tenant reaches another, over any route or frame; nothing of one app that is its own reaches
// another (T2, T3, J1).
import t from 'tap'
import {
  adminKey, ask, askWith, codeOf, everyPermission, get, makeTenant, openGreeted, post, recordOf, registerApp,
  startSystem, userToken, type Answered,
} from './system.js'

t.setTimeout(180_000)
const system = await startSystem()
const { url } = system.gateway
t.setTimeout(120_000)
t.teardown(() => system.stop())

const canary = 'zanzibarcanary'
const acme = await makeTenant(url, 'acme')
const beta = await makeTenant(url, 'beta')
const acmeApp = await registerApp(url, acme.key, everyPermission)
const submitted = await post(url, '/api/hinata/submit', acmeApp.key, {
  user_id: 'ada', processing_options: { wait_ms: 5_000 },
  hinata_batch: Array.from({ length: 5 }, (_, i) => recordOf(`c${i}`, {
    highlight: `I want to learn ${canary} cooking, part ${i}`, note: `My goal is ${canary} number ${i}.`,
    tag: [canary], address: `https://example.test/${canary}`, raw_data: { word: canary },
  })),
})
const { job_id: job } = submitted.body as { job_id: string }

/** They end credentials that this test goes on with; strangers try them one by one. */
const ends = ['/api/apps/{id}/rotate-key', '/api/apps/{id}/revoke', '/api/auth/revoke']

/** They erase what the others go on with; strangers try them at the end. */
const erases = ['delete /api/users/{id}', 'delete /api/hinata/{id}']

/** Every other route, asked about the same person, job and app. */
async function askEverything(key: string | null, person: string): Promise<Map<string, Answered>> {
  const { body: openapi } = await get(url, '/openapi.json', null)
  const { paths } = openapi as { paths: Record<string, Record<string, unknown>> }
  const bodies: Record<string, unknown> = {
    '/api/hinata/submit': {
      user_id: person, hinata_batch: [recordOf('mine')], processing_options: { wait_ms: 5_000 },
    },
    '/api/hinata/search': { user_id: person, query_text: canary, min_relevance_score: 0 },
    '/api/hinata/query-relevant': { user_id: person, question: canary, min_relevance_score: 0 },
    '/api/psp/feedback': { user_id: person, component_id: 'c1', rating: 5 },
    '/api/psp/components/{id}': { user_id: person, pinned: true },
    '/api/psp/context': { user_id: person, current_request: canary, include_details: true },
    '/api/enhancement/personalized': { user_id: person, question: 'What do I cook?' },
  }
  const answers = new Map<string, Answered>()
  for (const [path, methods] of Object.entries(paths).filter(([path]) => !ends.includes(path))) {
    const place = path.replace('/api/users/{id}', `/api/users/${encodeURIComponent(person)}`)
      .replace('/api/apps/{id}', `/api/apps/${acmeApp.appId}`).replace('{job_id}', job)
      .replace('/api/hinata/{id}', '/api/hinata/c0').replace('{id}', 'c1')
    for (const method of Object.keys(methods)) {
      if (erases.includes(`${method} ${path}`)) continue
      const isNamed = /\/(users|apps|enhanced)\//.test(path)
      const query = isNamed ? '' : `?user_id=${encodeURIComponent(person)}`
      const answer = method === 'get' ? await get(url, place + query, key)
        : await askWith(url, method, place + (method === 'delete' ? query : ''), key,
          bodies[path] ?? (method === 'put' ? {} : { user_id: person }))
      answers.set(`${method} ${path}`, answer)
    }
  }
  return answers
}

const seen = (answers: Map<string, Answered>): string[] =>
  [...answers].filter(([, { body }]) => JSON.stringify(body).includes(canary)).map(([name]) => name)

t.test('the canaries are there for those who may', async t => {
  t.same(seen(await askEverything(acmeApp.key, 'ada')), [
    'get /api/hinata/enhanced/{job_id}', 'post /api/hinata/search', 'post /api/hinata/query-relevant',
    'get /api/hinata/recommendations', 'get /api/hinata/{id}', 'post /api/psp/context',
    'get /api/psp/current', 'post /api/psp/feedback', 'put /api/psp/components/{id}',
    'delete /api/psp/components/{id}', 'post /api/enhancement/personalized', 'get /api/users/{id}/export',
  ].sort((a, b) => order(a) - order(b)), 'and this list is what the others must not see')
})

t.test('no route shows anything of another tenant', async t => {
  const defaultApp = await registerApp(url, adminKey, everyPermission)
  const betaApp = await registerApp(url, beta.key, everyPermission)
  const strangers: Readonly<Record<string, string | null>> = {
    nobody: null, operator: adminKey, 'administrator of beta': beta.key, 'app of beta': betaApp.key,
    'app of default': defaultApp.key, 'ada of beta': await userToken(url, betaApp.key, 'ada'),
  }
  for (const [name, key] of Object.entries(strangers)) {
    const answers = await askEverything(key, 'ada')
    t.same(seen(answers), [], name)
    t.equal((await get(url, `/api/hinata/enhanced/${job}`, key)).status, key === null ? 401 : 404, name)
    for (const path of ['rotate-key', 'revoke']) {
      const answer = await post(url, `/api/apps/${acmeApp.appId}/${path}`, key, {})
      t.ok([401, 403].includes(answer.status), `${name}: ${path}`)
    }
    t.notOk(JSON.stringify(answers.get('get /api/apps')?.body).includes(acmeApp.appId), `${name}: apps`)
  }
  const { status } = await get(url, '/api/psp/current?user_id=ada', acmeApp.key)
  t.equal(status, 200, 'acme has lost nothing')
})

t.test('no id names a key of another tenant', async t => {
  for (const person of ['acme\u001fada', '\u001fada', 'acme\u001f']) {
    const answers = await askEverything(adminKey, person)
    t.same(seen(answers), [])
    for (const name of ['post /api/hinata/submit', 'post /api/hinata/search', 'get /api/users/{id}/export']) {
      t.equal(codeOf(answers.get(name)!), 'USER_ID_INVALID', name)
    }
    const socket = await openGreeted(url, adminKey)
    socket.send({ type: 'subscribe', id: 's', topic: 'records', user_id: person })
    t.match(await socket.until(({ type }) => type === 'error'), { code: 'USER_ID_INVALID' })
    socket.socket.close()
  }
})

t.test('no subscription hears anything of another tenant', async t => {
  const strangers = [adminKey, beta.key, (await registerApp(url, null)).key]
  const sockets = await Promise.all([...strangers, acmeApp.key].map(key => openGreeted(url, key)))
  for (const socket of sockets) {
    for (const topic of ['records', 'psp', 'dead', 'stats']) {
      socket.send({ type: 'subscribe', id: topic, topic, user_id: 'ada' })
      socket.send({ type: 'subscribe', id: `old ${topic}`, topic, user_id: 'ada', from: '0-0' })
    }
    socket.send({ type: 'subscribe', id: 'own', topic: 'records' })
    socket.send({ type: 'ping' })
    await socket.until(({ type }) => type === 'pong')
  }
  await post(url, '/api/hinata/submit', acmeApp.key, {
    user_id: 'ada', processing_options: { wait_ms: 5_000 },
    hinata_batch: [recordOf('late', { highlight: `Late ${canary}`, tag: [canary] })],
  })
  const hearing = sockets.at(-1)!
  const told = await hearing.until(frame => frame.id === 'own' && JSON.stringify(frame).includes(canary))
  t.match(told, { data: { user_id: 'ada' } }, 'by the id that the tenant knows')
  await hearing.until(frame => frame.id === 'old psp' && frame.type === 'update')
  // what a stranger would have heard came with the same outbox: a record of its own comes behind it
  for (const [i, key] of strangers.entries()) {
    const socket = sockets[i]!
    await post(url, '/api/hinata/submit', key, {
      user_id: 'ada', hinata_batch: [recordOf(`behind${i}`)], processing_options: { wait_ms: 5_000 },
    })
    await socket.until(frame => frame.id === 'own' && JSON.stringify(frame).includes(`behind${i}`))
    t.notOk(JSON.stringify(socket.frames).includes(canary), `stranger ${i}`)
  }
  for (const { socket } of sockets) socket.close()
})

t.test('what an app keeps to itself stays with it', async t => {
  const other = await registerApp(url, acme.key)
  t.equal(codeOf(await get(url, `/api/hinata/enhanced/${job}`, other.key)), 'JOB_UNKNOWN')
  t.equal((await get(url, `/api/hinata/enhanced/${job}`, acme.key)).status, 200, 'its administrator may')
  const bob = await userToken(url, acmeApp.key, 'bob')
  t.equal(codeOf(await get(url, `/api/hinata/enhanced/${job}`, bob)), 'JOB_UNKNOWN', 'not another person')
  const ada = await userToken(url, acmeApp.key, 'ada')
  t.equal((await get(url, `/api/hinata/enhanced/${job}`, ada)).status, 200)
  const scoped = await get(url, `/api/psp/current?user_id=ada&scope=app&app_id=${acmeApp.appId}`, other.key)
  t.equal(codeOf(scoped), 'APP_MISMATCH')
  const heard = await openGreeted(url, other.key)
  heard.send({ type: 'subscribe', id: 'r', topic: 'records', user_id: 'ada' })
  heard.send({ type: 'ping' })
  await heard.until(({ type }) => type === 'pong')
  await post(url, '/api/hinata/submit', acmeApp.key, {
    user_id: 'ada', processing_options: { wait_ms: 5_000 },
    hinata_batch: [recordOf('raw', { raw_data: { word: 'onlyours' } })],
  })
  const told = await heard.until(({ type }) => type === 'update')
  t.notOk(JSON.stringify(told).includes('onlyours'), 'raw_data is for the app that sent it')
  heard.socket.close()
})

t.test('who erases a person of their own tenant takes nothing from another', async t => {
  for (const key of [adminKey, beta.key]) {
    t.equal((await ask(url, '/api/hinata/c0?user_id=ada', key, { method: 'DELETE' })).status, 404)
    t.ok((await ask(url, '/api/users/ada', key, { method: 'DELETE' })).status < 300)
  }
  const { body } = await get(url, '/api/users/ada/export', acmeApp.key)
  t.match(JSON.stringify(body), canary)
})

/** The order of the routes in openapi.json. */
function order(name: string): number {
  return routeOrder.indexOf(name)
}

const routeOrder = await ask(url, '/openapi.json', null, {}).then(({ body }) =>
  Object.entries((body as { paths: Record<string, object> }).paths)
    .flatMap(([path, methods]) => Object.keys(methods).map(method => `${method} ${path}`)))
