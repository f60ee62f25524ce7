/**
 * Operators behind each other, each step in another partition: the hot items of Nexmark (q5) and the mean
 * winning bid per category (q4), whatever the order of relayed messages. D1: nothing is late on the way.
 * And windows in processing time, which need no event time at all.
 */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import {
  count, hopping, mean, output, rekey, running, session, testDriver, top, topic, tumbling, type DeadLetter,
  type Pane, type Topology, type Update,
} from '../../../engine/index.js'
import { endRecords } from '../../../engine/topology/end-input.js'
import { Interleaved } from '../topology/interleaved.js'

interface Bid {
  readonly bidder: string
  readonly auction: string
  readonly price: number
}

interface Hot {
  readonly auction: string
  readonly bids: number
}

const dead = output<DeadLetter>('dead')
const hottest = output<Pane<readonly Hot[]>>('hottest')
const categories = output<Update<number | null>>('categories')
const partitions = 3

const perWindow = tumbling({
  type: 'per-window', sizeMs: 1_000, to: hottest,
  aggregate: top<Hot>(1, (a, b) => b.bids - a.bids || (a.auction < b.auction ? -1 : 1)),
})
const perCategory = running({ type: 'per-category', aggregate: mean<number>(price => price), to: categories })
const perAuction = hopping({
  type: 'per-auction', sizeMs: 4_000, everyMs: 1_000, aggregate: count<Bid>(),
  to: rekey<Pane<number>>({ actor: perWindow, key: ({ end }) => `until ${end}`,
    body: ({ key, result }) => ({ auction: key, bids: result }) }),
})
const winning = tumbling({
  type: 'winning', sizeMs: 60_000, aggregate: top<Bid>(1, (a, b) => b.price - a.price),
  to: rekey<Pane<readonly Bid[]>>({ actor: perCategory, key: ({ key }) => `category ${key.at(-1)}`,
    body: ({ result }) => result[0].price }),
})

const topology: Topology = {
  name: 'chain', version: 1, source: topic<Bid>('bids', { partitions }), stages: [],
  target: { actor: perAuction, message: 'add', key: ({ auction }: Bid) => auction },
  routes: [{ actor: winning, message: 'add', key: ({ auction }: Bid) => auction }],
  actors: [perAuction, perWindow, winning, perCategory], sinks: [], views: [], relays: true,
  eventTime: { outOfOrderMs: 500, idleMs: 1e9, markMs: 100 }, deadLetters: dead,
}

t.test('hot items and winning bids equal what all bids together say', async t => {
  const auctions = ['auction 0', 'auction 1', 'auction 2', 'auction 3', 'auction 10']
  await fc.assert(fc.asyncProperty(fc.array(fc.record({
    bidder: fc.constantFrom('ada', 'bob', 'cyd', 'dan'), auction: fc.constantFrom(...auctions),
    price: fc.integer({ min: 1, max: 1e6 }), after: fc.nat({ max: 400 }), behind: fc.nat({ max: 500 }),
  }), { minLength: 1, maxLength: 60, size: 'max' }), fc.nat({ max: 1e6 }), async (steps, seed) => {
    let now = 1_000_000
    let drawn = seed
    const bids = steps.map(({ after, behind, ...value }) =>
      ({ key: value.bidder, eventTime: (now += after) - behind, value }))
    const flow = new Interleaved(topology, partitions,
      below => (drawn = (drawn * 48_271 + 11) % 2_147_483_647) % below)
    await flow.run([...bids, ...endRecords(partitions)])
    assert.deepEqual(flow.emitted.filter(({ output: name }) => name === dead.output), [])

    const hot = new Map<number, Map<string, number>>()
    for (const { eventTime, value: { auction } } of bids) {
      const last = Math.floor(eventTime / 1_000) * 1_000
      for (let end = last + 1_000; end <= last + 4_000; end += 1_000) {
        const counts = hot.get(end) ?? new Map<string, number>()
        hot.set(end, counts.set(auction, (counts.get(auction) ?? 0) + 1))
      }
    }
    const expected = [...hot].map(([end, counts]) => {
      const [[auction, most]] = [...counts].sort(([x, a], [y, b]) => b - a || (x < y ? -1 : 1))
      return `until ${end}: ${auction} ${most}`
    })
    const found = flow.emitted.filter(({ output: name }) => name === hottest.output)
      .map(({ value }) => value as Pane<readonly Hot[]>)
    assert.deepEqual(found.map(({ key, result: [one] }) => `${key}: ${one.auction} ${one.bids}`).sort(),
      expected.sort())

    const best = new Map<string, number>()
    for (const { eventTime, value: { auction, price } } of bids) {
      const name = `${auction.at(-1)} ${auction} ${Math.floor(eventTime / 60_000)}`
      best.set(name, Math.max(best.get(name) ?? 0, price))
    }
    for (const category of ['0', '1', '2', '3']) {
      const prices = [...best].filter(([name]) => name[0] === category).map(([, price]) => price)
      const told = flow.emitted.filter(({ output: name }) => name === categories.output)
        .map(({ value }) => value as Update<number>).filter(({ key }) => key === `category ${category}`)
      assert.equal(told.length, prices.length)
      if (prices.length > 0) {
        assert.equal(told.at(-1)!.result, prices.reduce((sum, price) => sum + price, 0) / prices.length)
      }
    }
  }), { seed: 4, numRuns: 60 })
  t.pass('60 runs')
})

t.test('windows in processing time close with the log\'s time, in a topology without event time', async t => {
  const panes = output<Pane<number>>('panes')
  const shared = { time: 'processing', aggregate: count(), to: panes } as const
  const counts = tumbling({ type: 'counts', sizeMs: 1_000, ...shared })
  const visits = session({ type: 'visits', gapMs: 500, ...shared })
  for (const [operator, expected] of [
    [counts, [[0, 1_000, 2], [1_000, 2_000, 1]]], [visits, [[100, 1_000, 2], [1_000, 1_500, 1]]],
  ] as const) {
    const driver = await testDriver({ ...topology, eventTime: undefined, actors: [operator], routes: [],
      target: { actor: operator, message: 'add' } }, { startMs: 100 })
    await driver.push('ada', 1, 77)
    await driver.advance(400)
    await driver.push('ada', 2, 5)
    await driver.crash()
    await driver.advance(500)
    await driver.push('ada', 3, 6)
    t.equal(driver.emitted(panes).length, 0, 'the first window is due at this instant: not yet')
    await driver.advance(2_000)
    t.strictSame(driver.emitted(panes).map(({ start, end, result }) => [start, end, result]), expected)
    t.strictSame(driver.emitted(dead), [])
    t.equal(driver.dump().size, 0, 'nothing is kept')
  }
})
