/** Focus: what comes next, learnt from the person alone. F1..F4. */
import t from 'tap'
import { focusAfter, focusOf, newFocus, traced, type Focus } from '../../../actors/psp/focus.js'
import type { Topic } from '../../../actors/psp/topic.js'

const dayMs = 86_400_000

/** A person whose records have one topic each, some days apart. */
class Stream {
  focus: Focus = newFocus
  readonly topics = new Map<string, Topic>()

  add(keys: readonly string[], day: number): void {
    this.focus = focusAfter(this.focus, keys, key => this.topics.get(key), day * dayMs)
    for (const key of keys) {
      const known = this.topics.get(key)
      const topic: Topic = known ?? { records: 0, labels: [[key, 1]], terms: [], component: '',
        describedAt: 0,
        isGiven: true, firstAt: day, lastAt: day, waiting: [], traces: [], tracedAt: 0 }
      this.topics.set(key, { ...topic, traces: traced(known?.traces, known?.tracedAt ?? 0, day * dayMs),
        tracedAt: Math.max(known?.tracedAt ?? 0, day * dayMs) })
    }
  }

  first(count: number): string[] {
    return focusOf(this.focus, this.topics).slice(0, count).map(({ key }) => key)
  }
}

t.test('the newest interests come first, and all shares add up to one', async t => {
  const ana = new Stream()
  for (let day = 0; day < 50; day += 1) ana.add(['git'], day)
  for (let day = 400; day < 412; day += 1) ana.add(['chess'], day)
  t.strictSame(ana.first(2), ['chess', 'git'])
  const sum = focusOf(ana.focus, ana.topics).reduce((all, { share }) => all + share, 0)
  t.ok(Math.abs(sum - 1) < 1e-3)
})

t.test('whoever never stays with a topic is foretold to turn to another', async t => {
  const ana = new Stream()
  const order = ['git', 'chess', 'bread']
  for (let day = 0; day < 90; day += 1) ana.add([order[day % 3]], day)
  t.equal(ana.first(1)[0], 'git', 'the one that was longest away')
  const ben = new Stream()
  for (let day = 0; day < 90; day += 1) ben.add([order[Math.floor(day / 10) % 3]], day)
  t.equal(ben.first(1)[0], 'bread', 'the one that was last')
})

t.test('the half-life that foretells tells more', async t => {
  const slow = new Stream()
  const fast = new Stream()
  for (let day = 0; day < 200; day += 1) {
    slow.add([`t${(day * 7) % 5}`], day * 30)
    fast.add([`t${Math.floor(day / 20)}`], day)
  }
  t.ok(slow.focus.weights[3] > fast.focus.weights[3])
  t.ok(fast.focus.weights[0] > slow.focus.weights[0])
})

t.test('F4 a late record is counted where it belongs, and nothing is learnt from it', async t => {
  const inOrder = new Stream()
  inOrder.add(['git'], 0)
  inOrder.add(['chess'], 30)
  const late = new Stream()
  late.add(['chess'], 30)
  late.add(['git'], 0)
  t.strictSame(late.topics.get('git')?.traces, inOrder.topics.get('git')?.traces)
  t.strictSame(late.focus.totals, inOrder.focus.totals)
  t.strictSame([late.focus.weights, late.focus.turns], [newFocus.weights, newFocus.turns])
})

t.test('F2 bounded, whatever the number of topics', async t => {
  const ana = new Stream()
  for (let day = 0; day < 300; day += 1) ana.add([`t${day}`, `u${day}`], day)
  t.equal(ana.focus.recent.length, 24)
})

t.test('F3 of all topics only the recent ones and its own are read', async t => {
  const ana = new Stream()
  for (let day = 0; day < 300; day += 1) ana.add([`t${day}`], day)
  const read = new Set<string>()
  focusAfter(ana.focus, ['t7'], key => {
    read.add(key)
    return ana.topics.get(key)
  }, 300 * dayMs)
  t.strictSame(read, new Set([...ana.focus.recent, 't7']))
})
