/** The appender on real Redis: order (P1), durability (P2), once only (P3), bounds (P4). */
import fc from 'fast-check'
import t from 'tap'
import { appenderRecordsMax, blockRecordsMax, recordBytesMax } from '../../../engine/limits/limits.js'
import { Appender, readRange, type AppendInput, type AppenderOptions } from '../../../engine/log/index.js'
import { decodeBlock, encodeRecord } from '../../../engine/record/block.js'
import { encodeValue } from '../../../engine/record/pack.js'
import { fieldsOf, loadScript, runScript, send } from '../../../engine/redis/index.js'
import { connectRedis, isOnCluster, openConnection, type Connected } from '../../support/connection.js'
import { startProxy } from '../../support/proxy.js'

const record = (key: string, value: unknown): AppendInput => ({ key, value, eventTime: 1 })
const unique = (id: string, fingerprint: string, origin: string): AppendInput =>
  ({ ...record('ada', { id, fingerprint }), idempotency: { id, fingerprint, origin } })

function appenderOn({ redis, keys }: Connected, changes: Partial<AppenderOptions> = {}): Appender {
  return new Appender({ redis, keys, topic: 'in', partitions: 1, durability: 'memory', ...changes })
}

async function valuesOf({ redis, keys }: Connected): Promise<unknown[]> {
  const entries = await readRange(redis, keys.log(0, 'in'), '-', '+', 10_000)
  return entries.flatMap(({ id, block }) => decodeBlock(id, block)).map(({ value }) => value)
}

async function appendedCount({ redis, keys }: Connected): Promise<number> {
  return Number(String(await send(redis, 'HGET', [keys.meta(0, 'in'), 'n'])))
}

t.test('P1: records are in the log in the order of the calls, gathered in blocks', async t => {
  const on = await connectRedis(t)
  const appender = appenderOn(on)
  const numbers = Array.from({ length: 3 * blockRecordsMax }, (_, i) => i)
  const answers = (await Promise.all(numbers.map(i => appender.append([record('ada', i)])))).flat()
  t.strictSame(await valuesOf(on), numbers)
  t.equal(await appendedCount(on), numbers.length)
  const blocks = new Set(answers.map(({ position }) => position!.entry))
  t.ok(blocks.size <= 5, `${blocks.size} blocks`)
  t.strictSame(answers.map(({ outcome, durability }) => `${outcome} ${durability}`),
    numbers.map(() => 'appended memory'))
})

t.test('an answer says where its record stands, also when a call goes to several partitions', async t => {
  const on = await connectRedis(t)
  const appender = appenderOn(on, { partitions: 4 })
  const people = ['ada', 'bob', 'cyd', 'dan', 'eve']
  const answers = await appender.append(people.map(key => record(key, key)))
  const found = await Promise.all(answers.map(async ({ position }, i) => {
    for (const partition of [0, 1, 2, 3]) {
      const [entry] = await readRange(on.redis, on.keys.log(partition, 'in'), position!.entry,
        position!.entry, 1)
      const value = entry && decodeBlock(entry.id, entry.block)[position!.index]?.value
      if (value === people[i]) return value
    }
    return undefined
  }))
  t.strictSame(found, people)
  t.strictSame(await appender.append([]), [])
})

t.test('a record that waits alone is sent after the linger; drain sends it at once', async t => {
  const on = await connectRedis(t)
  t.match(await appenderOn(on, { lingerMs: 1 }).append([record('ada', 1)]), [{ outcome: 'appended' }])
  const patient = appenderOn(on, { lingerMs: 3_600_000 })
  const waiting = patient.append([record('ada', 2)])
  await patient.drain()
  t.match(await waiting, [{ outcome: 'appended' }])
  t.strictSame(await valuesOf(on), [1, 2])
  await patient.drain()
})

