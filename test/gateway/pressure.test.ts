// G5: when the log pushes back, apps are told, stop, and go on when there is room; nothing is lost and
// nothing is taken twice.
import t from 'tap'
import { connect } from '../../gateway/index.js'
import { lightTopology, tally } from './light.js'
import { codeOf, get, openGreeted, post, recordOf, startSystem } from './system.js'

const system = await startSystem(
  { topology: lightTopology, hasNode: false,
    limits: { stallMs: 300, progressMs: 50, creditGraceMs: 120_000 } }
)
const { url } = system.gateway
const token = await system.key()
t.teardown(() => system.stop())

/** Fits the log's bound of unread records a partition, engine/limits. */
const logHolds = 50_000
const batches = 560
const batchOf = (n: number): unknown[] => Array.from(
  { length: 100 }, (_, i) => recordOf(`${n}-${i}`, { note: '' })
)

t.test('a full log stops the sender by credit, refuses over HTTP, and both go on', async t => {
  const client = await connect({ url, token, queuedRecordsMax: batches * 100 })
  let accepted = 0
  let answers = 0
  const all = Promise.all(Array.from({ length: batches }, (_, n) => client.submit(
    'ada', batchOf(n)
  ).then(ack => {
    accepted += ack.accepted
    answers += 1
  })))
  const watcher = await openGreeted(url, token)
  let isTurnedBack = false
  while (system.client.room('ada') > 0) await new Promise(resolve => setImmediate(resolve))
  const refused = await post(
    url, '/api/hinata/submit', token, { user_id: 'ada', hinata_batch: [recordOf('late')] }
  )
  t.match(refused, { status: 503, body: { error: { code: 'LOG_FULL' } } })
  t.equal(refused.headers.get('retry-after'), '1')
  watcher.send({ type: 'submit', seq: 1, user_id: 'ada', records: [recordOf('late')] })
  t.match(await watcher.until(({ type }) => type === 'error'), { code: 'LOG_FULL', seq: 1 })
  t.match(await watcher.until(({ type }) => type === 'credit'), { credit: 0 })
  watcher.send({ type: 'ping' })
  await watcher.until(({ type }) => type === 'pong')
  watcher.send({ type: 'submit', seq: 2, user_id: 'ada', records: [recordOf('late')] })
  t.match(await watcher.until(({ type }) => type === 'error'), { code: /LOG_FULL|CREDIT_EXCEEDED/, seq: 2 })
  const beyond = answers * 100 - logHolds
  t.ok(beyond <= 2_000 + 2_000, `${beyond} records beyond the bound: at most a credit's worth`)
  t.ok(client.unanswered > 0, 'the sender waits')

  for (;;) { // G10: a backlog that does not move
    const health = await get(url, '/health', null)
    if (health.status !== 503) continue
    t.match(health.body, {
      status: 'unhealthy', problems: [{ code: 'OWNER_UNKNOWN', message: /Partition \d/, fix: /hinata node/ }],
    })
    break
  }
  await system.startNode()
  const credit = await watcher.until(frame => frame.type === 'credit' && Number(frame.credit) > 0)
  t.ok(Number(credit.credit) > 0)
  for (const seq of [3, 1, 2, 3]) {
    watcher.send({ type: 'submit', seq, user_id: 'ada', records: [recordOf(`late ${seq}`)] })
    const answer = await watcher.until(frame => frame.seq === seq)
    t.match(answer, seq === 3 && !isTurnedBack ? { type: 'error', code: 'LOG_FULL' } : { type: 'ack' },
      'B5: 3 is behind 1 and 2, which have not come again')
    isTurnedBack = true
  }
  await all
  t.equal(accepted, batches * 100)
  await client.close()
  t.equal(await system.client.settled('ada', 60_000), true)
  t.equal((await system.client.state(tally, 'ada'))?.total.get(), batches * 100 + 3)
  for (;;) {
    const health = await get(url, '/health', null)
    if (health.status === 200) break
  }
  watcher.socket.close()
})

t.test('what cannot be asked while no node owns the person is refused with Retry-After', async t => {
  await system.stopNode()
  const answer = await post(url, '/api/hinata/search', token, { user_id: 'ada', query_text: 'x' })
  t.equal(answer.status, 503)
  t.equal(codeOf(answer), 'OWNER_UNKNOWN')
  t.equal(answer.headers.get('retry-after'), '1')
})
