// Live feeds: L1..L3, with an outbox in memory that behaves like the log's.
import { Observable } from 'rxjs'
import t from 'tap'
import {
  ManualClock, type Emitted, type FollowEnd, type Followed, type TopologyClient,
} from '../../../engine/index.js'
import { feedFrom, liveFeed, type LiveBlock } from '../../../gateway/live/feed.js'
import { isAtOrAfter } from '../../../gateway/positions.js'

/** An outbox whose readers see entries in order; `fail` breaks every reader once. */
class Outbox implements Pick<TopologyClient, 'follow'> {
  readonly #entries: string[] = []
  #waiters: (() => void)[] = []
  #generation = 0
  readers = 0
  reads = 0

  push(...entries: string[]): void {
    this.#entries.push(...entries)
    this.#wake()
  }

  fail(): void {
    this.#generation += 1
    this.#wake()
  }

  async *follow(
    _partition: number, from: string | undefined, signal: AbortSignal, end: FollowEnd = 'aborted',
  ): AsyncGenerator<Followed> {
    const generation = this.#generation
    this.readers += 1
    this.reads += 1
    const next = this.#entries.findIndex(entry => from !== undefined && !isAtOrAfter(from, entry))
    let at = from === undefined || next === -1 ? this.#entries.length : next
    const [first] = this.#entries
    const isKept = from === undefined || this.#entries.includes(from) || from === '0-0'
    if (!isKept && first !== undefined) yield { gapFrom: from, gapTo: first }
    try {
      while (!signal.aborted) {
        if (generation !== this.#generation) throw new Error('connection lost')
        const entry = this.#entries[at]
        if (entry === undefined && end === 'nothing more') return
        if (entry === undefined) {
          await new Promise<void>(resolve => {
            this.#waiters.push(resolve)
            signal.addEventListener('abort', () => resolve(), { once: true })
          })
          continue
        }
        at += 1
        yield { entry, emitted: [] as Emitted[] }
      }
    } finally {
      this.readers -= 1
    }
  }

  #wake(): void {
    const waiting = this.#waiters
    this.#waiters = []
    for (const resolve of waiting) resolve()
  }
}

const turns = async (): Promise<void> => { for (let i = 0; i < 50; i++) await Promise.resolve() }
const nameOf = (block: LiveBlock): string => ('entry' in block ? block.entry : `gap ${block.gapTo}`)
const ready = (): Promise<void> => Promise.resolve()

t.test('one reader serves all listeners and leaves with the last', async t => {
  const client = new Outbox()
  const feed = liveFeed({ client, clock: new ManualClock(), partition: 0 })
  const seen: string[] = []
  const first = feed.subscribe(block => void seen.push(`1:${nameOf(block)}`))
  const second = feed.subscribe(block => void seen.push(`2:${nameOf(block)}`))
  await turns()
  client.push('1-0')
  await turns()
  t.same(seen, ['1:1-0', '2:1-0'])
  t.equal(client.readers, 1)
  first.unsubscribe()
  second.unsubscribe()
  await turns()
  t.equal(client.readers, 0)
})

t.test('L2 a broken read goes on behind the last entry', async t => {
  const client = new Outbox()
  const clock = new ManualClock()
  const seen: string[] = []
  const reader = liveFeed({ client, clock, partition: 0 }).subscribe(block => void seen.push(nameOf(block)))
  await turns()
  client.push('1-0')
  await turns()
  client.fail()
  client.push('2-0')
  await turns()
  clock.advance(1_000)
  await turns()
  t.same(seen, ['1-0', '2-0'])
  reader.unsubscribe()
})

t.test('L1 history joins the live feed without a gap and without a repeat', async t => {
  const client = new Outbox()
  client.push('1-0', '2-0', '3-0')
  const source = { client, clock: new ManualClock(), partition: 0 }
  const seen: string[] = []
  const live = liveFeed(source)
  const reader = feedFrom(source, live, '1-0', { heldMax: 10, whenReady: ready })
    .subscribe(block => void seen.push(nameOf(block)))
  await turns()
  client.push('4-0', '5-0')
  await turns()
  client.push('6-0')
  await turns()
  t.same(seen, ['2-0', '3-0', '4-0', '5-0', '6-0'])
  t.equal(client.readers, 1, 'the reader of history is gone')
  reader.unsubscribe()
  await turns()
  t.equal(client.readers, 0)
})