t.test('P3: a block whose reply was lost is sent again and appended once',
  { skip: isOnCluster && 'its proxy knows one server' }, async t => {
  const on = await connectRedis(t)
  const proxy = await startProxy(on.server.port)
  t.teardown(() => proxy.stop())
  const redis = await openConnection(t, `redis://127.0.0.1:${proxy.port}`)
  const appender = appenderOn({ ...on, redis })
  await appender.append([record('ada', 0)])
  await appender.append([unique('r0', 'x', 'o1')])
  for (let i = 1; i <= 5; i++) {
    proxy.loseReplies(1)
    t.match(await appender.append([record('ada', i)]), [{ outcome: 'appended' }])
  }
  t.equal(proxy.lost, 5)
  proxy.loseReplies(1)
  const [answer] = await appender.append([unique('r1', 'x', 'o1')])
  t.equal(answer.outcome, 'repeated', 'the second sending found what the first had done')
  t.strictSame(await valuesOf(on), [0, { id: 'r0', fingerprint: 'x' }, 1, 2, 3, 4, 5,
    { id: 'r1', fingerprint: 'x' }])
  t.equal(await appendedCount(on), 8)
})

t.test('idempotency: each (id, content) once, whatever the batch looks like', async t => {
  const on = await connectRedis(t)
  const appender = appenderOn(on)
  const outcomes = async (...inputs: AppendInput[]): Promise<string[]> =>
    (await appender.append(inputs)).map(({ outcome }) => outcome)
  t.strictSame(await outcomes(unique('r1', 'a', 'o1'), unique('r1', 'a', 'o2'), unique('r2', 'a', 'o1'),
    unique('r1', 'b', 'o1'), unique('r1', 'b', 'o1')),
      ['appended', 'duplicate', 'appended', 'revised', 'repeated'])
  t.strictSame(await outcomes(unique('r1', 'b', 'o1'), unique('r1', 'b', 'o9'), unique('r1', 'a', 'o3')),
    ['repeated', 'duplicate', 'revised'], 'going back to older content is a revision too')
  const [again, first] = await appender.append([unique('r2', 'a', 'o1'), unique('r3', 'a', 'o1')])
  t.equal(again.position!.index, 1, 'the position of the first acceptance')
  t.equal(first.position!.index, 0)
  t.strictSame((await appender.append([unique('r3', 'a', 'o2')]))[0].position, null)
  t.equal(await appendedCount(on), 5)
  t.equal((await valuesOf(on)).length, 5)
})

/** What the log remembers of an id, the newest first; no place: a duplicate. */
interface Remembered {
  readonly name: string
  readonly fingerprint: string
  readonly origin: string
  readonly place: number | null
}

/** What a call is to answer, by a map; `log` gets what it appends. */
class Expectation {
  readonly log: unknown[] = []
  readonly #remembered = new Map<string, Remembered[]>()

  of(inputs: readonly AppendInput[]): [outcome: string, place: number | null][] {
    const own = new Map<string, Remembered>()
    const noted: Remembered[] = []
    const answers = inputs.map(({ key, value, idempotency }): [string, number | null] => {
      const { id, fingerprint, origin } = idempotency!
      const name = `${key} ${id}`
      const isSame = (one: Remembered): boolean => one.fingerprint === fingerprint && one.origin === origin
      const before = this.#remembered.get(name) ?? []
      const known = [...own.has(name) ? [own.get(name)!] : [], ...before].find(isSame)
      if (known) return [known.place === null ? 'duplicate' : 'repeated', known.place]
      const newest = own.get(name) ?? before.at(0)
      const isDuplicate = newest?.fingerprint === fingerprint
      const note = { name, fingerprint, origin, place: isDuplicate ? null : this.log.length }
      noted.push(note)
      if (isDuplicate) return ['duplicate', null]
      own.set(name, note)
      this.log.push(value)
      return [newest ? 'revised' : 'appended', note.place]
    })
    for (const note of noted) this.#keep(note)
    return answers
  }

  #keep(note: Remembered): void {
    const [first, ...others] = (this.#remembered.get(note.name) ?? []).slice(0, 3)
    const all = note.place === null ? [first, note, ...others] : [note, first, ...others]
    this.#remembered.set(note.name, all.filter(one => one !== undefined))
  }
}

