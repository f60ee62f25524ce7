// The HTTP edge against a real system: SPEC section 7 and the refusals of Shows 8.
import { badRecords } from './bad-records.js'
import { connect as connectTcp } from 'node:net'
import t from 'tap'
import { codeVersion } from '../../pipelines/hinata.js'
import { adminKey, ask, codeOf, get, post, recordOf, startSystem, type Answered } from './system.js'

const system = await startSystem({ limits: { bodyBytesMax: 200_000, compressBytesMin: 2_000 } })
const { url } = system.gateway
const token = await system.key()
t.teardown(async () => {
  const { body } = await get(url, '/metrics', null)
  await system.stop()
  if (!/hinata_gateway_intake_bytes 0\n/.test(String(body))) throw new Error('the intake still holds bytes')
})

const submit = (body: Record<string, unknown>, key = token): Promise<Answered> => post(
  url, '/api/hinata/submit', key, body
)

t.test('registration grants what may be granted and shows a key once', async t => {
  const asked = { app_name: 'a', app_version: '1', developer: 'd', description: 'x', requested_permissions: [
    'psp_read', 'admin',
  ] }
  const answer = await post(url, '/api/apps/register', null, asked)
  t.equal(answer.status, 201)
  t.match(answer.body, {
    status: 'registered', app_id: /^app_/, api_key: /^byo_[\w-]{43}$/, granted_permissions: ['psp_read'],
  })
  const grantedOf = ({ body }: Answered): unknown =>
    (body as { granted_permissions: unknown }).granted_permissions
  t.same(grantedOf(answer), ['psp_read'])
  t.same(grantedOf(await post(url, '/api/apps/register', adminKey, asked)), ['psp_read', 'admin'])
  const { api_key: key } = answer.body as { api_key: string }
  const stored = JSON.stringify(
    [await system.client.registry.list('app'), await system.client.registry.list('app-key')]
  )
  t.notOk(stored.includes(key), 'the key itself is nowhere')
  const wrong = await post(
    url, '/api/apps/register', null, { ...asked, requested_permissions: ['everything'] }
  )
  t.equal(wrong.status, 400)
  t.match(wrong.body, { error: { code: 'REQUEST_INVALID', message: /everything.*Known: hinata_submit/ } })
})

t.test('a batch is accepted record by record, enhanced, and can be asked for', async t => {
  const answer = await submit({
    user_id: 'ada', hinata_batch: [recordOf('r1'), { id: 'bad' }, 7, recordOf('r2'), recordOf('r1')],
    processing_options: { wait_ms: 5_000 },
  })
  t.equal(answer.status, 200)
  t.match(answer.body, {
    status: 'partial', processed_count: 2, duplicates: 1, durability: /memory|fsync/,
    errors: [
      { index: 1, id: 'bad', code: 'FIELD_MISSING' }, { index: 2, id: null, code: 'RECORD_NOT_OBJECT' },
    ],
  })
  const { enhanced_hinata: enhanced, job_id: job } = answer.body as {
    enhanced_hinata: { id: string, vector?: unknown }[], job_id: string,
  }
  t.same(enhanced.map(({ id }) => id), ['r1', 'r2'])
  t.match(enhanced[0], {
    semantic_analysis: {}, attention_weight: Number, quality_score: Number, user_id: 'ada', revision: 1,
  })
  t.equal(enhanced[0]?.vector, undefined)
  const asked = await get(url, `/api/hinata/enhanced/${job}`, token)
  t.match(asked.body, {
    status: 'completed', processing_metrics: { total: 2, completed: 2, pending: 0, failed: 0 },
  })
  t.equal(codeOf(
    await get(url, `/api/hinata/enhanced/${job}`, await system.key())
  ), 'JOB_UNKNOWN', 'a job is its app\'s')
  t.equal(codeOf(await get(url, '/api/hinata/enhanced/nope', token)), 'JOB_UNKNOWN')
  const again = await submit({ user_id: 'ada', hinata_batch: [recordOf('r1'), recordOf('r2')] })
  t.match(again.body, { processed_count: 0, duplicates: 2, errors: [] })
})

