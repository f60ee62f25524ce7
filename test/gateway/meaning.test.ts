/** A system with `use-lite`, over HTTP: statements and requests are compared by what they mean. */
import t from 'tap'
import { openUseLite, quantisedRows } from '../../actors/embedding/index.js'
import { person } from '../../actors/person/person.js'
import { verifySystem } from '../../deploy/verification.js'
import { openVersions } from '../../engine/index.js'
import { defaultTenant, keyOf } from '../../gateway/identity/tenant.js'
import { hinataTopology, settingsOfEmbedder } from '../../pipelines/hinata.js'
import { until } from '../support/until.js'
import { isUseLiteInstalled, notInstalled } from '../support/use-lite.js'
import { ask, post, recordOf, startSystem, type Answered } from './system.js'

t.setTimeout(180_000)
if (!isUseLiteInstalled()) {
  t.plan(0, notInstalled)
  process.exit(0)
}
const settings = settingsOfEmbedder('use-lite')
const topology = hinataTopology({ partitions: 2, sinks: [], settings })
const system = await startSystem({ topology, hasNode: false })
t.teardown(() => system.stop())
const versions = await openVersions({ redisUrl: system.redis.url, topology })
await versions.begin(settings)
versions.close()
await system.startNode()
const { url } = system.gateway
const token = await system.key()

interface Shown {
  readonly id: string
  readonly description: string
}

const keep = (...notes: string[]): Promise<Answered> => post(url, '/api/hinata/submit', token, {
  user_id: 'ada', processing_options: { wait_ms: 5_000 },
  hinata_batch: notes.map((note, i) =>
    recordOf(`${note.length}-${i}`, { highlight: '', note, tag: [], address: '' })),
})

async function relevantTo(request: string): Promise<Shown[]> {
  const { status, body } = await post(url, '/api/psp/context', token,
    { user_id: 'ada', current_request: request, include_details: true })
  t.equal(status, 200)
  return (body as { context: { relevant_context: Shown[] } }).context.relevant_context
}

t.test('what a request means finds a statement without a word in common', async t => {
  await keep('I avoid dishes with shrimp or crab.', 'I prefer paper books over screens.',
    'I dislike loud music in open offices.', 'I love sleeping in a tent.')
  await until('all four are known', async () => {
    const cells = await system.client.state(person, keyOf(defaultTenant, 'ada'))
    return cells !== null && cells.components.entries().length >= 4
  })
  const [first] = await relevantTo('Where shall we go for seafood tonight?')
  t.equal(first?.description, 'Avoids dishes with shrimp or crab')
  t.notOk('meaning' in first! || 'embedding' in first!, 'vectors stay inside')
  const { status } = await post(url, '/api/enhancement/personalized', token,
    { user_id: 'ada', question: 'Where shall we go for seafood tonight?' })
  t.equal(status, 200)
})

t.test('a corrected component means what it says now', async t => {
  const [old] = await relevantTo('Where shall we go for seafood tonight?')
  const { status } = await ask(url, `/api/psp/components/${old!.id}`, token, {
    method: 'PUT', headers: { 'Content-Type': 'application/json', 'X-Request-Id': 'correct' },
    body: JSON.stringify({ user_id: 'ada', description: 'Loves old trains' }),
  })
  t.equal(status, 200)
  const cells = await system.client.state(person, keyOf(defaultTenant, 'ada'))
  const corrected = cells?.components.entries().map(([, one]) => one).find(({ id }) => id === old!.id)
  const [expected] = quantisedRows(await openUseLite(), ['Loves old trains'])
  t.ok(corrected?.meaning !== undefined && Buffer.from(expected!).equals(corrected.meaning))
})

t.test('every statement has what it means in the state, and a replay gives the same bytes', async t => {
  const cells = await system.client.state(person, keyOf(defaultTenant, 'ada'))
  const meant = cells?.components.entries().filter(([, { meaning }]) => meaning?.length === 512)
  t.ok(meant !== undefined && meant.length >= 4)
  const { partitions } = await verifySystem({ redisUrl: system.redis.url, deep: 'all' })
  t.ok(partitions.some(({ replayed }) => replayed > 0))
  const checks = ['log', 'ids', 'state', 'checkpoint']
  t.same(partitions.flatMap(({ findings }) => findings).filter(({ check }) => checks.includes(check)), [])
})
