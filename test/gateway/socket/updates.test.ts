// Updates towards an app that may read slowly: U1..U4.
import t from 'tap'
import { limitsWith, type GatewayLimits } from '../../../gateway/limits.js'
import { Shown } from '../../../gateway/live/shown.js'
import { UpdateQueue, type Update } from '../../../gateway/socket/updates.js'

interface SlowApp {
  readonly sent: Update[]
  readonly pings: number[]
  readonly lagging: boolean[]
  buffered: number
  time: number
  slow: number
  readonly queue: UpdateQueue
}

/** An app that takes `bytes` with each update, and reads when its pings are answered by hand. */
function slowApp(more: Partial<GatewayLimits> = {}, bytes = 1): SlowApp {
  const app = {
    sent: [] as Update[], pings: [] as number[], lagging: [] as boolean[], buffered: 0, time: 0, slow: 0,
  }
  const limits = limitsWith({ outboundSoftBytes: 16, coalescedKeysMax: 3, slowMsMax: 1_000, ...more })
  const queue = new UpdateQueue({
    get bufferedBytes() { return app.buffered },
    send: (update, isLagging) => {
      app.sent.push(update)
      app.lagging.push(isLagging)
      return bytes
    },
    sizeOf: () => bytes,
    ping: mark => void app.pings.push(mark),
    tooSlow: () => { app.slow += 1 },
    now: () => app.time,
  }, limits)
  return Object.assign(app, { queue })
}

const update = (position: string, data: unknown): Extract<Update, { type: 'update' }> =>
  ({ type: 'update', id: 's', shown: new Shown(position, '', data) })

const told = (app: SlowApp): unknown[] => app.sent.map(one =>
  (one.type === 'gap' ? one : [one.shown.data, one.skipped ?? 0]))

t.test('an app that keeps up gets every update', async t => {
  const app = slowApp()
  for (let i = 1; i <= 50; i++) {
    app.queue.push('a', update(`${i}-0`, i))
    for (const mark of app.pings.splice(0)) app.queue.read(mark)
  }
  t.equal(app.sent.length, 50)
})

t.test('U1 U2 a slow app gets the newest state of each key and is told how many it missed', async t => {
  const app = slowApp()
  app.buffered = 17
  app.queue.push('a', update('1-0', 'a1'))
  app.queue.push('b', update('2-0', 'b1'))
  app.queue.push('a', update('3-0', 'a2'))
  app.queue.push('a', update('4-0', 'a3'))
  t.equal(app.sent.length, 0)
  app.buffered = 0
  app.queue.push('b', update('5-0', 'b2')) // does not overtake what waits
  t.equal(app.sent.length, 0)
  app.queue.flush()
  t.same(told(app), [['a3', 2], ['b2', 1]])
})

t.test('U4 who does not read is sent no more than the soft bytes, whatever buffers would take', async t => {
  const app = slowApp({ coalescedKeysMax: 100 })
  for (let i = 1; i <= 40; i++) app.queue.push('a', update(`${i}-0`, i))
  t.equal(app.sent.length, 17)
  t.same(app.pings, [1, 3, 5, 7, 9, 11, 13, 15, 17])
  app.queue.read(7)
  t.equal(app.sent.length, 18, 'what waited: the newest state')
  t.same(told(app).at(-1), [40, 22])
  for (const mark of app.pings) app.queue.read(mark)
  app.queue.push('a', update('41-0', 41))
  t.same(told(app).at(-1), [41, 0])
})

t.test('U4 a pong of something that was never sent proves nothing', async t => {
  const app = slowApp()
  for (let i = 1; i <= 30; i++) app.queue.push('a', update(`${i}-0`, i))
  for (const mark of [Number.NaN, 10_000, -1, 0]) app.queue.read(mark)
  t.equal(app.sent.length, 17)
})

t.test('U5 who has read gives way to nobody; who has not yet, or reads late, does', async t => {
  const app = slowApp()
  const push = (): void => app.queue.push('a', update('1-0', 1))
  push()
  push()
  t.same(app.lagging, [false, true], 'nothing is known of it before its first pong')
  app.queue.read(1)
  push()
  push()
  push()
  t.same(app.lagging.slice(2), [false, false, true])
})

t.test('U3 too many keys, or too long without progress, is too slow', async t => {
  const wide = slowApp()
  wide.buffered = 17
  for (const key of ['a', 'b', 'c']) wide.queue.push(key, update('1-0', key))
  t.equal(wide.slow, 0)
  wide.queue.push('d', update('1-0', 'd'))
  t.equal(wide.slow, 1)
  const long = slowApp()
  long.buffered = 17
  long.queue.push('a', update('1-0', 1))
  long.time = 1_000
  long.queue.push('a', update('2-0', 2)) // a newer state is no progress
  long.queue.flush()
  t.equal(long.slow, 0)
  long.time = 1_001
  long.queue.flush()
  t.equal(long.slow, 1)
})

t.test('U3 who reads, but slower than it happens, is not too slow', async t => {
  const app = slowApp({}, 17) // one update and the app is full
  for (let i = 0; i < 20; i++) {
    for (const key of ['a', 'b', 'c']) app.queue.push(key, update(`${i}-0`, `${key}${i}`))
    app.time += 900
    for (const mark of app.pings.splice(0)) app.queue.read(mark)
    app.queue.flush()
  }
  t.equal(app.slow, 0)
  t.ok(app.sent.length >= 20)
})

t.test('U3 what waits is bounded in bytes, and counted down as it goes', async t => {
  const app = slowApp({ coalescedBytesMax: 10 }, 4)
  app.buffered = 17
  app.queue.push('a', update('1-0', 1))
  app.queue.push('a', update('2-0', 2))
  app.queue.push('b', update('3-0', 3))
  t.equal(app.slow, 0, 'a newer state takes the room of the older')
  app.queue.forget('s')
  app.queue.push('a', update('4-0', 4))
  app.queue.push('b', update('5-0', 5))
  t.equal(app.slow, 0)
  app.queue.push('c', update('6-0', 6))
  t.equal(app.slow, 1)
})

t.test('gaps join, and history waits until the app takes more', async t => {
  const app = slowApp()
  app.buffered = 17
  app.queue.push('', { type: 'gap', id: 's', from: '1-0', to: '2-0' })
  app.queue.push('', { type: 'gap', id: 's', from: '2-0', to: '3-0' })
  let isReady = false
  const ready = app.queue.whenReady().then(() => { isReady = true })
  await Promise.resolve()
  t.equal(isReady, false)
  app.buffered = 0
  app.queue.flush()
  await ready
  t.same(told(app), [{ type: 'gap', id: 's', from: '1-0', to: '3-0' }])
})

t.test('what waits for an ended subscription is forgotten', async t => {
  const app = slowApp()
  app.buffered = 17
  app.queue.push('a', update('1-0', 1))
  app.queue.push('a', { ...update('1-0', 2), id: 'other' })
  app.queue.forget('s')
  app.buffered = 0
  app.queue.flush()
  t.same(app.sent.map(({ id }) => id), ['other'])
})
