/** Keys of every kind as frames and back: of a savepoint's pages, on a real Redis. */
import t from 'tap'
import { fieldsOf, send } from '../../../engine/redis/index.js'
import { FramePutter, KeyFrames } from '../../../engine/topology/key-frames.js'
import type { Frame } from '../../../engine/topology/savepoint-file.js'
import { connectRedis } from '../../support/connection.js'

/** More than a page of each kind. */
const many = 2_500
const names = ['hash', 'sorted', 'stream', 'text', 'set', 'empty']

t.test('keys with more than one page come back as they were', async t => {
  const { redis } = await connectRedis(t)
  const numbers = Array.from({ length: many }, (_, n) => n)
  await Promise.all([
    ...numbers.map(n => send(redis, 'HSET', ['from:{0}:hash', `field ${n}`, Buffer.from([n & 255, 0xff])])),
    ...numbers.map(n => send(redis, 'ZADD', ['from:{0}:sorted', n * 1.5, `member\0${n}`])),
    ...numbers.map(n => send(redis, 'XADD', ['from:{0}:stream', `${n + 1}-1`, 'd', `${n}`, 'n', '1'])),
    ...numbers.map(n => send(redis, 'SADD', ['from:{0}:set', `${n}`])),
    send(redis, 'SET', ['from:{0}:text', 'a text']),
    send(redis, 'XADD', ['from:{0}:empty', '7-7', 'd', '']),
  ])
  await send(redis, 'XDEL', ['from:{0}:stream', `${many}-1`, '3-1'])
  await send(redis, 'XDEL', ['from:{0}:empty', '7-7'])
  const frames = new KeyFrames(redis, 'from:{0}:')
  const all: Frame[] = []
  for (const name of names) for await (const frame of frames.of(`from:{0}:${name}`)) all.push(frame)
  t.ok(all.filter(({ kind }) => kind === 'x').length > 10, `${all.length} frames`)
  const putter = new FramePutter(redis, 'to:{0}:')
  for (const frame of all) await putter.put(frame)
  await putter.end()
  const read = async (prefix: string): Promise<unknown[]> => Promise.all([
    send(redis, 'HGETALL', [`${prefix}hash`]).then(reply => Object.entries(fieldsOf(reply)).sort()),
    send(redis, 'ZRANGE', [`${prefix}sorted`, 0, -1, 'WITHSCORES']),
    send(redis, 'XRANGE', [`${prefix}stream`, '-', '+']),
    send(redis, 'SMEMBERS', [`${prefix}set`]).then(reply => (reply as Buffer[]).map(String).sort()),
    send(redis, 'GET', [`${prefix}text`]),
    ...['stream', 'empty'].map(async name =>
      String(fieldsOf(await send(redis, 'XINFO', ['STREAM', `${prefix}${name}`]))['last-generated-id'])),
  ])
  const [found, expected] = [await read('to:{0}:'), await read('from:{0}:')]
  t.strictSame(found, expected)
  t.strictSame(found.slice(-2), [`${many}-1`, '7-7'], 'streams go on behind what they ever had')
})

t.test('what cannot be put is told', async t => {
  const { redis } = await connectRedis(t)
  await send(redis, 'SET', ['to:{0}:hash', 'a text'])
  const putter = new FramePutter(redis, 'to:{0}:')
  await t.rejects(async () => {
    await putter.put({ key: 'hash', kind: 'h', items: ['a', 'b'] })
    await putter.end()
  }, /WRONGTYPE/)
})
