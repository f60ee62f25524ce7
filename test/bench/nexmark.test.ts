/**
 * Every Nexmark query in memory equals SQL over the same events, out of order and late, at two seeds; and the
 * generator is what it says.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { testDriver } from '../../engine/index.js'
import { Collector } from '../../bench/nexmark/collector.js'
import type { Bid, NexmarkEvent } from '../../bench/nexmark/events.js'
import { firstAt, NexmarkGenerator, sideInput } from '../../bench/nexmark/generator.js'
import { lateMsMax, outOfOrderMs, partitions } from '../../bench/nexmark/limits.js'
import { Oracle } from '../../bench/nexmark/oracle.js'
import { nexmarkPage } from '../../bench/nexmark/page.js'
import type { NexmarkReport } from '../../bench/nexmark/report.js'
import { rxQueries } from '../../bench/nexmark/rxjs/queries.js'
import { toldBy } from '../../bench/nexmark/rxjs/told.js'
import { projectRoot } from '../tidy/sources.js'
import { queries } from '../../bench/nexmark/queries/index.js'
import {
  dead, keyings, late, results, topologyOf, type Keying, type Query, type Row,
} from '../../bench/nexmark/query.js'

const events = 6_000
const recordsPerBlock = 100
const blockMs = 900

const generatorOf = (seed: number): NexmarkGenerator => new NexmarkGenerator(
  { seed, events, eventsPerSecond: 100, spreadMs: outOfOrderMs, lateShare: 0.01, lateMs: lateMsMax })

/** When the driver's log accepts event i: its clock moves after each block. */
const acceptedAt = (i: number): number => firstAt + Math.floor(i / recordsPerBlock) * blockMs

async function run(query: Query, arrived: readonly NexmarkEvent[]): Promise<Collector> {
  const driver = await testDriver(topologyOf(query, { name: 'events', partitions }),
    { partitions, startMs: firstAt })
  const key: (typeof keyings)[Keying] = keyings[query.keying]
  const records = (some: readonly (NexmarkEvent | ReturnType<typeof sideInput>[number])[]) =>
    some.map(event => ({ key: key(event), value: event, eventTime: event.dateTime }))
  if (query.hasSide) await driver.pushBlock(records(sideInput()))
  for (let from = 0; from < arrived.length; from += recordsPerBlock) {
    await driver.pushBlock(records(arrived.slice(from, from + recordsPerBlock)))
    await driver.advance(blockMs)
  }
  await driver.endInput()
  await driver.advance(query.processingWindowMs ?? 0)
  return collected(query, driver)
}

/** What the driver's outputs come to. */
function collected(query: Query, driver: Awaited<ReturnType<typeof testDriver>>): Collector {
  const collector = new Collector(query)
  for (const name of [results, late, dead]) {
    collector.take(driver.emitted<unknown>(name).map(value => ({ output: name.output, key: '', value })))
  }
  return collector
}

/** What RxJS says in memory is held to the same SQL. */
async function compareRxjs(t: Test, query: Query, arrived: readonly NexmarkEvent[]): Promise<void> {
  if (!(query.name in rxQueries)) return
  const told = toldBy(query.name, arrived)
  for (const [what, rows, sql] of [['rows', told.rows, query.sql],
    ['late ones', told.lateRows, query.lateSql ?? 'SELECT 1 WHERE 0']] as const) {
    const { rows: found, expected, missing, surplus } = await oracle.compare(linesOf(rows), sql)
    t.strictSame({ found, missing, surplus }, { found: expected, missing: [], surplus: [] },
      `${query.name} of RxJS, ${what}: ${expected}`)
  }
}

const linesOf = (rows: readonly Row[]): string[] => rows.map(row => JSON.stringify(row))

const dataDir = mkdtempSync(join(tmpdir(), 'hinata-nexmark-'))
const oracle = await Oracle.start(dataDir)
t.teardown(async () => {
  await oracle.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

for (const seed of [1, 20_261_121]) {
  const generator = generatorOf(seed)
  const arrived = generator.arrivals().map(n => generator.event(n))
  t.test(`seed ${seed}`, async t => {
    await oracle.load(arrived, partitions)
    await oracle.loadAccepted(arrived.map((_, i) => acceptedAt(i)))
    for (const query of queries) {
      const found = await run(query, arrived)
      t.strictSame(found.dead, [], `${query.name}: nothing failed`)
      const { rows, expected, missing, surplus } = await oracle.compare(linesOf(found.rows), query.sql)
      t.strictSame({ rows, missing, surplus }, { rows: expected, missing: [], surplus: [] },
        `${query.name}: ${expected} rows`)
      t.ok(expected > 0, `${query.name} has a result`)
      await compareRxjs(t, query, arrived)
      const lateOnes = await oracle.compare(linesOf(found.lateRows),
        query.lateSql ?? 'SELECT 1 WHERE 0')
      t.strictSame([lateOnes.rows, lateOnes.missing, lateOnes.surplus], [lateOnes.expected, [], []],
        `${query.name}: ${lateOnes.expected} late`)
    }
  })
}

t.test('the generator', async t => {
  const generator = generatorOf(5)
  const all = Array.from({ length: events }, (_, n) => generator.event(n))
  const ofKind = (kind: string): NexmarkEvent[] => all.filter(event => event.kind === kind)
  t.same(['person', 'auction', 'bid'].map(kind => ofKind(kind).length), [120, 360, 5_520], '1:3:46')
  t.strictSame(generatorOf(5).event(4_321), all[4_321], 'an event is a function of seed and number')
  t.notSame(generatorOf(6).event(4_321), all[4_321])
  const ids = ofKind('auction').map(event => (event as { id: number }).id)
  t.same(ids, ids.map((_, i) => 1_000 + i), 'ids are consecutive')
  const bids = ofKind('bid') as Bid[]
  const share = (some: readonly unknown[]): number => some.length / bids.length
  t.ok(Math.abs(share(bids.filter(({ auction }) => auction % 100 === 0)) - 0.5) < 0.03, 'hot auctions')
  t.ok(Math.abs(share(bids.filter(({ bidder }) => bidder % 100 === 1)) - 0.75) < 0.05, 'hot bidders')
  const order = generator.arrivals()
  t.same([...order].sort((a, b) => a - b), all.map((_, n) => n), 'every event arrives once')
  let greatest = -Infinity
  let late = 0
  for (const n of order) {
    if (all[n].dateTime < greatest - outOfOrderMs) late++
    greatest = Math.max(greatest, all[n].dateTime)
  }
  t.ok(late > 20 && late < events * 0.01, `${late} events are behind the bound`)
})

t.test('the page is generated from the results', async t => {
  const root = projectRoot(import.meta.dirname)
  const report = JSON.parse(readFileSync(join(root, 'bench/results/nexmark.json'), 'utf8')) as NexmarkReport
  const inMemory = join(root, 'bench/results/nexmark-rxjs.json')
  const page = nexmarkPage(report, existsSync(inMemory)
    ? JSON.parse(readFileSync(inMemory, 'utf8')) as NexmarkReport : undefined)
  t.equal(readFileSync(join(root, 'docs/BENCHMARKS-NEXMARK.md'), 'utf8'), page)
})
