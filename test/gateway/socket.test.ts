// The WebSocket edge against a real system: SPEC section 8 and the refusals of Shows 8.
import { badRecords } from './bad-records.js'
import t from 'tap'
import { connect } from '../../gateway/index.js'
import { WebSocket } from 'ws'
import { adminKey, get, openGreeted, openSocket, post, recordOf, startSystem } from './system.js'

const system = await startSystem({ limits: {
  frameBytesMax: 100_000, creditRecordsMax: 300, malformedFramesMax: 20, subscriptionsMax: 3,
  outboundSoftBytes: 32_768, outboundBytesMax: 1_000_000, coalescedKeysMax: 50,
} })
type Shown = { type: string, data: Record<string, unknown> }
type Update = { type: string, id: string, position: string, data: { id?: string, vector?: unknown } }

const { url } = system.gateway
const token = await system.key()
t.teardown(() => system.stop())

t.test('a subprotocol that we do not speak is refused before the upgrade, with its code', async t => {
  for (const offered of [['hinata.json.v9'], []]) {
    const answer = await new Promise<{ status: number, body: string }>((resolve, reject) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, offered)
      socket.on('unexpected-response', (_request, response) => {
        let body = ''
        response.on('data', (part: Buffer) => { body += part.toString() })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      })
      socket.on('open', () => reject(new Error('it was upgraded')))
      socket.on('error', () => undefined)
    })
    t.equal(answer.status, 400)
    t.match(JSON.parse(answer.body), { error: { code: 'SUBPROTOCOL_UNSUPPORTED' } })
  }
})

t.test('hello comes first, with a key that is known', async t => {
  const cases: [unknown, string][] = [
    [{ type: 'hello', token: 'byo_nobody' }, 'TOKEN_UNKNOWN'],
    [{ type: 'hello', token: '' }, 'TOKEN_MISSING'],
    [{ type: 'ping' }, 'HELLO_FIRST'],
    ['{"type":', 'FRAME_MALFORMED'],
    [{ type: 'hello' }, 'REQUEST_INVALID'],
  ]
  for (const [frame, code] of cases) {
    const raw = await openSocket(url)
    raw.send(frame)
    t.match(await raw.until(({ type }) => type === 'error'), { code, message: /./ })
    t.match(await raw.closed, { code: 1008, reason: code })
  }
})

t.test('good records are accepted, bad ones named; a resend is accepted, a copy is a duplicate', async t => {
  const raw = await openGreeted(url, token, { producer: 'p1' })
  t.match(raw.frames[0], {
    type: 'welcome', connection: /^c_/, credit: 300, durability: /./, limits: { batch_records_max: 100 },
  })
  const frame = {
    type: 'submit', seq: 1, user_id: 'ada', records: [recordOf('a'), 5, recordOf('b'), recordOf('a')],
  }
  raw.send(frame)
  const first = await raw.until(({ type }) => type === 'ack')
  t.match(first, { seq: 1, accepted: 2, duplicates: 1, rejected: [
    { index: 1, id: null, code: 'RECORD_NOT_OBJECT' },
  ], positions: [/^\d+-\d+:\d+$/, /./] })
  raw.socket.terminate()
  const again = await openGreeted(url, token, { producer: 'p1', resume: raw.frames[0]?.connection })
  again.send(frame)
  t.same(await again.until(({ type }) => type === 'ack'), first, 'the same answer')
  again.send({ ...frame, seq: 2 })
  t.match(
    await again.until(({ type }) => type === 'ack'), { seq: 2, accepted: 0, duplicates: 3, positions: [] }
  )
  again.socket.close()
})

t.test('every rule of SPEC section 1 names its index and code, and the good record is accepted', async t => {
  const raw = await openGreeted(url, token, { producer: 'rules' })
  const records = [...badRecords.map(([record]) => record), recordOf('good')]
  raw.send({ type: 'submit', seq: 1, user_id: 'rules', records })
  const ack = await raw.until(({ type }) => type === 'ack')
  t.equal(ack.accepted, 1)
  t.match(ack.rejected, badRecords.map(([, code], index) => ({ index, code })))
  t.equal((ack.rejected as unknown[]).length, badRecords.length)
})

