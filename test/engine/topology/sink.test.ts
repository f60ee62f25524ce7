/** Sinks: a batch is fixed before it is inserted, and every retry, by any owner, is the same (S1, S2). */
import t, { type Test } from 'tap'
import { ManualClock, systemClock, type Sink, type SinkBatch } from '../../../engine/index.js'
import { sinkBatchBytesMax } from '../../../engine/limits/limits.js'
import { commitBatch, takeLease } from '../../../engine/log/index.js'
import { encodeEmission } from '../../../engine/record/emission.js'
import { movableWhole } from '../../../engine/threads/index.js'
import { fieldsOf, send } from '../../../engine/redis/index.js'
import { SinkLoop } from '../../../engine/topology/sink-loop.js'
import { SinkRunner } from '../../../engine/topology/sink-runner.js'
import { connectRedis, type Connected } from '../../support/connection.js'
import { until } from '../../support/until.js'
import { added, dead } from './shop.js'

/** A partition whose outbox is written by hand. */
class Partition {
  readonly on: Connected
  lease = { epoch: 0, history: '' }
  emitted = 0
  #sequence = 0

  constructor(on: Connected) {
    this.on = on
  }

  get names(): Parameters<typeof commitBatch>[2] {
    const { keys } = this.on
    return {
      checkpoint: keys.checkpoint(0, 'shop.1'), outbox: keys.outbox(0, 'shop.1'),
      timers: keys.timers(0, 'shop.1'),
      dead: keys.dead(0, 'shop.1'),
      changed: keys.changed(0, 'shop.1'),
    }
  }

  /** Another owner. */
  async take(): Promise<void> {
    this.lease = (await takeLease(this.on.redis, this.names.checkpoint, 'me', 60_000))!
  }

  /** One commit that emits the values through the output. */
  async commit(output: string, ...values: unknown[]): Promise<void> {
    await commitBatch(this.on.redis, 0, this.names, {
      ...this.lease, sequence: this.#sequence++, position: `${this.#sequence}-0`, folded: 1,
      emitted: values.length,
      outputs: values.map(value => encodeEmission(output, 'ada', value).packed), dead: [],
      timers: new Map(), hashes: [],
    })
    this.emitted += values.length
  }

  loop(sink: Sink, clock = systemClock, runner = new SinkRunner([sink], 1, systemClock)): SinkLoop {
    return new SinkLoop({
      sink, partition: 0, lease: this.lease, keys: this.on.keys, topology: 'shop.1', redis: this.on.redis,
      clock, runner, emitted: () => this.emitted,
    })
  }

  async stored(): Promise<Record<string, string>> {
    const fields = fieldsOf(await send(this.on.redis, 'HGETALL', [this.on.keys.sink(0, 'shop.1', 'rows')]))
    return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]))
  }
}

async function openPartition(t: Test, extra: string[] = []): Promise<Partition> {
  const partition = new Partition(await connectRedis(t, extra))
  await partition.take()
  return partition
}

/** A sink that keeps what it gets; `insert` may fail first. */
function recorder(batches: SinkBatch[], fails: () => boolean = () => false, batchRecordsMax = 4): Sink {
  return {
    name: 'rows', outputs: [added, dead], batchRecordsMax, lingerMs: 1,
    insert: async batch => {
      batches.push(batch)
      if (fails()) throw new Error('no connection')
    },
  }
}

const turnOfTheLoop = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

const valuesOf = (batches: SinkBatch[]): unknown[] =>
  batches.flatMap(({ emitted }) => emitted.map(({ value }) => value))

t.test('G6: everything emitted arrives once, in order, in batches that end with a commit', async t => {
  const partition = await openPartition(t)
  for (let i = 0; i < 50; i++) await partition.commit(i % 5 === 0 ? 'other' : added.output, i * 2, i * 2 + 1)
  const batches: SinkBatch[] = []
  const loop = partition.loop(recorder(batches))
  await loop.start()
  await until('all are inserted', () => loop.inserted === 100)
  t.strictSame(valuesOf(batches), Array.from({ length: 100 }, (_, i) => i)
    .filter(i => Math.floor(i / 2) % 5 !== 0))
  t.strictSame(batches.filter(({ emitted }) => emitted.length > 4), [])
  t.equal(new Set(batches.map(({ token }) => token)).size, batches.length, 'every batch has its own token')
  await partition.commit(added.output, 7)
  await until('what comes later too', () => loop.inserted === 101)
  await loop.stop()
  t.match(await partition.stored(), { inserted: '101', pending: '' })
})

