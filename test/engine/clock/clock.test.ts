/** Waiting: whoever waits wakes in time or when its signal aborts; a signal has one listener for them all. */
import { getEventListeners } from 'node:events'
import t from 'tap'
import { ManualClock, systemClock, type Clock } from '../../../engine/clock/index.js'

const waiters = 50
const hourMs = 3_600_000
const clocks: Record<string, Clock> = { 'of the machine': systemClock, 'moved by hand': new ManualClock() }

for (const [name, clock] of Object.entries(clocks)) {
  t.test(`many wait for one signal: ${name}`, async t => {
    const stopping = new AbortController()
    const { signal } = stopping
    const waits = Array.from({ length: waiters }, () => clock.wait(hourMs, signal))
    t.equal(getEventListeners(signal, 'abort').length, 1)
    stopping.abort()
    await Promise.all(waits)
    await clock.wait(hourMs, signal)
    t.equal(getEventListeners(signal, 'abort').length, 0)
  })
}

t.test('a wait that is over leaves nothing behind, and another goes on', async t => {
  const clock = new ManualClock()
  const { signal } = new AbortController()
  let isOver = false
  const short = clock.wait(5, signal)
  void clock.wait(10, signal).then(() => { isOver = true })
  clock.advance(5)
  await short
  t.notOk(isOver)
  clock.advance(5)
  await Promise.resolve()
  t.ok(isOver)
  await systemClock.wait(1, signal)
  t.equal(getEventListeners(signal, 'abort').length, 1)
})