t.test('each refusal has its status, its code and a request id', async t => {
  const good = { user_id: 'ada', hinata_batch: [recordOf('x')] }
  const text = (body: string | Uint8Array, type = 'application/json'): Promise<Answered> =>
    ask(url, '/api/hinata/submit', token, { method: 'POST', body, headers: { 'Content-Type': type } })
  const reader = await system.key(['psp_read'])
  const cases: [Promise<Answered>, number, string][] = [
    [post(url, '/api/hinata/submit', null, good), 401, 'TOKEN_MISSING'],
    [submit(good, 'byo_unknown'), 401, 'TOKEN_UNKNOWN'],
    [submit(good, reader), 403, 'PERMISSION_MISSING'],
    [submit({ ...good, app_id: 'app_other' }), 403, 'APP_MISMATCH'],
    [submit({ ...good, user_id: '' }), 400, 'USER_ID_INVALID'],
    [submit({ ...good, hinata_batch: [] }), 400, 'BATCH_SIZE'],
    [submit({ ...good, hinata_batch: Array.from({ length: 101 }, () => 1) }), 400, 'BATCH_SIZE'],
    [submit({ ...good, surprise: 1 }), 400, 'REQUEST_INVALID'],
    [submit({ ...good, processing_options: { wait_ms: 5_001 } }), 400, 'REQUEST_INVALID'],
    [submit({ hinata_batch: good.hinata_batch }), 400, 'REQUEST_INVALID'],
    [text('{"user_id":'), 400, 'JSON_MALFORMED'],
    [text(new Uint8Array([0x22, 0xff, 0xfe, 0x22])), 400, 'JSON_MALFORMED'],
    [text('[1]'), 400, 'REQUEST_INVALID'],
    [text('{"user_id":"a","hinata_batch":[1],"__proto__":{"isAdmin":true}}'), 400, 'REQUEST_INVALID'],
    [text('{}', 'text/plain'), 415, 'CONTENT_TYPE'],
    [text(`"${'x'.repeat(300_000)}"`), 413, 'BODY_TOO_LARGE'],
    [get(url, '/api/nothing', token), 404, 'ROUTE_UNKNOWN'],
    [get(url, '/api/psp/context', token), 404, 'ROUTE_UNKNOWN'],
  ]
  for (const [asking, status, code] of cases) {
    const answer = await asking
    t.equal(answer.status, status, code)
    t.match(answer.body, { error: { code, message: /./, request_id: /./ } })
  }
  t.equal(({} as { isAdmin?: boolean }).isAdmin, undefined)
  const named = await ask(url, '/api/nothing', null, { headers: { 'X-Request-Id': 'mine-1' } })
  t.match(named.body, { error: { request_id: 'mine-1' } })
  t.equal(system.failures.length, 0, 'none of it was a failure of ours')
})

t.test('every rule of SPEC section 1 names its index and code, and the good record is accepted', async t => {
  const answer = await submit(
    { user_id: 'bob', hinata_batch: [...badRecords.map(([record]) => record), recordOf('good')] }
  )
  const { errors, processed_count: accepted } = answer.body as {
    errors: { index: number, code: string }[], processed_count: number,
  }
  t.equal(accepted, 1)
  t.same(errors.map(({ index, code }) => [index, code]), badRecords.map(([, code], index) => [index, code]))
})

t.test('raw_data with hostile names is opaque', async t => {
  const body = JSON.stringify(
    { user_id: 'eve', hinata_batch: [recordOf('p')], processing_options: { wait_ms: 5_000 } }
  )
    .replace(
      '"access":"private"',
      '"access":"private","raw_data":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
    )
  const answer = await ask(url, '/api/hinata/submit', token,
    { method: 'POST', body, headers: { 'Content-Type': 'application/json' } })
  t.match(answer.body, { processed_count: 1, enhanced_hinata: [{ id: 'p' }] })
  t.equal(({} as { polluted?: number }).polluted, undefined)
})

t.test('search finds what was submitted, and its input is checked', async t => {
  const found = await post(
    url, '/api/hinata/search', token, { user_id: 'ada', query_text: 'git rebase', min_relevance_score: 0 }
  )
  t.equal(found.status, 200, JSON.stringify(found.body))
  t.match(found.body, {
    total_results: Number, query_time: Number,
    results: [
      { hinata_id: /^r\d/, relevance_score: Number, content_summary: /rebase/, metadata: { source: 'test' } },
    ],
  })
  const relevant = await post(url, '/api/hinata/query-relevant', token, {
    user_id: 'ada', question: 'how do I rebase?', min_relevance_score: 0,
  })
  t.match(relevant.body, { total_results: Number, relevant_hinata: [{ hinata_id: /^r\d/, metadata: {} }] })
  for (const wrong of [
    { min_relevance_score: 1.5 }, { limit: 51 }, { limit: 0 }, { filters: { colour: 'red' } },
  ]) {
    const answer = await post(url, '/api/hinata/search', token, { user_id: 'ada', query_text: 'x', ...wrong })
    t.equal(codeOf(answer), 'REQUEST_INVALID', JSON.stringify(wrong))
  }
  const vector = await post(url, '/api/hinata/search', token, { user_id: 'ada', semantic_vector: [1, 2, 3] })
  t.equal(codeOf(vector), 'VECTOR_DIMENSION')
})

