// Who sends slowly holds nothing for long and stops nobody: headers, bodies (Y3), handshakes, hellos.
import { connect as connectTcp, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { until } from '../support/until.js'
import { lightTopology } from './light.js'
import { get, openGreeted, openSocket, recordOf, startSystem } from './system.js'

const system = await startSystem({ topology: lightTopology, hasNode: false, limits: {
  bodyBytesMax: 10_000, bodyWindowMs: 400, bodyWindowBytesMin: 1_000, helloMs: 300, creditCheckMs: 20,
  httpSocketsMax: 20,
} })
t.teardown(() => system.stop())
const { url, port } = system.gateway
const token = await system.key()

interface Slow {
  readonly socket: Socket
  readonly answer: () => string
  readonly isClosed: () => boolean
}

/** Sends `first`, then `each` every `ms` for as long as the socket is open. */
function sending(t: Test, first: string, each: string, ms: number): Slow {
  const socket = connectTcp(port, '127.0.0.1')
  let [answer, isClosed] = ['', false]
  socket.on('error', () => undefined) // what is sent into a socket that was ended
  socket.on('data', part => { answer += part.toString('latin1') })
  const timer = setInterval(() => { if (each !== '') socket.write(each) }, ms)
  socket.on('close', () => {
    isClosed = true
    clearInterval(timer)
  })
  t.teardown(() => void socket.destroy())
  socket.write(first)
  return { socket, answer: () => answer, isClosed: () => isClosed }
}

const head = (length: string): string => `POST /api/hinata/submit HTTP/1.1\r\nHost: x\r\n`
  + `Authorization: Bearer ${token}\r\nContent-Type: application/json\r\n${length}\r\n\r\n`

t.test('Y3 a body that comes a byte at a time is refused with words, and its socket ended', async t => {
  const slow = sending(t, head('Content-Length: 5000'), 'x', 50)
  const silent = sending(t, head('Content-Length: 5000'), '', 50)
  for (const one of [slow, silent]) {
    await until('it is refused', () => one.answer().includes('BODY_SLOW'))
    t.match(one.answer(), /^HTTP\/1.1 429 /)
    await until('it is ended', one.isClosed)
  }
  const metrics = await get(url, '/metrics', null)
  t.match(metrics.body, /intake_bytes(\{.*\})? 0\n/, 'it holds nothing')
})

t.test('Y1 Y2 a body that comes fast enough and never ends is too large', async t => {
  const endless = sending(t, head('Transfer-Encoding: chunked'), `1000\r\n${'x'.repeat(0x1000)}\r\n`, 20)
  await until('it is refused', () => endless.answer().includes('BODY_TOO_LARGE'))
  await until('it is ended', endless.isClosed)
})

t.test('Y3 a body in pieces is taken', async t => {
  const body = JSON.stringify({ user_id: 'ada', hinata_batch: [recordOf('a')] })
  const pieces = body.match(/[^]{1,60}/g) ?? []
  const one = sending(t, head(`Content-Length: ${body.length}`), '', 1_000)
  for (const piece of pieces) {
    one.socket.write(piece)
    await new Promise(resolve => setImmediate(resolve))
  }
  await until('it is answered', () => one.answer().includes('"processed_count":1'))
})

t.test('a hello that comes a byte at a time, or never, ends its socket', async t => {
  const never = await openSocket(url)
  t.match(await never.until(({ type }) => type === 'error'), { code: 'HELLO_FIRST' })
  t.match(await never.closed, { code: 1008 })
  const handshake = 'GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
    + 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
    + 'Sec-WebSocket-Protocol: hinata.json.v1\r\n\r\n'
  const slow = sending(t, handshake, '', 50)
  await until('it is upgraded', () => slow.answer().includes(' 101 '))
  const textFrameOf100 = Buffer.from([0x81, 0x80 + 100, 0, 0, 0, 0])
  slow.socket.write(textFrameOf100)
  const timer = setInterval(() => slow.socket.write(' '), 50)
  t.teardown(() => clearInterval(timer))
  await until('it is refused and ended', slow.isClosed)
  t.match(slow.answer(), /HELLO_FIRST/)
})

t.test('more sockets than there may be are ended unread, and there is room when they are gone', async t => {
  const crowd = Array.from({ length: 40 }, () => sending(t, 'GET /health HTTP/1.1\r\n', '', 1_000))
  await until('half of them are ended', () => crowd.filter(({ isClosed }) => isClosed()).length >= 20)
  t.ok(crowd.filter(({ isClosed }) => isClosed()).length < 40, 'not all')
  for (const { socket } of crowd) socket.destroy()
  await until('a request is answered', () => get(url, '/metrics', null).then(() => true, () => false))
})

t.test('WebSockets are none of them: three times as many are open, and more ever were', async t => {
  for (let i = 0; i < 25; i++) (await openGreeted(url, token)).socket.close()
  const open = []
  while (open.length < 60) open.push(await openGreeted(url, token))
  t.equal((await get(url, '/metrics', null)).status, 200)
  for (const { socket } of open) socket.terminate()
})

t.test('headers that come a byte at a time end after some ten seconds, and stop nobody', async t => {
  const crowd = Array.from({ length: 15 }, () =>
    sending(t, 'GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ', 'a', 500))
  const handshake = sending(t, 'GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nX-Slow: ', 'a', 500)
  t.equal((await get(url, '/metrics', null)).status, 200)
  await until('all are ended', () => [...crowd, handshake].every(({ isClosed }) => isClosed()))
  t.ok(crowd.every(({ answer }) => !answer().includes(' 200 ')))
})
