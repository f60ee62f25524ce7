// openapi.json and asyncapi.json: valid by their own rules, and true of what goes over the wire.
import { Validator } from '@seriousme/openapi-schema-validator'
import asyncApiSpecs from '@asyncapi/specs'
import { Ajv } from 'ajv'
import t from 'tap'
import { Description, descriptionOf } from './described.js'
import { adminKey, get, openGreeted, post, recordOf, startSystem } from './system.js'

const system = await startSystem()
t.teardown(() => system.stop())
const { url } = system.gateway
const token = await system.key()

t.test('openapi.json is OpenAPI 3.1 and names every route', async t => {
  const { body } = await get(url, '/openapi.json', null)
  const result = await new Validator().validate(structuredClone(body) as Parameters<Validator['validate']>[0])
  t.same(result.valid ? [] : result.errors, [])
  const { paths } = body as { paths: Record<string, object> }
  t.ok(Object.keys(paths).length > 15)
  t.ok('/asyncapi.json' in paths)
})

t.test('asyncapi.json is AsyncAPI 3.0', async t => {
  const { body } = await get(url, '/asyncapi.json', null)
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: false })
  const validate = ajv.compile(asyncApiSpecs.schemasWithoutId['3.0.0'] as object)
  t.ok(validate(body), ajv.errorsText(validate.errors))
  t.notOk(validate({ ...body as object, channels: { ws: { adress: '/ws' } } }), 'the rules have teeth')
})

t.test('what goes over the wire is as described', async t => {
  const raw = await openGreeted(url, token)
  raw.send({ type: 'subscribe', id: 'r', topic: 'records', user_id: 'ada' })
  raw.send({ type: 'subscribe', id: 'p', topic: 'psp', user_id: 'ada', from: '1-0' })
  raw.send({ type: 'subscribe', id: 's', topic: 'stats' })
  raw.send({ type: 'submit', seq: 1, user_id: 'ada', records: [recordOf('a'), { id: 'b' }] })
  raw.send({ type: 'ping' })
  raw.send({ type: 'dance' })
  for (const type of ['ack', 'update', 'pong', 'error']) await raw.until(frame => frame.type === type)
  raw.socket.terminate()
  const person = { user_id: 'ada' }
  await post(url, '/api/hinata/submit', token, { ...person, hinata_batch: [recordOf('c'), 1],
    processing_options: { wait_ms: 5_000 } })
  await post(url, '/api/hinata/search', token, { ...person, query_text: 'rebase', min_relevance_score: 0 })
  await post(url, '/api/hinata/query-relevant', token, { ...person, question: 'rebase?' })
  await post(url, '/api/psp/context', token, { ...person, current_request: 'help' })
  await get(url, '/api/psp/current?user_id=ada', token)
  await post(url, '/api/enhancement/personalized', token, { ...person, question: 'how?' })
  for (const path of ['/health', '/ready', '/api/status', '/metrics']) await get(url, path, null)
  for (const path of ['/api/apps', '/api/tenants']) await get(url, path, adminKey)
  t.pass('system.ts checks each answer and each frame')
})

t.test('the check finds what is not as described', async t => {
  const description = await descriptionOf(url)
  if (!(description instanceof Description)) throw new Error('no description')
  t.throws(() => description.checkFrame({ type: 'dance' }), /not described/)
  t.throws(() => description.checkFrame(Object.assign({ type: 'pong' }, { more: 1 })), /not as described/)
  t.throws(() => description.checkAnswer('GET', '/api/status', 200, {}), /not as described/)
  t.throws(() => description.checkAnswer('GET', '/none', 200, {}), /not described/)
  t.throws(() => description.checkAnswer('GET', '/api/status', 401, { error: 'no' }), /not as described/)
})