t.test('idempotency: blocks of several keys and origins answer as a map of what is known would', async t => {
  const on = await connectRedis(t)
  const appender = appenderOn(on)
  const expectation = new Expectation()
  const { log } = expectation
  const one = (...names: string[]): fc.Arbitrary<string> => fc.constantFrom(...names)
  const input = fc.tuple(
    one('ada', 'bob', 'cyd'), one('r1', 'r2', 'r3', 'r4'), one('x', 'y'), one('o1', 'o2'))
  const blocks = fc.array(fc.array(input, { minLength: 1, maxLength: 12 }), { maxLength: 25 })
  let text = 0
  await fc.assert(fc.asyncProperty(blocks, async blocks => {
    for (const block of blocks) {
      const inputs = block.map(([key, id, fingerprint, origin]): AppendInput =>
        ({ key, value: 'v'.repeat(text++ % 300), eventTime: 1, idempotency: { id, fingerprint, origin } }))
      const expected = expectation.of(inputs)
      const answers = await appender.append(inputs)
      const entries = await readRange(on.redis, on.keys.log(0, 'in'), '-', '+', 10_000)
      const places = entries.flatMap(({ id, block }) => decodeBlock(id, block).map((_, i) => `${id}:${i}`))
      const found = answers.map(({ outcome, position }): [string, number | null] =>
        [outcome, position && places.indexOf(`${position.entry}:${position.index}`)])
      const told = JSON.stringify(found)
      if (told !== JSON.stringify(expected)) throw new Error(`${told} for ${JSON.stringify(expected)}`)
    }
    return JSON.stringify(await valuesOf(on)) === JSON.stringify(log)
  }), { seed: 11, numRuns: 8, endOnFailure: true })
  t.equal(await appendedCount(on), log.length)
  t.ok(log.length > 12, `${log.length} records were accepted`)
})

t.test('a resend is recognised after its records were revised, in the same call or by others', async t => {
  const on = await connectRedis(t)
  const append = async (...inputs: AppendInput[]): Promise<string[]> => (await appenderOn(on).append(inputs))
    .map(({ outcome, position }) => `${outcome} ${position?.index}`)
  const both = [unique('r1', 'a', 'o1'), unique('r1', 'b', 'o1')]
  t.strictSame(await append(...both), ['appended 0', 'revised 1'])
  t.strictSame(await append(...both), ['repeated 0', 'repeated 1'])
  t.strictSame(await append(unique('r1', 'c', 'o2')), ['revised 0'])
  t.strictSame(await append(...both), ['repeated 0', 'repeated 1'])
  t.strictSame(await append(unique('r1', 'a', 'o3'), unique('r1', 'd', 'o3'), unique('r1', 'a', 'o3')),
    ['revised 0', 'revised 1', 'revised 2'], 'within a call, going back is a revision')
  t.strictSame(await append(unique('r1', 'c', 'o2')), ['repeated 0'])
  t.strictSame(await append(unique('r1', 'b', 'o1')), ['revised 0'], 'the fifth last is forgotten')
  t.equal(await appendedCount(on), 7)
})

t.test('P3: a copy of a block that comes after later blocks is not appended', async t => {
  const on = await connectRedis(t)
  const { redis, keys } = on
  const append = async (sequence: number, text: string): Promise<unknown> => runScript(redis,
    loadScript('append-block'), [keys.log(0, 'in'), keys.meta(0, 'in'), keys.appender(0, 'in', 'me')],
    [sequence, 1, encodeRecord(record('ada', text)), 60])
  for (const [sequence, text] of [[9, 'one'], [10, 'two'], [9, 'one'], [11, 'three'], [10, 'two']] as const) {
    await append(sequence, text)
  }
  t.strictSame(await valuesOf(on), ['one', 'two', 'three'])
  t.equal(await appendedCount(on), 3)
})

