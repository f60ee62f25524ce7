/** The timer index against a sorted array. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { parseTimerMember, TimerIndex, timerMember } from '../../../engine/state/index.js'

type Step = ['set', string, number] | ['cancel', string] | ['fire', number]

const member = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
const due = fc.integer({ min: 0, max: 20 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constant('set' as const), member, due) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('cancel' as const), member) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('fire' as const), due) },
)

t.test('fires in the order of due time, then of name, whatever was moved or cancelled before', async t => {
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), steps => {
    const timers = new TimerIndex(0)
    const model = new Map<string, number>()
    for (const [what, ...rest] of steps) {
      if (what === 'set') {
        const [name, at] = rest as [string, number]
        timers.set(name, at)
        model.set(name, at)
      } else if (what === 'cancel') {
        timers.cancel(rest[0] as string)
        model.delete(rest[0] as string)
      } else fireBefore(rest[0] as number)
      assert.equal(timers.size, model.size)
    }
    fireBefore(Infinity)

    function fireBefore(time: number): void {
      const expected = [...model].filter(([, at]) => at < time)
        .sort(([a, atA], [b, atB]) => atA - atB || (a < b ? -1 : 1)).map(([name]) => name)
      assert.deepEqual([...timers.membersDueBefore(time)].sort(), [...expected].sort())
      const fired: string[] = []
      for (let next = timers.dueBefore(time); next; next = timers.dueBefore(time)) {
        fired.push(next.member)
        timers.cancel(next.member)
        model.delete(next.member)
      }
      assert.deepEqual(fired, expected)
    }
  }), { seed: 11, numRuns: 200 })
  t.pass('200 runs')
})

t.test('a timer that is moved at every record keeps its one place', async t => {
  const timers = new TimerIndex(0)
  timers.set('other', 5)
  for (let at = 1; at <= 100_000; at++) timers.set('idle', at)
  t.equal(timers.size, 2)
  t.strictSame(timers.dueBefore(6)?.member, 'other')
  timers.cancel('other')
  t.equal(timers.dueBefore(100_000), undefined)
  t.match(timers.dueBefore(100_001), { member: 'idle', due: 100_000 })
})

t.test('a member names its actor, key and timer', async t => {
  const timer = { actor: 'person', key: 'ada:1', name: 'idle' }
  t.strictSame(parseTimerMember(timerMember(timer)), timer)
})
