/** P1, P2: the wait before an insert follows the values that are emitted per second. */
import t from 'tap'
import { InsertPace } from '../../analytics/pace.js'
import { ManualClock } from '../../engine/index.js'

const stepMs = 250

/** Sixteen partitions that emit, each so many values per second. */
class Emitters {
  readonly clock = new ManualClock(1_000_000)
  readonly pace = new InsertPace(this.clock)
  readonly #emitted = new Array<number>(16).fill(0)

  /** Each partition commits once in `everyMs`, at an instant of its own. */
  run(seconds: number, valuesPerSecond: number, everyMs = stepMs): void {
    for (let ms = 0; ms < seconds * 1_000; ms += stepMs) {
      this.clock.advance(stepMs)
      this.#emitted.forEach((_, partition) => {
        const isItsTurn = (ms / stepMs + partition) % (everyMs / stepMs) === 0
        if (isItsTurn) this.#emitted[partition] += valuesPerSecond * everyMs / 1_000
        this.pace.see(partition, this.#emitted[partition])
      })
    }
  }
}

t.test('P1 short while little is emitted, longer the more it is, and bounded', async t => {
  const waits = [10, 50, 100, 160, 200, 1_000].map(valuesPerSecond => {
    const emitters = new Emitters()
    emitters.run(20, valuesPerSecond)
    return emitters.pace.lingerMs
  })
  t.equal(waits[0], 250, '160 values per second')
  t.ok(waits[1] > 250 && waits[1] < 1_250, `800 values per second: ${waits[1]} ms`)
  t.same(waits, [...waits].sort((a, b) => a - b))
  t.same(waits.slice(-2), [10_000, 10_000])
})

t.test('P2 that one partition pauses says nothing: all of them count', async t => {
  const [steady, pausing] = [new Emitters(), new Emitters()]
  steady.run(20, 60)
  pausing.run(20, 60, 2_000)
  const [one, other] = [steady.pace.lingerMs, pausing.pace.lingerMs]
  t.ok(one > 1_000, `960 values per second: ${one} ms`)
  t.ok(Math.abs(one - other) < one / 2, `in pieces of two seconds: ${other} ms`)
})

t.test('P2 when all are silent there is nothing to wait for', async t => {
  const emitters = new Emitters()
  emitters.run(20, 200)
  t.equal(emitters.pace.lingerMs, 10_000)
  emitters.run(0.5, 0)
  t.ok(emitters.pace.lingerMs > 5_000, 'half a second is no silence')
  emitters.run(0.25, 0)
  t.equal(emitters.pace.lingerMs, 250)
  emitters.run(20, 10)
  t.equal(emitters.pace.lingerMs, 250, 'and what was before is forgotten')
})

t.test('one person who imports a file waits a little longer while it is folded, not as a load', async t => {
  const clock = new ManualClock(1_000_000)
  const pace = new InsertPace(clock)
  t.equal(pace.lingerMs, 250, 'nobody emits')
  pace.see(3, 0)
  clock.advance(stepMs)
  pace.see(3, 500)
  t.ok(pace.lingerMs < 1_000, `the first commit says little: ${pace.lingerMs} ms`)
  clock.advance(stepMs)
  pace.see(3, 1_000)
  t.ok(pace.lingerMs > 250 && pace.lingerMs < 10_000, `a backlog in one partition: ${pace.lingerMs} ms`)
})

t.test('state that was put back, a clock that was, and a partition that another node has', async t => {
  const emitters = new Emitters()
  emitters.run(20, 200)
  emitters.pace.see(0, 0)
  emitters.clock.advance(-60_000)
  emitters.pace.see(0, 10)
  t.ok(emitters.pace.lingerMs > 250 && emitters.pace.lingerMs <= 10_000)
  emitters.clock.advance(120_000)
  emitters.pace.see(0, 20)
  t.equal(emitters.pace.lingerMs, 250)
})