t.test('S2: a failing sink gets the same batch again and again, though more was emitted meanwhile',
  async t => {
  const partition = await openPartition(t)
  await partition.commit(added.output, 1)
  const batches: SinkBatch[] = []
  const clock = new ManualClock()
  let failures = 0
  const loop = partition.loop(recorder(batches, () => ++failures <= 4), clock)
  await loop.start()
  for (let attempt = 1; attempt <= 4; attempt++) {
    await until(`attempt ${attempt}`, async () => {
      if (batches.length < attempt) clock.advance(5_000)
      return batches.length >= attempt
    })
    await until('it is known to fail', () => loop.failing === 'no connection')
    await partition.commit(added.output, attempt + 1)
  }
  await until('all are inserted', () => {
    clock.advance(5_000)
    return loop.inserted === 5
  })
  await loop.stop()
  t.strictSame(batches.slice(0, 5), new Array<SinkBatch>(5).fill(batches[0]),
    'byte for byte, under one token')
  t.strictSame(valuesOf(batches.slice(4)), [1, 2, 3, 4, 5])
  t.equal(loop.failing, undefined)
})

t.test('S1: a batch that was fixed by an owner that died is inserted the same by the next', async t => {
  const partition = await openPartition(t)
  await partition.commit(added.output, 1, 2)
  const first: SinkBatch[] = []
  const dying = partition.loop(recorder(first, () => true))
  await dying.start()
  await until('the first try', () => first.length > 0)
  await dying.stop()
  t.match(await partition.stored(), { pending: /-/ })
  await partition.commit(added.output, 3)
  await partition.take()
  await partition.commit(added.output, 4)
  const second: SinkBatch[] = []
  const heir = partition.loop(recorder(second, () => false, 100))
  await heir.start()
  await until('the heir is through', () => heir.inserted === 4)
  await heir.stop()
  t.strictSame(second[0], first[0])
  t.strictSame(valuesOf(second), [1, 2, 3, 4])
})

t.test('G4: an owner that was replaced fixes nothing and moves nothing', async t => {
  const partition = await openPartition(t)
  await partition.commit(added.output, 1)
  const batches: SinkBatch[] = []
  const zombie = partition.loop(recorder(batches))
  await partition.take()
  await zombie.start()
  await until('it has given up', async () => {
    await zombie.stop()
    return true
  })
  t.strictSame(batches, [])
  t.strictSame(await partition.stored(), {})
})

t.test('G4: one that was replaced in the middle of an insert does not move the position', async t => {
  const partition = await openPartition(t)
  await partition.commit(added.output, 1)
  let finish = (): void => undefined
  const held = new Promise<void>(resolve => { finish = resolve })
  const batches: SinkBatch[] = []
  const zombie = partition.loop({ ...recorder([]), insert: batch => {
    batches.push(batch)
    return held
  } })
  await zombie.start()
  await until('it inserts', () => batches.length === 1)
  await partition.take()
  finish()
  await zombie.stop()
  t.notMatch(await partition.stored(), { inserted: '1' })
  const heir = partition.loop(recorder(batches))
  await heir.start()
  await until('the heir is through', () => heir.inserted === 1)
  await heir.stop()
  t.strictSame(batches, [batches[0], batches[0]], 'the same batch under the same token: the sink knows it')
})

t.test('inserts of one node are limited, and wait in order', async t => {
  const running = new Set<number>()
  const order: number[] = []
  let most = 0
  const sink: Sink = {
    ...recorder([]),
    async insert({ partition: number }) {
      running.add(number)
      order.push(number)
      most = Math.max(most, running.size)
      await new Promise(resolve => setImmediate(resolve))
      running.delete(number)
      if (number === 2) throw new Error('fails')
    },
  }
  const runner = new SinkRunner([sink], 2, systemClock)
  await Promise.all([1, 2, 3, 4, 5, 6].map(partition => {
    const packed = movableWhole([encodeEmission('added', 'ada', 1).packed])
    return runner.turn(() => runner.insert(sink, { token: 'x', partition, packed }))
      .catch(() => undefined)
  }))
  t.equal(most, 2)
  t.strictSame(order, [1, 2, 3, 4, 5, 6])
})