t.test('P3: a unique block that comes again late is not appended, though its ids were revised', async t => {
  const on = await connectRedis(t)
  const { redis, keys } = on
  const append = async (sequence: number, content: string): Promise<unknown> => runScript(redis,
    loadScript('append-unique'), [keys.log(0, 'in'), keys.meta(0, 'in'), keys.appender(0, 'in', 'me'),
      keys.erasures(0, 'in'),
      keys.ids(0, 'in', 'ada')],
    [encodeRecord(record('ada', content)),
      encodeValue([[4, String(sequence).padStart(16, '0'), ['r1'], [content.repeat(16)]]]), encodeValue([0]),
      sequence, 60])
  const answers: string[] = []
  for (const [sequence, content] of [[1, 'a'], [2, 'a'], [2, 'a'], [3, 'b'], [2, 'a'], [4, 'c'], [5, 'd'],
    [6, 'e'], [7, 'f'], [2, 'a'], [3, 'b']] as const) {
    answers.push(String((await append(sequence, content) as Buffer[])[1]))
  }
  t.strictSame(answers.join(''), 'addvdvvvvdd', 'also when its origin is no longer remembered')
  t.strictSame(await valuesOf(on), ['a', 'b', 'c', 'd', 'e', 'f'])
})

t.test('a duplicate that is sent again after a revision stays one', async t => {
  const on = await connectRedis(t)
  const send = async (...inputs: AppendInput[]): Promise<string[]> =>
    (await appenderOn(on).append(inputs)).map(({ outcome }) => outcome)
  t.strictSame(await send(unique('r1', 'a', 'o1')), ['appended'])
  const [saved, edited] = [unique('r1', 'a', 'o2'), unique('r1', 'b', 'o3')]
  t.strictSame(await send(saved), ['duplicate'])
  t.strictSame(await send(edited), ['revised'])
  t.strictSame(await send(saved, edited), ['duplicate', 'repeated'], 'the edit is still the newest')
  t.equal(await appendedCount(on), 2)
})

t.test('records with and without an id keep their order', async t => {
  const on = await connectRedis(t)
  const appender = appenderOn(on)
  const calls = Array.from({ length: 60 }, (_, i) =>
    (i % 3 === 0 ? unique(`r${i}`, 'x', '') : record('ada', i)))
  const answers = await appender.append(calls)
  t.strictSame(await valuesOf(on), calls.map(({ value }) => value))
  t.equal(new Set(answers.map(({ position }) => `${position!.entry}:${position!.index}`)).size, 60)
})

t.test('P4: what is too large, or too much, is refused before anything is taken', async t => {
  const on = await connectRedis(t)
  const appender = appenderOn(on, { lingerMs: 3_600_000 })
  const huge = record('ada', 'x'.repeat(recordBytesMax))
  t.throws(() => appender.append([record('ada', 1), huge]), { code: 'RECORD_TOO_LARGE' })
  t.throws(() => appender.append(new Array<AppendInput>(appenderRecordsMax + 1).fill(record('ada', 1))),
    { code: 'OVERLOADED', isRetryable: true })
  await appender.drain()
  t.strictSame(await valuesOf(on), [])
  t.match(await Promise.all([appender.append([record('ada', 1)]), appender.drain()]),
    [[{ outcome: 'appended' }]])
})

t.test('G1: durability is what was asked for', async t => {
  const on = await connectRedis(t, ['--appendfsync', 'always'])
  t.match(await appenderOn(on, { durability: 'fsync' }).append([record('ada', 1)]), [{ durability: 'fsync' }])
})

t.test('a command that Redis refuses fails its own call only', async t => {
  const on = await connectRedis(t)
  const appender = appenderOn(on)
  await send(on.redis, 'SET', [on.keys.log(0, 'in'), 'not a stream'])
  await t.rejects(appender.append([record('ada', 1)]), /WRONGTYPE/)
  await send(on.redis, 'DEL', [on.keys.log(0, 'in')])
  t.match(await appender.append([record('ada', 2)]), [{ outcome: 'appended' }])
  t.equal(Object.keys(fieldsOf(await send(on.redis, 'HGETALL', [on.keys.meta(0, 'in')]))).length, 1)
})
