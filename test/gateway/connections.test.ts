// Bounds of connections: how many, how silent, how they end, and compression by choice.
import { connect as connectTcp } from 'node:net'
import t from 'tap'
import { WebSocket } from 'ws'
import { connect } from '../../gateway/index.js'
import { lightTopology } from './light.js'
import { codeOf, get, openGreeted, openSocket, post, recordOf, startSystem } from './system.js'

t.test('an app has so many connections, a gateway so many; a resumed one takes no second place', async t => {
  const limits = { connectionsPerAppMax: 2, connectionsMax: 4 }
  const system = await startSystem({ topology: lightTopology, hasNode: false, limits })
  t.teardown(() => system.stop())
  const { url } = system.gateway
  const [token, other] = [await system.key(), await system.key()]
  const first = await openGreeted(url, token)
  const second = await openGreeted(url, token)
  const third = await openSocket(url)
  third.send({ type: 'hello', token })
  t.match(await third.until(({ type }) => type === 'error'),
    { code: 'CONNECTIONS_TOO_MANY', message: /Your app has 2/, retryable: true })
  t.match(await third.closed, { code: 1013 })
  const resumed = await openGreeted(url, token, { resume: second.frames[0]?.connection })
  t.match(await second.closed, { code: 1008, reason: 'REPLACED' })
  const others = [await openGreeted(url, other), await openGreeted(url, other)]
  const refused = await new Promise<number>(resolve => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, 'hinata.json.v1')
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
    socket.on('error', () => undefined)
  })
  t.equal(refused, 503, 'the gateway is full')
  for (const { socket } of others) socket.terminate()
  first.socket.terminate()
  await first.closed
  for (;;) { // the gateway hears of it a moment later
    const again = await openSocket(url)
    again.send({ type: 'hello', token })
    const answer = await again.until(({ type }) => type === 'error' || type === 'welcome')
    if (answer.type === 'welcome') break
  }
  resumed.socket.terminate()
})

t.test('a stopping gateway says how long to stay away, then ends with 1001', async t => {
  const system = await startSystem({ topology: lightTopology, hasNode: false })
  t.teardown(() => system.stop())
  const raw = await openGreeted(system.gateway.url, await system.key())
  const stopped = system.gateway.stop()
  t.match(await raw.until(({ type }) => type === 'credit'), { credit: 0 })
  t.match(await raw.until(({ type }) => type === 'error'),
    { code: 'STOPPING', retryable: true, retry_after_ms: 1_000 })
  t.match(await raw.closed, { code: 1001, reason: 'STOPPING' })
  await stopped
})

t.test('a socket that answers no ping is ended, one that does stays', async t => {
  const system = await startSystem({ topology: lightTopology, hasNode: false, limits: { idleMs: 8_000 } })
  t.teardown(() => system.stop())
  const { url, port } = system.gateway
  const token = await system.key()
  const awake = await openGreeted(url, token)
  let pings = 0
  awake.socket.on('ping', () => { pings += 1 })
  const deaf = await openGreeted(url, token, {}, { autoPong: false })
  t.match(await deaf.closed, { code: 1006 })
  t.ok(pings > 0)
  awake.send({ type: 'ping' })
  t.ok(await awake.until(({ type }) => type === 'pong'))
  awake.socket.terminate()
  const silent = connectTcp(port, '127.0.0.1')
  silent.on('error', () => undefined)
  silent.write('GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ')
  silent.resume()
  await new Promise<void>(resolve => silent.on('close', () => resolve()))
  t.equal((await get(url, '/ready', null)).status, 200, 'a request that never ends was ended')
})

t.test('compression: only where both want it, both ways, and a bomb is not unpacked', async t => {
  const limits = { frameBytesMax: 100_000, malformedFramesMax: 5 }
  const system = await startSystem({ limits, gateway: { compressesMessages: true } })
  t.teardown(() => system.stop())
  const { url } = system.gateway
  const token = await system.key()
  const seen: number[] = []
  for (const compresses of [true, false]) {
    for (const subprotocol of ['hinata.json.v1', 'hinata.msgpack.v1'] as const) {
      const client = await connect({ url, token, compresses, subprotocol })
      const updates = client.subscribe({ topic: 'records', userId: `${subprotocol} ${compresses}` })
      const note = 'The loom weaves what the cards say. '.repeat(100)
      const ack = await client.submit(`${subprotocol} ${compresses}`, [recordOf('long', { note })])
      t.equal(ack.accepted, 1)
      t.match((await updates.next()).value, { data: { id: 'long', note } })
      seen.push(ack.accepted)
      await client.close()
    }
  }
  t.equal(seen.length, 4)
  const agreed = await openGreeted(url, token, {}, { perMessageDeflate: true })
  t.match(agreed.socket.extensions, /permessage-deflate/)
  agreed.socket.on('error', () => undefined)
  agreed.socket.send('x'.repeat(50_000_000)) // some 50 kB on the wire
  t.match(await agreed.closed, { code: /1006|1009/ })
  const plain = await openGreeted(url, token, {}, { perMessageDeflate: false })
  t.equal(plain.socket.extensions, '')
  plain.socket.terminate()
  t.equal((await get(url, '/ready', null)).status, 200)
})

t.test('without the choice nothing is compressed', async t => {
  const system = await startSystem({ topology: lightTopology, hasNode: false })
  t.teardown(() => system.stop())
  const raw = await openGreeted(system.gateway.url, await system.key(), {}, { perMessageDeflate: true })
  t.equal(raw.socket.extensions, '')
  raw.socket.terminate()
})

t.test('every answer has its request id and the headers that keep it out of pages and caches', async t => {
  const system = await startSystem({ topology: lightTopology, hasNode: false })
  t.teardown(() => system.stop())
  const { url } = system.gateway
  const answers = [await get(url, '/health', null), await get(url, '/api/none', null),
    await post(url, '/api/hinata/submit', 'byo_none', {}), await get(url, '/metrics', null)]
  for (const { headers } of answers) {
    t.match(headers.get('x-request-id'), /^[\w-]{36}$/)
    t.equal(headers.get('x-content-type-options'), 'nosniff')
    t.equal(headers.get('cache-control'), 'no-store')
    t.match(headers.get('content-security-policy'), /default-src 'none'/)
    t.equal(headers.get('strict-transport-security'), null, 'said only where there is TLS')
  }
  t.equal(codeOf(answers[2] as typeof answers[0]), 'TOKEN_UNKNOWN')
})
