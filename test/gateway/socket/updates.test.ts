// Updates towards a slow socket: U1..U3.
import t from 'tap'
import { limitsWith } from '../../../gateway/limits.js'
import type { GatewayFrame } from '../../../gateway/schema/gateway-frames.js'
import { UpdateQueue } from '../../../gateway/socket/updates.js'

function slowSocket(): {
  sent: GatewayFrame[], buffered: number, time: number, slow: number, queue: UpdateQueue,
} {
  const socket = { sent: [] as GatewayFrame[], buffered: 0, time: 0, slow: 0 }
  const limits = limitsWith({ outboundSoftBytes: 10, coalescedKeysMax: 3, slowMsMax: 1_000 })
  const queue = new UpdateQueue({
    get bufferedBytes() { return socket.buffered },
    send: frame => void socket.sent.push(frame),
    tooSlow: () => { socket.slow += 1 },
    now: () => socket.time,
  }, limits)
  return Object.assign(socket, { queue })
}

const update = (position: string, data: unknown): Extract<GatewayFrame, { type: 'update' }> =>
  ({ type: 'update', id: 's', position, data })

t.test('a socket that keeps up gets every update', async t => {
  const socket = slowSocket()
  for (let i = 1; i <= 5; i++) socket.queue.push('a', update(`${i}-0`, i))
  t.equal(socket.sent.length, 5)
})

t.test('U1 U2 a slow socket gets the newest state of each key and is told how many it missed', async t => {
  const socket = slowSocket()
  socket.buffered = 11
  socket.queue.push('a', update('1-0', 'a1'))
  socket.queue.push('b', update('2-0', 'b1'))
  socket.queue.push('a', update('3-0', 'a2'))
  socket.queue.push('a', update('4-0', 'a3'))
  t.equal(socket.sent.length, 0)
  socket.buffered = 0
  socket.queue.push('b', update('5-0', 'b2')) // does not overtake what waits
  t.equal(socket.sent.length, 0)
  socket.queue.flush()
  t.same(socket.sent, [
    { ...update('4-0', 'a3'), skipped: 2 },
    { ...update('5-0', 'b2'), skipped: 1 },
  ])
})

t.test('U3 too many keys, or too long behind, is too slow', async t => {
  const wide = slowSocket()
  wide.buffered = 11
  for (const key of ['a', 'b', 'c']) wide.queue.push(key, update('1-0', key))
  t.equal(wide.slow, 0)
  wide.queue.push('d', update('1-0', 'd'))
  t.equal(wide.slow, 1)
  const long = slowSocket()
  long.buffered = 11
  long.queue.push('a', update('1-0', 1))
  long.time = 1_000
  long.queue.flush()
  t.equal(long.slow, 0)
  long.time = 1_001
  long.queue.flush()
  t.equal(long.slow, 1)
})

t.test('gaps join, and history waits until the socket takes more', async t => {
  const socket = slowSocket()
  socket.buffered = 11
  socket.queue.push('', { type: 'gap', id: 's', from: '1-0', to: '2-0' })
  socket.queue.push('', { type: 'gap', id: 's', from: '2-0', to: '3-0' })
  let isReady = false
  const ready = socket.queue.whenReady().then(() => { isReady = true })
  await Promise.resolve()
  t.equal(isReady, false)
  socket.buffered = 0
  socket.queue.flush()
  await ready
  t.same(socket.sent, [{ type: 'gap', id: 's', from: '1-0', to: '3-0' }])
})

t.test('what waits for an ended subscription is forgotten', async t => {
  const socket = slowSocket()
  socket.buffered = 11
  socket.queue.push('a', update('1-0', 1))
  socket.queue.push('a', { ...update('1-0', 2), id: 'other' })
  socket.queue.forget('s')
  socket.buffered = 0
  socket.queue.flush()
  t.same(socket.sent.map(frame => 'id' in frame ? frame.id : ''), ['other'])
})
