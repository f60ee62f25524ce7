// Framed commands on a real Redis (F1).
import fc from 'fast-check'
import t from 'tap'
import { JoinedArgument, send, type SentArgument } from '../../../engine/redis/index.js'
import { openConnection, startServer } from '../../support/connection.js'

const bytes = fc.uint8Array({ maxLength: 40 }).map(array => Buffer.from(array))
const argument: fc.Arbitrary<SentArgument> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ maxLength: 2_000 }),
  fc.string({ unit: 'binary', maxLength: 30 }).map(text => text + '\ud800'),
  fc.integer(), fc.double({ noNaN: true }), bytes,
  fc.uint8Array({ minLength: 20_000, maxLength: 90_000 }).map(array => Buffer.from(array)),
  fc.array(bytes, { maxLength: 5 }).map(parts => new JoinedArgument(parts)),
)

const expected = (sent: SentArgument): Buffer => sent instanceof JoinedArgument ? sent.whole()
  : Buffer.isBuffer(sent) ? sent : Buffer.from(String(sent))

const { url } = await startServer(t)
const redis = await openConnection(t, url)

t.test('arguments arrive as they were sent, whatever they are made of', async () => {
  await fc.assert(fc.asyncProperty(fc.array(argument, { maxLength: 30 }), async sent => {
    const reply = await send(redis, 'EVAL', ['return ARGV', 0, ...sent]) as Buffer[]
    const wanted = sent.map(expected)
    return reply.length === wanted.length && reply.every((value, i) => value.equals(wanted[i]))
  }), { numRuns: 200 })
})

t.test('F1: memory that is used again holds nothing that is still on its way', async t => {
  const values = Array.from({ length: 400 }, (_, i) => Buffer.alloc(20_000 + 100 * i, i % 251))
  const echoed = await Promise.all(values.map(value => send(redis, 'ECHO', [value]))) as Buffer[]
  t.ok(echoed.every((value, i) => value.equals(values[i])))
  const again = await Promise.all(values.map(value => send(redis, 'ECHO', [value]))) as Buffer[]
  t.ok(again.every((value, i) => value.equals(values[i])))
})

t.test('F1: what is sent again on another connection is whole', async t => {
  const other = await openConnection(t, url)
  const value = (i: number): Buffer => Buffer.alloc(60_000 + i, i % 251)
  for (let round = 0; round < 5; round++) {
    const sent = Array.from({ length: 60 }, (_, i) => send(redis, 'SET', [`v${round}:${i}`, value(i)]))
    await send(other, 'CLIENT', ['KILL', 'TYPE', 'normal', 'SKIPME', 'yes'])
    await Promise.all(sent)
    for (let i = 0; i < 60; i++) {
      t.ok((await send(other, 'GET', [`v${round}:${i}`]) as Buffer).equals(value(i)), `${round} ${i}`)
    }
  }
})
