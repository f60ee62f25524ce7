// What the fuzzer found, each once more: inputs that were answered wrongly before.
import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import { WebSocket } from 'ws'
import { decodeValue, encodeValue } from '../../engine/index.js'
import { lightTopology } from '../gateway/light.js'
import { codeOf, post, recordOf, startSystem } from '../gateway/system.js'

const system = await startSystem({ topology: lightTopology, hasNode: false })
t.teardown(() => system.stop())
const { url } = system.gateway
const token = await system.key()

/** The first answer to a frame of msgpack. */
function answerTo(frame: unknown): Promise<{ code?: string, message?: string }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, 'hinata.msgpack.v1')
    socket.on('error', reject)
    socket.on('open', () => {
      socket.send(encodeValue({ type: 'hello', token }))
      socket.send(encodeValue(frame))
    })
    socket.on('message', (data: Buffer) => {
      const answer = decodeValue(data) as { type: string, code?: string, message?: string }
      if (answer.type === 'welcome') return
      socket.terminate()
      resolve(answer)
    })
  })
}

t.test('seed 1, 116506: a whole number beyond 2^53 where another is expected is no failure of ours',
  async t => {
  const submit = { type: 'submit', user_id: 'ada', records: [recordOf('a')] }
  for (const found of [2n ** 63n, -(2n ** 62n)]) {
    t.match(await answerTo({ ...submit, seq: found }), { code: 'REQUEST_INVALID', message: /seq/ })
    t.match(await answerTo({ ...submit, seq: 1, user_id: found }), { code: 'REQUEST_INVALID' })
  }
  t.same(system.failures, [])
})

t.test('seed 1, 28780: a refusal does not repeat a name of ten thousand letters', async t => {
  const answer = await post(url, '/api/auth/user-token', token, { user_id: 'ada', ['d'.repeat(10_001)]: 1 })
  t.equal(codeOf(answer), 'REQUEST_INVALID')
  t.ok(JSON.stringify(answer.body).length < 500)
})

t.test('seed 42, 3316: a topic that cannot be made a text is refused at once', async t => {
  const subscribe = { type: 'subscribe', id: 's', user_id: 'ada', topic: { toString: [] } }
  t.match(await answerTo(subscribe), { code: 'REQUEST_INVALID', message: /topic/ })
})

t.test('seed 1, 268129: a long head that comes in pieces is refused by the server itself',
  async t => {
  const socket = connect(system.gateway.port, '127.0.0.1')
  socket.setEncoding('latin1')
  socket.write(`GET /ready HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${'a'.repeat(20_000)}`)
  const [answer] = await once(socket, 'data') as [string]
  socket.destroy()
  t.match(answer, /^HTTP\/1\.1 431 /)
  t.equal((await fetch(`${url}/ready`)).status, 200)
  t.same(system.failures, [])
})
