// Values in the order of their feed, whether they are known at once or later.
import { Subject } from 'rxjs'
import t from 'tap'
import { inOrder } from '../../../gateway/live/in-order.js'

type Made = readonly string[] | Promise<readonly string[]>

function listening(make: (value: string) => Made): { feed: Subject<string>, told: string[], end(): void } {
  const feed = new Subject<string>()
  const told: string[] = []
  const reader = inOrder(feed, make).subscribe({
    next: one => void told.push(one), error: thrown => void told.push(`error ${String(thrown)}`),
  })
  return { feed, told, end: () => reader.unsubscribe() }
}

const turns = async (): Promise<void> => { for (let i = 0; i < 20; i++) await Promise.resolve() }

t.test('what is known at once is told at once, each of several', async t => {
  const { feed, told } = listening(value => [value, `${value}!`])
  feed.next('a')
  t.same(told, ['a', 'a!'])
})

t.test('what is known later holds up what comes behind it, and no longer', async t => {
  let answer: (made: readonly string[]) => void = () => undefined
  const slow = new Promise<readonly string[]>(resolve => { answer = resolve })
  const { feed, told } = listening(value => (value === 'slow' ? slow : [value]))
  for (const value of ['a', 'slow', 'b', 'c']) feed.next(value)
  await turns()
  t.same(told, ['a'])
  answer(['slow'])
  await turns()
  t.same(told, ['a', 'slow', 'b', 'c'])
  feed.next('d')
  t.same(told, ['a', 'slow', 'b', 'c', 'd'], 'at once again')
})

t.test('what fails ends it, at once or later; nobody who left is told', async t => {
  const now = listening(() => { throw new TypeError('now') })
  now.feed.next('a')
  now.feed.next('b')
  t.same(now.told, ['error TypeError: now'])
  const later = listening(value => (value === 'a' ? Promise.reject(new TypeError('later')) : ['b']))
  later.feed.next('a')
  later.feed.next('b')
  await turns()
  t.same(later.told, ['error TypeError: later'])
  const left = listening(value => Promise.resolve([value]))
  left.feed.next('a')
  left.end()
  await turns()
  t.same(left.told, [])
})