t.test('bad frames are refused and leave the connection open, until they are too many', async t => {
  const raw = await openGreeted(url, token)
  const submit = { type: 'submit', seq: 9, user_id: 'ada', records: [recordOf('z')] }
  const cases: [unknown, string, number | undefined][] = [
    ['{"type":', 'FRAME_MALFORMED', undefined],
    ['[]', 'FRAME_MALFORMED', undefined],
    [{ type: 'dance' }, 'FRAME_TYPE', undefined],
    ['{"type":"ping","__proto__":{"x":1}}', 'REQUEST_INVALID', undefined],
    [{ type: 'hello', token }, 'FRAME_TYPE', undefined],
    [{ ...submit, records: [] }, 'BATCH_SIZE', 9],
    [{ ...submit, records: Array.from({ length: 101 }, () => 1) }, 'BATCH_SIZE', 9],
    [{ ...submit, user_id: '' }, 'USER_ID_INVALID', 9],
    [{ ...submit, seq: 'x' }, 'REQUEST_INVALID', undefined],
    [{ type: 'unsubscribe', id: 'none' }, 'SUBSCRIPTION_UNKNOWN', undefined],
    [{ type: 'subscribe', id: 's', topic: 'psp' }, 'REQUEST_INVALID', undefined],
  ]
  for (const [frame, code, seq] of cases) {
    raw.send(frame)
    t.match(
      await raw.until(({ type }) => type === 'error'), { code, ...(seq === undefined ? {} : { seq }) }, code
    )
  }
  raw.sendInOtherForm({ type: 'ping' })
  t.match(await raw.until(({ type }) => type === 'error'), { code: 'FRAME_MALFORMED' })
  raw.send({ type: 'ping' })
  t.match(await raw.until(({ type }) => type === 'pong'), {})
  for (let i = 0; i < 12; i++) raw.send('nonsense')
  t.match(await raw.closed, { code: 1008 })
  t.equal((await get(url, '/health', null)).status, 200)
})

t.test('permissions are asked for each frame', async t => {
  const raw = await openGreeted(url, await system.key(['psp_read']))
  raw.send({ type: 'submit', seq: 1, user_id: 'ada', records: [recordOf('q')] })
  t.match(await raw.until(({ type }) => type === 'error'), { code: 'PERMISSION_MISSING', seq: 1 })
  raw.send({ type: 'subscribe', id: 's', topic: 'records', user_id: 'ada' })
  t.match(await raw.until(({ type }) => type === 'error'), { code: 'PERMISSION_MISSING', id: 's' })
  raw.socket.close()
})

t.test('a frame too large is told, then the socket is closed; one far too large is cut', async t => {
  const raw = await openGreeted(url, token)
  raw.send({ type: 'submit', seq: 1, user_id: 'ada', records: ['x'.repeat(100_000)] })
  t.match(await raw.until(({ type }) => type === 'error'), { code: 'FRAME_TOO_LARGE' })
  t.match(await raw.closed, { code: 1009 })
  const far = await openGreeted(url, token)
  far.socket.on('error', () => undefined)
  far.send('x'.repeat(500_000))
  await far.closed
  const invalid = await openGreeted(url, token)
  invalid.socket.on('error', () => undefined)
  invalid.socket.send(Buffer.from([0xff, 0xfe]), { binary: false })
  await invalid.closed
  t.equal((await get(url, '/ready', null)).status, 200)
})

t.test('a sender beyond its credit is refused and its frame is not accepted', async t => {
  const raw = await openGreeted(url, token, { producer: 'greedy' })
  const frames = Array.from({ length: 6 }, (_, seq) => ({
    type: 'submit', seq, user_id: 'greedy', records: Array.from(
      { length: 90 }, (_, i) => recordOf(`g${seq}-${i}`)
    ),
  }))
  process.kill(system.redis.pid, 'SIGSTOP') // nothing is acknowledged meanwhile
  for (const frame of frames) raw.send(frame)
  for (const seq of [3, 4, 5]) {
    t.match(await raw.until(({ type }) => type === 'error'), { code: 'CREDIT_EXCEEDED', seq })
  }
  process.kill(system.redis.pid, 'SIGCONT')
  for (const seq of [0, 1, 2]) t.match(await raw.until(({ type }) => type === 'ack'), { seq, accepted: 90 })
  t.equal(await system.client.settled('greedy', 20_000), true)
  const { body } = await get(url, '/api/psp/current?user_id=greedy', token)
  t.match(body, { records_count: 270 }, 'what was refused is nowhere')
  raw.socket.close()
})