t.test('a sink\'s pace is told what was emitted, and may change the wait meanwhile', async t => {
  const partition = await openPartition(t)
  const clock = new ManualClock(1_000_000)
  const batches: SinkBatch[] = []
  const seen: [number, number][] = []
  const pace = { lingerMs: 5_000, see: (...emitted: [number, number]) => { seen.push(emitted) } }
  const loop = partition.loop({ ...recorder(batches), lingerMs: pace }, clock)
  await loop.start()
  await partition.commit('added', 1, 2)
  for (let waited = 0; waited < 4_500; waited += 250) {
    clock.advance(250)
    await turnOfTheLoop()
  }
  t.equal(batches.length, 0, 'the wait is not over')
  t.strictSame(seen.at(-1), [0, 2])
  pace.lingerMs = 250
  clock.advance(250)
  await until('it inserts at once', () => loop.inserted === 2)
  t.equal(seen.length, 19, 'told four times a second')
  await loop.stop()
})

t.test('S1 S2 a sink in a thread gets the same batches, and its failure comes back', async t => {
  const partition = await openPartition(t)
  const sink: Sink = {
    name: 'rows', outputs: [added, dead], batchRecordsMax: 4, lingerMs: 1,
    module: new URL('./redis-sink.js', import.meta.url),
    options: { url: partition.on.server.url, list: 'inserted' },
  }
  await partition.commit('added', 1, 2, 3)
  await partition.commit('other', 9)
  await partition.commit('added', 4)
  const runner = new SinkRunner([sink], 1, systemClock)
  t.teardown(() => runner.stop())
  const loop = partition.loop(sink, systemClock, runner)
  await loop.start()
  await until('the thread is through', () => loop.inserted === 5)
  await loop.stop()
  const lines = await send(partition.on.redis, 'LRANGE', ['inserted', 0, -1]) as Buffer[]
  t.strictSame(lines.flatMap(line => (JSON.parse(String(line)) as { values: number[] }).values), [1, 2, 3, 4])
  const batch = { token: 'x', partition: 0, packed: movableWhole([encodeEmission('added', 'ada', 1).packed]),
    values: 1 }
  const nameless = { ...sink, options: { url: partition.on.server.url, list: '' } }
  await t.rejects(runner.insert(nameless, batch), /no list is named/)
})

t.test('S1: a restarted Redis keeps the token of a fixed batch, and gives later ones another', async t => {
  const partition = await openPartition(t, ['--appendfsync', 'always'])
  await partition.commit(added.output, 1)
  const batches: SinkBatch[] = []
  let failures = 0
  const first = partition.loop(recorder(batches, () => ++failures === 1))
  await first.start()
  await until('it was tried', () => batches.length > 0)
  await partition.on.server.kill()
  await partition.on.server.restart()
  await first.stop()
  await partition.take()
  const next = partition.loop(recorder(batches))
  await next.start()
  await until('it is inserted', () => next.inserted === 1)
  await partition.commit(added.output, 2)
  await until('the later one too', () => next.inserted === 2)
  await next.stop()
  const tokens = [...new Set(batches.map(({ token }) => token))]
  t.equal(tokens.length, 2)
  const historyOf = (token: string): string => token.split(':')[3]
  t.match(tokens.map(historyOf), [/^\w{40}$/, /^\w{40}$/])
  t.not(historyOf(tokens[0]), historyOf(tokens[1]))
})

t.test('S3: a try of a failing sink holds a bounded part of what waits', async t => {
  const partition = await openPartition(t)
  const [commits, bytesOfOne] = [20, 4 * 1_024 * 1_024]
  for (let i = 0; i < commits; i++) await partition.commit(added.output, `${i}`.padEnd(bytesOfOne, 'x'))
  const sizes: number[] = []
  const clock = new ManualClock()
  let isAway = true
  const sink: Sink = { name: 'rows', outputs: [added], batchRecordsMax: 10_000, lingerMs: 1,
    async insert({ emitted }) {
      sizes.push(emitted.reduce((sum, { value }) => sum + String(value).length, 0))
      if (isAway) throw new Error('no connection')
    } }
  const loop = partition.loop(sink, clock)
  await loop.start()
  await until('three tries', () => {
    clock.advance(5_000)
    return sizes.length >= 3
  })
  const most = sinkBatchBytesMax + bytesOfOne
  t.ok(sizes.every(bytes => bytes <= most && bytes > sinkBatchBytesMax / 2), `${sizes}`)
  isAway = false
  await until('all are inserted', () => {
    clock.advance(5_000)
    return loop.inserted === commits
  })
  await loop.stop()
  t.ok(sizes.every(bytes => bytes <= most), 'nor any other')
})
