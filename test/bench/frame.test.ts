/** What every benchmark relies on: rounds, the workload's file, the open loop, and the page. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { median, rounded, runBenchmark, type Benchmark, type Side } from '../../bench/benchmark.js'
import { HttpConnection } from '../../bench/http-connection.js'
import { Load } from '../../bench/ingest/load.js'
import { readKeys, writeKeys } from '../../bench/keyed-counter/workload.js'
import { paced } from '../../bench/latency.js'
import { nexmarkPage } from '../../bench/nexmark/page.js'
import type { NexmarkReport } from '../../bench/nexmark/report.js'
import { benchmarksPage } from '../../bench/page.js'
import { projectRoot } from '../tidy/sources.js'

const benchmark: Benchmark = {
  name: 'sample', title: 'P0 · A sample', question: 'Which side?', workload: 'none', durability: 'none',
  lowerBound: 'none', notMeasured: 'anything', seed: 1, figures: [{ name: 'rate', unit: 'records/s' }],
  baseline: 'one', chart: 'bars', rounds: 2, hasWarmUp: true, sides: [],
}

function sideOf(name: string, runs: string[], rates: readonly number[]): Side {
  return { name, description: `the side ${name}`, async run({ number, share }) {
    runs.push(`${number} ${name} ${share}`)
    return { rate: rates[number] }
  } }
}

t.test('all sides are warmed up, then run in turn', async t => {
  const runs: string[] = []
  const sides = [sideOf('one', runs, [1, 100, 300]), sideOf('two', runs, [1, 10, 20])]
  const report = await runBenchmark({ ...benchmark, sides }, { rounds: 2, share: 0.5 }, () => undefined)
  t.strictSame(runs, ['0 one 0.1', '0 two 0.1', '1 one 0.5', '1 two 0.5', '2 one 0.5', '2 two 0.5'])
  t.strictSame(report.sides.map(({ values }) => values.rate), [[100, 300], [10, 20]], 'without the warm-up')
})

t.test('B1 a side that fails once has no figures and is named; what sides share is ended', async t => {
  let ended = 0
  const lossy: Side = { name: 'lossy', description: '', async run({ number }) {
    if (number === 2) throw new Error('lossy failed', { cause: new Error('99 of 100') })
    return { rate: 1 }
  } }
  const sides = [lossy, sideOf('one', [], [0, 5, 6, 7])]
  const report = await runBenchmark({ ...benchmark, sides, finish: async () => { ended++ } },
    { rounds: 3, share: 1 }, () => undefined)
  t.strictSame(report.absent, [{ name: 'lossy', reason: 'it failed: lossy failed: 99 of 100' }])
  t.strictSame(report.sides.map(({ name, values }) => [name, values.rate]), [['one', [5, 6, 7]]])
  t.equal(ended, 1)
})

t.test('B3 a run that does not end fails, and the others are measured', async t => {
  const endless: Side = { name: 'endless', description: '', run: () => new Promise(() => undefined) }
  const sides = [endless, sideOf('one', [], [0, 5, 6])]
  const report = await runBenchmark({ ...benchmark, sides }, { rounds: 2, share: 1, runMsMax: 20 },
    () => undefined)
  t.strictSame(report.absent, [{ name: 'endless', reason: 'it failed: it took longer than 0.02 s' }])
  t.strictSame(report.sides.map(({ name, values }) => [name, values.rate]), [['one', [5, 6]]])
})

t.test('B2 a side that cannot run here is named, the others are measured', async t => {
  const absent: Side = { ...sideOf('absent', [], []), prepare: () => { throw new Error('no such program') } }
  const sides = [absent, sideOf('one', [], [1, 2])]
  const report = await runBenchmark({ ...benchmark, sides }, { rounds: 1, share: 1 }, () => undefined)
  t.strictSame(report.absent, [{ name: 'absent', reason: 'no such program' }])
  t.strictSame(report.sides.map(({ name }) => name), ['one'])
})

t.test('figures', async t => {
  t.equal(median([3, 1, 2]), 2)
  t.equal(median([4, 1, 2, 3]), 2.5)
  t.strictSame([123_456.7, 12.3456, 0.012_345].map(rounded), [123_457, 12.3, 0.0123])
})

t.test('the keys of a seed are the same bytes, unevenly used', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'hinata-test-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const [one, two] = [join(folder, 'one'), join(folder, 'two')]
  for (const file of [one, two]) writeKeys(file, { records: 5_000, keys: 100, skew: 1, seed: 7 })
  t.ok(readFileSync(one).equals(readFileSync(two)))
  const keys = readKeys(one, 5_000)
  const first = keys.filter(key => key === 'key-0').length
  const tenth = keys.filter(key => key === 'key-9').length
  t.ok(first > 5 * tenth, `the most frequent key has ${first}, the tenth ${tenth}`)
  t.ok(tenth > 0)
  t.throws(() => readKeys(one, 5_001), 'a file that is too short is refused')
})

t.test('an open loop names the intended times, whenever it gets to send', async t => {
  const due: number[] = []
  await paced(50, 1_000, (_, dueAt) => { due.push(dueAt) })
  t.equal(due.length, 50)
  t.ok(due.every((at, n) => Math.abs(at - due[0] - n) < 1e-6), 'a millisecond apart')
})

t.test('a load keeps to the windows and sends each message once', async t => {
  const sent: number[] = []
  let [open, most] = [0, 0]
  const lane = { window: 3, close: () => undefined, async send(n: number) {
    sent.push(n)
    most = Math.max(most, ++open)
    await new Promise(resolve => setImmediate(resolve))
    open--
  } }
  const load = new Load([lane])
  const { acknowledged } = await load.paced(0.05, 2_000)
  t.equal(acknowledged, 100)
  t.strictSame(sent, Array.from({ length: 100 }, (_, n) => n))
  t.ok(most <= 3, `at most ${most} at once`)
})

t.test('a load in which a message is refused fails', async t => {
  const lane = { window: 1, close: () => undefined, send: () => Promise.reject(new Error('refused')) }
  await t.rejects(new Load([lane]).paced(0.01, 500), { message: 'refused' })
})

t.test('the HTTP connection reads answers of known length, in chunks, and of none', async t => {
  const long = 'ä'.repeat(50_000)
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => { body += String(chunk) })
    request.on('end', () => {
      if (request.url === '/length') response.setHeader('Content-Length', Buffer.byteLength(body)).end(body)
      else if (request.url === '/none') response.writeHead(204).end()
      else {
        response.write(long)
        response.end(body)
      }
    })
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  const connection = new HttpConnection(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  t.teardown(() => { connection.close(); server.close() })
  t.strictSame(await connection.request('POST', '/length', '{"a":"ü"}'), { status: 200, body: '{"a":"ü"}' })
  t.equal((await connection.request('POST', '/chunks', 'end')).body, `${long}end`)
  t.equal((await connection.request('GET', '/none')).status, 204)
  t.equal((await connection.request('POST', '/length', 'again')).body, 'again')
})

t.test('the page of Nexmark has RxJS beside the same queries, when it was run', async t => {
  const file = join(projectRoot(import.meta.dirname), 'bench/results/nexmark.json')
  const report = JSON.parse(readFileSync(file, 'utf8')) as NexmarkReport
  t.notMatch(nexmarkPage(report), 'RxJS')
  const q0 = { ...report, queries: report.queries.filter(({ name }) => name === 'q0') }
  t.match(nexmarkPage(report, q0), /\n\| q0 \| ([\d,]+) \| \1 \| 1\.0× \| \d of \d seeds \|\n\n/)
})

t.test('the page has medians, ranges, ratios, and who is absent', async t => {
  const sides = [sideOf('one', [], [0, 1_000, 3_000, 2_000]), sideOf('two', [], [0, 40, 10, 20])]
  const absent: Side = { ...sideOf('three', [], []), prepare: () => { throw new Error('no such program') } }
  const report = await runBenchmark({ ...benchmark, sides: [...sides, absent] }, { rounds: 3, share: 1 },
    () => undefined)
  const { text, pictures } = benchmarksPage([report], undefined, 'pictures')
  t.match(text, '| one | 2,000<br>1,000–3,000 | 1× |')
  t.match(text, '| two | 20<br>10–40 | 100× |')
  t.match(text, '- **three** is not in this run: no such program')
  t.match(text, '3 rounds.', 'a full run')
  t.match(text, '![P0 · A sample](pictures/bench-sample.svg)')
  t.match(pictures.get('bench-sample.svg'), /^<svg/)
})