t.test('the PSP, its context and a prompt name what the person writes about', async t => {
  const records = Array.from({ length: 12 }, (_, i) => recordOf(`g${i}`, {
    highlight: `Git rebase part ${i}: squash, fixup and reword commits`,
    address: `https://example.test/git/${i}`,
  }))
  await submit({ user_id: 'gil', hinata_batch: records, processing_options: { wait_ms: 5_000 } })
  const current = await get(url, '/api/psp/current?user_id=gil', token)
  t.match(current.body, { user_id: 'gil', scope: 'account', records_count: 12, components: { core: Array } })
  t.ok((current.body as { components_count: number }).components_count > 0)
  const context = await post(
    url, '/api/psp/context', token, { user_id: 'gil', current_request: 'rebase a git branch' }
  )
  t.match(context.body, {
    context: { core_interests: Array, relevant_context: Array }, active_components_count: Number,
  })
  const narrow = await post(
    url, '/api/psp/context', token, { user_id: 'gil', current_request: 'git', context_type: 'working' }
  )
  t.same(Object.keys((narrow.body as { context: object }).context).filter(
    name => /interests|style|values/.test(name)
  ), [])
  const prompt = await post(url, '/api/enhancement/personalized', token, {
    user_id: 'gil', question: 'How do I rebase a git branch?',
  })
  t.match(prompt.body, {
    personalized_prompt: /git/i, is_knowledge_available: true, usage: { tokens: Number, budget: 2_000 },
    knowledge_components: [{ hinata_id: /^g/, relevance_score: Number }], psp_summary: {
      core_interests: Array,
    },
  })
  const { usage } = prompt.body as { usage: { tokens: number } }
  t.ok(usage.tokens <= 2_000)
  for (const asking of [get(url, '/api/psp/current?user_id=nobody', token),
    post(url, '/api/psp/context', token, { user_id: 'nobody', current_request: 'x' })]) {
    t.match(await asking, { status: 404, body: { error: { code: 'PERSON_UNKNOWN' } } })
  }
  t.equal(codeOf(await get(url, '/api/psp/current?user_id=gil&as_of=yesterday', token)), 'TIMESTAMP_INVALID')
  t.equal(codeOf(await get(url, '/api/psp/current?user_id=gil&scope=world', token)), 'REQUEST_INVALID')
  t.equal(
    codeOf(await get(url, '/api/psp/current?user_id=gil&scope=app&app_id=other', token)), 'APP_MISMATCH'
  )
})

t.test('everything of a person is exported as lines, to an administrator only', async t => {
  const answer = await get(url, '/api/users/ada/export', adminKey)
  t.equal(answer.headers.get('content-type'), 'application/x-ndjson')
  const lines = String(answer.body).trim().split('\n').map(
    line => JSON.parse(line) as { id: string, user_id: string }
  )
  t.same(lines.map(({ id }) => id).sort(), ['r1', 'r2'])
  t.equal(codeOf(await get(url, '/api/users/ada/export', token)), 'PERMISSION_MISSING')
})

t.test('the system tells how it is', async t => {
  t.match(await get(url, '/health', null), { status: 200, body: { status: 'healthy', problems: [] } })
  t.match(await get(url, '/ready', null), { status: 200, body: { status: 'ready' } })
  t.match(
    String((await get(url, '/metrics', null)).body),
    /hinata_gateway_records_total\{outcome="accepted",tenant="default"\} \d/
  )
  t.match((await get(url, '/api/status', null)).body, {
    status: 'healthy', gateway: { url }, nodes: [{ id: String, partitions: Array }],
    pipelines: [{ name: 'hinata', version: codeVersion, lag_records: Number, lag_ms: Number }], problems: [],
  })
  const { body } = await get(url, '/openapi.json', null)
  const { paths, openapi } = body as { openapi: string, paths: Record<string, unknown> }
  t.equal(openapi, '3.1.0')
  t.ok(paths['/api/hinata/enhanced/{job_id}'])
})

t.test('large answers are compressed when the app takes it', async t => {
  const plain = await fetch(`${url}/openapi.json`, { headers: { 'Accept-Encoding': 'identity' } })
  t.equal(plain.headers.get('content-encoding'), null)
  const br = await fetch(`${url}/openapi.json`, { headers: { 'Accept-Encoding': 'gzip, br' } })
  t.equal(br.headers.get('content-encoding'), 'br')
  t.same(await br.json(), await plain.json())
  const small = await fetch(`${url}/health`, { headers: { 'Accept-Encoding': 'gzip' } })
  t.equal(small.headers.get('content-encoding'), null)
})

t.test('no CORS header, and bytes that are not HTTP, leave the server well', async t => {
  const answer = await fetch(`${url}/health`, { headers: { Origin: 'https://elsewhere.test' } })
  t.equal(answer.headers.get('access-control-allow-origin'), null)
  await new Promise<void>(resolve => {
    const socket = connectTcp(
      system.gateway.port, '127.0.0.1', () => socket.write('\x00\x01 nonsense\r\n\r\n')
    )
    socket.on('close', () => resolve())
    socket.on('error', () => resolve())
    socket.resume()
  })
  t.equal((await get(url, '/health', null)).status, 200)
})
