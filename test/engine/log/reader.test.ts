/** The reader: each entry once and in order (R1), nothing for who has no room (R2). */
import t, { type Test } from 'tap'
import { LogReader, createTopic, readRange, type Entry, type EntryTaker } from '../../../engine/log/index.js'
import { closeRedis, openRedis, send, type RedisConnection } from '../../../engine/redis/index.js'
import { connectRedis, type Connected } from '../../support/connection.js'
import { until } from '../../support/until.js'

class Taker implements EntryTaker {
  readonly stream: string
  readonly taken: string[] = []
  position = '0-0'
  roomFor: number

  constructor(stream: string, roomFor = Infinity) {
    this.stream = stream
    this.roomFor = roomFor
  }

  get hasRoom(): boolean {
    return this.taken.length < this.roomFor
  }

  take(entries: Entry[]): void {
    for (const { id, block } of entries) {
      this.taken.push(String(block))
      this.position = id
    }
  }
}

const numbers = Array.from({ length: 100 }, (_, i) => String(i))

async function add({ redis }: Connected, stream: string): Promise<void> {
  await Promise.all(numbers.map(number => send(redis, 'XADD', [stream, '*', 'd', number])))
}

async function readerOn(t: Test, { server }: Connected, entriesMax: number): Promise<LogReader> {
  const redis = await openRedis(server.url, 'reader')
  const reader = new LogReader(redis, entriesMax)
  t.teardown(async () => {
    await reader.stop()
    closeRedis(redis)
  })
  return reader
}

t.test('R1: hands every stream its entries in order, each once, old ones and new ones', async t => {
  const on = await connectRedis(t)
  const reader = await readerOn(t, on, 7)
  const [a, b] = [new Taker('a'), new Taker('b')]
  await add(on, 'a')
  reader.add(a)
  await until('the old ones', () => a.taken.length >= 100)
  reader.add(b)
  await Promise.all([add(on, 'a'), add(on, 'b')])
  await until('the new ones', () => a.taken.length >= 200 && b.taken.length >= 100)
  t.strictSame(a.taken, [...numbers, ...numbers])
  t.strictSame(b.taken, numbers)
})

t.test('R2: a full taker is not read and stops nobody', async t => {
  const on = await connectRedis(t)
  const reader = await readerOn(t, on, 7)
  const [full, free] = [new Taker('a', 20), new Taker('b')]
  reader.add(full)
  reader.add(free)
  await add(on, 'a')
  await add(on, 'b')
  await until('the free one', () => free.taken.length === 100)
  await until('room for 20', () => full.taken.length >= 20)
  t.ok(full.taken.length <= 20 + 6, 'at most one read beyond its room')
  full.roomFor = Infinity
  await until('all', () => full.taken.length === 100)
  t.strictSame(full.taken, numbers)
})

t.test('after remove a taker gets nothing more', async t => {
  const on = await connectRedis(t)
  const reader = await readerOn(t, on, 7)
  const [gone, other] = [new Taker('a'), new Taker('b')]
  reader.add(gone)
  reader.add(other)
  await add(on, 'a')
  await until('something', () => gone.taken.length > 0)
  await reader.remove(gone)
  const { length } = gone.taken
  await add(on, 'a')
  await add(on, 'b')
  await until('the other', () => other.taken.length === 100)
  t.equal(gone.taken.length, length)
})

t.test('goes on after its connection was cut', async t => {
  const on = await connectRedis(t)
  const reader = await readerOn(t, on, 7)
  const taker = new Taker('a')
  reader.add(taker)
  await add(on, 'a')
  await until('the first', () => taker.taken.length >= 100)
  await send(on.redis, 'CLIENT', ['KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
  await add(on, 'a')
  await until('the others', () => taker.taken.length >= 200)
  t.strictSame(taker.taken, [...numbers, ...numbers])
})

t.test('ranges: inclusive, exclusive, limited', async t => {
  const { redis } = await connectRedis(t)
  for (const id of ['1-0', '2-0', '2-1', '3-0']) await send(redis, 'XADD', ['a', id, 'd', id])
  const ids = async (from: string, to: string, max: number): Promise<string[]> =>
    (await readRange(redis, 'a', from, to, max)).map(({ id }) => id)
  t.strictSame(await ids('-', '+', 9), ['1-0', '2-0', '2-1', '3-0'])
  t.strictSame(await ids('(2-0', '+', 9), ['2-1', '3-0'])
  t.strictSame(await ids('2-0', '2-1', 1), ['2-0'])
  t.strictSame(await readRange(redis, 'none', '-', '+', 9), [])
})

t.test('a topic keeps its number of partitions', async t => {
  const { redis, keys, server } = await connectRedis(t)
  await createTopic(redis, keys, 'in', 4)
  await createTopic(redis, keys, 'in', 4)
  await t.rejects(createTopic(redis, keys, 'in', 8),
    { code: 'TOPIC_PARTITIONS_FIXED', details: { found: 4, expected: 8 } })
  const other = await openRedis(server.url, 'other')
  await t.rejects(createTopic(other, keys, 'in', 2), { code: 'TOPIC_PARTITIONS_FIXED' })
  closeRedis(other)
})

t.test('a topic that Redis loses while it is created is created again', async t => {
  const { redis, keys } = await connectRedis(t)
  let losses = 0
  const forgetful: RedisConnection = {
    ...redis,
    send: async (name, args) => {
      if (name === 'GET' && losses++ < 2) await redis.send('DEL', [keys.topic('in')])
      return redis.send(name, args)
    },
  }
  await createTopic(forgetful, keys, 'in', 4)
  t.equal(String(await send(redis, 'GET', [keys.topic('in')])), '4')
  t.equal(losses, 3)
})
