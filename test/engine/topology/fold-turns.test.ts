/** Turns of folding: few at a time, in order, and nobody waits for one that is stuck. */
import t from 'tap'
import { ManualClock } from '../../../engine/index.js'
import { foldTurnsMax, turnMsMax } from '../../../engine/limits/limits.js'
import { FoldTurns } from '../../../engine/topology/fold-turns.js'

const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** Work that somebody else ends. */
class Work {
  readonly begun: number[] = []
  readonly #ends = new Map<number, (how: 'well' | 'badly') => void>()

  of(name: number): () => Promise<number> {
    return () => new Promise((resolve, reject) => {
      this.begun.push(name)
      this.#ends.set(name, how => (how === 'well' ? resolve(name) : reject(new Error(`${name} fails`))))
    })
  }

  async end(name: number, how: 'well' | 'badly' = 'well'): Promise<void> {
    this.#ends.get(name)!(how)
    await settled()
  }
}

t.test('T1: as many as allowed are under way, and who asked first is next, whatever became of the others',
  async t => {
  const turns = new FoldTurns(new ManualClock(0))
  const work = new Work()
  const all = Array.from({ length: foldTurnsMax + 3 }, (_, i) => turns.take(work.of(i)))
  const first = Array.from({ length: foldTurnsMax }, (_, i) => i)
  await settled()
  t.strictSame(work.begun, first)
  void t.rejects(all[1], /1 fails/)
  await work.end(1, 'badly')
  t.strictSame(work.begun, [...first, foldTurnsMax])
  await work.end(0)
  await work.end(2)
  t.strictSame(work.begun, [...first, foldTurnsMax, foldTurnsMax + 1, foldTurnsMax + 2])
  t.equal(await all[0], 0)
})

t.test('T2: a turn that waits for Redis too long does not keep the next from beginning', async t => {
  const clock = new ManualClock(0)
  const turns = new FoldTurns(clock)
  const work = new Work()
  for (let i = 0; i <= foldTurnsMax + 1; i++) void turns.take(work.of(i))
  clock.advance(turnMsMax - 1)
  await settled()
  t.equal(work.begun.length, foldTurnsMax)
  clock.advance(1)
  await settled()
  t.equal(work.begun.length, foldTurnsMax + 2)
  await work.end(0) // late: its place was given away
  const others = Array.from({ length: foldTurnsMax }, (_, i) => 10 + i)
  for (const other of others) void turns.take(work.of(other))
  await settled()
  t.strictSame(work.begun.filter(name => name >= 10), others.slice(0, foldTurnsMax - 2))
})