t.test('L4 who has read its history asks nothing until the live feed brings something', async t => {
  const client = new Outbox()
  client.push('1-0', '2-0')
  const clock = new ManualClock()
  const source = { client, clock, partition: 0 }
  const live = liveFeed(source)
  const seen: string[] = []
  const readers = ['0-0', '1-0', '2-0'].map(from =>
    feedFrom(source, live, from, { heldMax: 2, whenReady: ready }).subscribe(
      block => void seen.push(`${from}: ${nameOf(block)}`)))
  await turns()
  t.same(seen, ['0-0: 1-0', '1-0: 2-0', '0-0: 2-0'])
  t.equal(client.readers, 1, 'the live feed')
  const { reads } = client
  for (let i = 0; i < 5; i++) {
    clock.advance(1_000)
    await turns()
  }
  t.equal(client.reads, reads)
  client.push('3-0')
  await turns()
  t.same(seen.slice(3).sort(), ['0-0: 3-0', '1-0: 3-0', '2-0: 3-0'])
  client.push('4-0')
  await turns()
  t.equal(seen.length, 9, 'all have joined it')
  t.equal(client.reads, reads + 3)
  for (const reader of readers) reader.unsubscribe()
  await turns()
  t.equal(client.readers, 0)
})

t.test('L4 what the live feed did not bring is found all the same, later', async t => {
  const client = new Outbox()
  const clock = new ManualClock()
  const source = { client, clock, partition: 0 }
  const never = new Observable<LiveBlock>(() => undefined)
  const seen: string[] = []
  const reader = feedFrom(source, never, '0-0', { heldMax: 2, whenReady: ready })
    .subscribe(block => void seen.push(nameOf(block)))
  await turns()
  client.push('1-0')
  await turns()
  t.same(seen, [])
  clock.advance(10_000)
  await turns()
  t.same(seen, ['1-0'])
  reader.unsubscribe()
})

t.test('L1 L3 history waits for its listener, and live blocks beyond the bound are read again', async t => {
  const client = new Outbox()
  client.push('1-0', '2-0')
  const source = { client, clock: new ManualClock(), partition: 0 }
  let open: () => void = () => undefined
  let whenReady = new Promise<void>(resolve => { open = resolve })
  const seen: string[] = []
  const reader = feedFrom(source, liveFeed(source), '1-0', { heldMax: 2, whenReady: () => whenReady })
    .subscribe(block => void seen.push(nameOf(block)))
  await turns()
  for (let i = 3; i <= 9; i++) client.push(`${i}-0`)
  await turns()
  t.same(seen, ['2-0'])
  whenReady = Promise.resolve()
  open()
  await turns()
  t.same(seen, ['2-0', '3-0', '4-0', '5-0', '6-0', '7-0', '8-0', '9-0'])
  reader.unsubscribe()
})

t.test('L1 a position inside an entry brings the entry again, and a gap only when it is gone', async t => {
  const read = async (from: string): Promise<string[]> => {
    const client = new Outbox()
    client.push('5-0', '5-1', '6-0')
    const source = { client, clock: new ManualClock(), partition: 0 }
    const seen: string[] = []
    const reader = feedFrom(source, liveFeed(source), from, { heldMax: 2, whenReady: ready })
      .subscribe(block => void seen.push(nameOf(block)))
    await turns()
    reader.unsubscribe()
    return seen
  }
  t.same(await read('5-0:3'), ['5-0', '5-1', '6-0'])
  t.same(await read('5-1:0'), ['5-1', '6-0'])
  t.same(await read('5-1'), ['6-0'])
  t.same(await read('4-7:1'), ['gap 5-0', '5-0', '5-1', '6-0'])
})

t.test('a listener that left hears nothing more', async t => {
  const client = new Outbox()
  const source = { client, clock: new ManualClock(), partition: 0 }
  const never = new Observable<LiveBlock>(() => undefined)
  const seen: string[] = []
  client.push('1-0')
  const reader = feedFrom(source, never, '0-0', { heldMax: 2, whenReady: ready }).subscribe(
    block => void seen.push(nameOf(block))
  )
  reader.unsubscribe()
  await turns()
  t.same(seen, [])
})
