/**
 * An erasure in the fold: whatever lay before it under its key is gone, in state, timers and letters; the
 * same bytes however the log was cut (G7); and the same as if the erased records had never stood there.
 */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { output, type Erasure, type LogRecord } from '../../../engine/index.js'
import { erasureField, voidField } from '../../../engine/record/record.js'
import { TimerIndex } from '../../../engine/state/index.js'
import { Fold } from '../../../engine/topology/fold.js'
import { MemoryStore } from '../../../engine/topology/memory-store.js'
import { shopTopology } from './shop.js'
import { staged } from './staged.js'

interface LogEntry {
  readonly at: number
  readonly records: readonly LogRecord[]
}

const erased = output<Erasure>('erased')
const topology = shopTopology(1, { erasures: erased })
const erasure = (key: string): LogRecord => ({ key, eventTime: 0, value: { [erasureField]: 'person' } })
const addition = (key: string, item: string): LogRecord =>
  ({ key, eventTime: 0, value: { item, count: 1 } })

/** Folds entries, commits after those named in `cuts`; every field, and every timer that waits. */
async function foldLog(log: readonly LogEntry[], cuts: ReadonlySet<number>, bytesMax: number):
Promise<{ fields: string[], emitted: string[], timers: string[] }> {
  const store = new MemoryStore()
  const timers = new Map<string, number | null>()
  const emitted: string[] = []
  const fold = new Fold({ topology, partition: 0, store, timers: new TimerIndex(0), isLocal: () => true })
  let waiting: LogEntry[] = []
  for (const [i, entry] of log.entries()) {
    waiting.push(entry)
    if (!cuts.has(i) && i < log.length - 1) continue
    const entries = await staged(waiting.map(({ at, records }, j) =>
      ({ id: `${at}-${i - waiting.length + 1 + j}`, records })))
    await fold.prepare(entries.map(records => ({ records })))
    for (const record of entries.flat()) await fold.fold(record)
    const batch = fold.collect()
    store.write(batch)
    for (const [member, due] of batch.timers) timers.set(member, due)
    emitted.push(...batch.emitted.map(({ packed }) => packed.toString('hex')))
    fold.passivate(bytesMax)
    waiting = []
  }
  return {
    fields: [...store.dump()].map(([name, packed]) => `${name}=${packed.toString('hex')}`), emitted,
    timers: [...timers].flatMap(([member, due]) => (due === null ? [] : [`${member}=${due}`])).sort(),
  }
}

const keys = fc.constantFrom('ada', 'bob')
const record = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(keys, fc.constantFrom('tea', 'ham', 'broken'))
    .map(([key, item]) => addition(key, item)) },
  { weight: 1, arbitrary: keys.map(erasure) })
const logs: fc.Arbitrary<LogEntry[]> = fc.array(
  fc.tuple(fc.constantFrom(1, 4_000, 10_001), fc.array(record, { minLength: 1, maxLength: 4 })),
  { minLength: 1, maxLength: 20 }).map(entries => {
  let at = 1_000_000
  return entries.map(([after, records]) => ({ at: at += after, records }))
})

/** The same log with void records where those of the key stood that lie before its last erasure. */
function withVoids(log: readonly LogEntry[], key: string): LogEntry[] {
  const all = log.flatMap(({ records }) => records)
  const last = all.findLastIndex(one => one.key === key && erasureField in (one.value as object))
  let index = -1
  return log.map(({ at, records }) => ({ at, records: records.map(one => {
    index++
    if (one.key !== key || index > last) return one
    const of = erasureField in (one.value as object) ? 'own' : 'record'
    return { key: '', eventTime: one.eventTime, value: { [voidField]: of } }
  }) }))
}

t.test('G7: cuts between batches and passivation change nothing', async t => {
  await fc.assert(fc.asyncProperty(logs, fc.array(fc.nat({ max: 20 })), fc.constantFrom(-1, 2_000, 1e9),
    async (log, cuts, bytesMax) => {
      const whole = await foldLog(log, new Set(), 1e9)
      assert.deepEqual(await foldLog(log, new Set(cuts), bytesMax), whole)
      assert.deepEqual(await foldLog(log, new Set(log.keys()), -1), whole)
    }), { seed: 11, numRuns: 60 })
  t.pass('60 runs')
})

t.test('what the key has afterwards does not tell that anything stood before', async t => {
  // erased at the end, while its timers still wait: in most other logs they are set anew, or have fired
  const endings = fc.tuple(logs, keys, fc.boolean()).map(([log, key, isErasedLast]) => ({ key, log:
    isErasedLast ? [...log, { at: (log.at(-1)?.at ?? 0) + 1, records: [erasure(key)] }] : log }))
  await fc.assert(fc.asyncProperty(endings, fc.array(fc.nat({ max: 20 })), async ({ log, key }, cuts) => {
    const ofKey = ({ fields, timers }: { fields: string[], timers: string[] }): string[] =>
      [...fields.filter(name => name.split('/')[0].endsWith(`|${key}`)),
        ...timers.filter(member => member.split('\0')[1] === key)]
    const [real, clean] = await Promise.all([foldLog(log, new Set(cuts), 1e9),
      foldLog(withVoids(log, key), new Set(), 1e9)])
    assert.deepEqual(ofKey(real), ofKey(clean))
  }), { seed: 12, numRuns: 60 })
  t.pass('60 runs')
})

t.test('an erasure is emitted in its place; rows that were read ahead are gone after it', async t => {
  const log = [
    { at: 1_000_000, records: [addition('ada', 'tea')] },
    { at: 1_000_001, records: [addition('ada', 'ham'), erasure('ada'), addition('ada', 'tea')] },
  ]
  const { fields, emitted, timers } = await foldLog(log, new Set([0]), 1e9)
  t.same(fields.filter(name => name.startsWith('t|cart|prices|ada/')), ['t|cart|prices|ada/tea=01'])
  t.equal(emitted.length, 4)
  t.match(Buffer.from(emitted[2], 'hex').toString(), /erased/)
  t.equal(timers.length, 1)
})