t.test('subscribers see what was committed, live, and again from a position', async t => {
  const raw = await openGreeted(url, token)
  raw.send({ type: 'subscribe', id: 'r', topic: 'records', user_id: 'liv' })
  raw.send({ type: 'subscribe', id: 'p', topic: 'psp', user_id: 'liv' })
  raw.send({ type: 'subscribe', id: 'mine', topic: 'records' })
  raw.send({ type: 'subscribe', id: 'more', topic: 'stats' })
  t.match(await raw.until(({ type }) => type === 'error'), { code: 'SUBSCRIPTION_TOO_MANY', id: 'more' })
  for (let seq = 1; seq <= 3; seq++) {
    raw.send({ type: 'submit', seq, user_id: 'liv', records: [
      recordOf(`l${seq}`, { address: `https://example.test/${seq}` }),
    ] })
    await raw.until(({ type }) => type === 'ack')
  }
  const seen = new Set<string>()
  const updates: Update[] = []
  while (seen.size < 6) {
    const update = await raw.until(({ type }) => type === 'update') as Update
    updates.push(update)
    if (update.data.id !== undefined) seen.add(`${update.id} ${update.data.id}`)
  }
  t.same([...seen].sort(), ['mine l1', 'mine l2', 'mine l3', 'r l1', 'r l2', 'r l3'])
  const ofPerson = updates.filter(({ id }) => id === 'r')
  t.ok(ofPerson.every(({ data }) => data.vector === undefined))
  raw.send({ type: 'unsubscribe', id: 'mine' })
  raw.send({ type: 'subscribe', id: 'again', topic: 'records', user_id: 'liv', from: ofPerson[0]?.position })
  const replayed = []
  while (replayed.length < 2) {
    const update = await raw.until(frame => frame.type === 'update' && frame.id === 'again')
    replayed.push((update as { type: string, data: { id: string } }).data.id)
  }
  t.same(replayed, ['l2', 'l3'])
  raw.send({ type: 'submit', seq: 4, user_id: 'liv', records: [recordOf('l4')] })
  t.match(await raw.until(frame => frame.type === 'update' && frame.id === 'again'), { data: { id: 'l4' } })
  raw.socket.close()
})

t.test('another app sees the text of a sensitive record masked', async t => {
  const other = await openGreeted(url, await system.key())
  const own = await openGreeted(url, token)
  for (const raw of [other, own]) raw.send({ type: 'subscribe', id: 'r', topic: 'records', user_id: 'sec' })
  for (const raw of [other, own]) {
    raw.send({ type: 'ping' })
    await raw.until(({ type }) => type === 'pong')
  }
  own.send({ type: 'submit', seq: 1, user_id: 'sec', records: [
    recordOf('s', { note: 'Write to jane.doe@example.org about it', raw_data: { app_metadata: { a: 1 } } }),
  ] })
  const shownOwn = await own.until(({ type }) => type === 'update') as Shown
  const shownOther = await other.until(({ type }) => type === 'update') as Shown
  t.match(shownOwn.data, { note: /jane\.doe@example\.org/, raw_data: {} })
  t.notMatch(JSON.stringify(shownOther.data), /jane\.doe/)
  t.equal(shownOther.data.raw_data, undefined)
  other.socket.close()
  own.socket.close()
})

t.test('a slow reader is closed as too slow and stalls nobody', async t => {
  const slow = await openGreeted(url, token)
  slow.send({ type: 'subscribe', id: 'r', topic: 'records', user_id: 'fast' })
  slow.send({ type: 'ping' })
  await slow.until(({ type }) => type === 'pong')
  slow.socket.pause()
  const client = await connect({ url, token })
  const note = 'Interactive rebase keeps the history of a branch readable. '.repeat(60)
  for (let batch = 0; batch < 60; batch++) {
    await client.ready()
    void client.submit('fast', Array.from(
      { length: 20 }, (_, i) => recordOf(`f${batch}-${i}`, { note: `${batch} ${i} ${note}` })
    ))
  }
  await client.close()
  t.equal(await system.client.settled('fast', 60_000), true)
  for (;;) {
    const { body } = await get(url, '/metrics', null)
    if (/errors_total\{code="SUBSCRIBER_SLOW"\} 1/.test(String(body))) break
    await new Promise(resolve => setImmediate(resolve))
  }
  slow.socket.resume()
  t.match(await slow.until(({ type }) => type === 'error'), { code: 'SUBSCRIBER_SLOW' })
  t.match(await slow.closed, { code: 1013 })
})

t.test('both subprotocols carry the same', async t => {
  for (const subprotocol of ['hinata.json.v1', 'hinata.msgpack.v1'] as const) {
    const client = await connect({ url, token, subprotocol })
    const person = `two-${subprotocol}`
    const updates = client.subscribe({ topic: 'records', userId: person })
    const ack = await client.submit(person, [recordOf('x'), recordOf('y', { colour: 'red' })])
    t.match(ack, { accepted: 1, duplicates: 0, rejected: [{ index: 1, id: 'y', code: 'FIELD_UNKNOWN' }] })
    const { value } = await updates.next() as { value: { data: { id: string } } }
    t.equal(value.data.id, 'x')
    await updates.return?.()
    await client.close()
  }
})

t.test('raw_data over msgpack is held to JSON', async t => {
  const client = await connect({ url, token })
  const ack = await client.submit(
    'mia', [recordOf('d', { raw_data: { at: new Date(0) } }), recordOf('e', { raw_data: { at: 1 } })]
  )
  t.match(ack, { accepted: 1, rejected: [{ index: 0, code: 'FIELD_TYPE', message: /raw_data/ }] })
  await t.rejects(connect({ url, token: 'byo_wrong' }), { code: 'TOKEN_UNKNOWN' })
  await t.rejects(client.submit('', [recordOf('d')]), { code: 'USER_ID_INVALID' })
  await client.close()
  t.equal((await post(url, '/api/apps/register', adminKey, {})).status, 400)
})
