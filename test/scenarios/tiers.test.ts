/**
 * Tiers, lifetimes and the weekly report on the whole system, as an operator meets them: by commands and over
 * HTTP, with a system started by `hinata up`, stopped, and started again.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { sampleRecords } from '../../deploy/tour/sample.js'
import { HinataFolder, type RunningHinata } from '../support/hinata-process.js'
import { until } from '../support/until.js'

t.setTimeout(400_000)

const folder = await mkdtemp(join(tmpdir(), 'hinata-tiers-'))
const hinata = new HinataFolder(join(folder, 'data'))
const sample = sampleRecords(3, Date.now())
const [person] = sample.map(({ userId }) => userId)
let system: RunningHinata

t.before(async () => {
  const file = join(folder, 'sample.jsonl')
  await writeFile(file, sample.map(({ userId, record }) =>
    JSON.stringify({ user_id: userId, ...record })).join('\n'))
  system = await hinata.up()
  const { code, out, err } = await hinata.run('import', file)
  if (code !== 0) throw new Error(err)
  t.match(out, /accepted \d+, duplicates 0, rejected 0/)
  await until('all rows are there', async () => Number(
    await system.query('SELECT count() FROM records SETTINGS final = 0')) === sample.length)
})
t.after(async () => {
  hinata.end()
  await rm(folder, { recursive: true, force: true })
})

async function told(...args: string[]): Promise<unknown> {
  const { code, out, err } = await hinata.run(...args, '--json')
  if (code !== 0) throw new Error(`hinata ${args.join(' ')}: ${err}`)
  return JSON.parse(out)
}

interface Found { readonly results: { hinata_id: string, content_summary: string, metadata: object }[] }

/** What a search says of the first person's records, but for what the hour changes. */
async function found(): Promise<unknown> {
  const { results } = await until('search answers', async () => {
    const answer = await system.ask('/api/hinata/search', { user_id: person, query_text: 'I want to learn',
      limit: 50, min_relevance_score: 0 }) as Found
    return Array.isArray(answer.results) ? answer : undefined
  })
  return results.map(({ hinata_id, content_summary, metadata }) => [hinata_id, content_summary, metadata])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
}

t.test('content leaves Redis by command, and everybody finds it still, also after a restart', async t => {
  const before = await found()
  const first = sample.filter(({ userId }) => userId === person).map(({ record }) => record)
  const done = await told('tiers', 'cool', '--days', '0') as { persons: number, records: number }
  t.ok(done.records > sample.length / 2 && done.persons > 1, JSON.stringify(done))
  await system.stop()
  system = await hinata.up()
  t.same(await found(), before)
  for (const { id, highlight, note } of first.slice(0, 5)) {
    t.match(await system.ask(`/api/hinata/${encodeURIComponent(id)}?user_id=${person}`),
      { id, highlight, note })
  }
  t.equal((await hinata.run('verify', '--deep')).code, 0)
  t.equal((await hinata.run('tiers', 'heat')).code, 2, 'of whom?')
  t.match(await told('tiers', 'heat', '--user', person), { persons: 1, missing: 0 })
  t.same(await found(), before)
})

t.test('rows are let go of when their month is old, but not while content is in them alone', async t => {
  const config = join(folder, 'keep.yaml')
  await writeFile(config, 'storage:\n  keep_records_days: 30\n')
  await system.query(`INSERT INTO records (user_id, id, revision, sequence, accepted_at, storage_tier)
    VALUES ('late', 'x', 1, 1, '2020-01-15 00:00:00', 'warm')`)
  const refused = await hinata.run('tiers', 'expire', '--config', config)
  t.equal(refused.code, 1)
  t.match(refused.err, /TIERS_COOLED|heat --all/)
  t.equal((await hinata.run('tiers', 'cool', '--config', config)).code, 1)
  t.match(await told('tiers', 'heat', '--all'), { missing: 0 })
  t.match(await told('tiers', 'expire', '--config', config), [{ table: 'records', rows: 1 }])
  t.equal(await system.query('SELECT count() FROM records_all WHERE user_id = \'late\''), '0')
  t.equal(Number(await system.query('SELECT count() FROM records_all')), sample.length)
  t.same(await told('tiers', 'expire', '--config', config), [], 'and nothing more')
})

t.test('the weekly report, by command and over HTTP', async t => {
  const today = new Date().toISOString().slice(0, 10)
  const persons = new Set(sample.map(({ userId }) => userId)).size
  const report = await told('report', 'weekly', '--week', today) as { totals: object, apps: unknown[] }
  t.match(report.totals, { records: sample.length, persons })
  const { out } = await hinata.run('report', 'weekly', '--week', today)
  t.match(out, new RegExp(`^# [^]*${sample.length}`))
  t.match((await hinata.run('report', 'weekly', '--html', '--week', today)).out, /<svg/)
  t.same(await system.ask(`/api/reports/weekly?week=${today}`), report)
  t.equal((await hinata.run('report', 'daily')).code, 2)
  t.equal(await system.stop(), 0)
})
