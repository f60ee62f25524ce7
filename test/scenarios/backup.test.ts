/**
 * Backup and restore as an operator does it, in processes: made under load, the machine wiped, restored,
 * verified to the byte, and going on. A flipped byte is found, and nothing is restored from it.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { sampleRecords } from '../../deploy/tour/sample.js'
import { readBackup, verifyBackup } from '../../storage/index.js'
import { HinataFolder, type RunningHinata } from '../support/hinata-process.js'
import { until } from '../support/until.js'

t.setTimeout(580_000)

const folder = await mkdtemp(join(tmpdir(), 'hinata-backup-'))
const backups = join(folder, 'backups')
const flags = ['--backup-dir', backups]
const old = new HinataFolder(join(folder, 'old'), flags)
const next = new HinataFolder(join(folder, 'new'), flags)
t.teardown(async () => {
  old.end()
  next.end()
  await rm(folder, { recursive: true, force: true })
})

const sample = sampleRecords(3, Date.UTC(2026, 9, 1)).slice(0, 120)
const persons = [...new Set(sample.map(({ userId }) => userId))]

/** A file of the sample's records; in a later round they are of other persons, and have other ids. */
async function fileOf(round: number): Promise<string> {
  const lines = sample.map(({ userId, record }, i) => JSON.stringify({ ...record, id: `${record.id}-${round}`,
    user_id: round === 1 ? userId : `${userId}-${i % 7}` }))
  const path = join(folder, `round-${round}.jsonl`)
  await writeFile(path, `${lines.join('\n')}\n`)
  return path
}

async function promptsOf(system: RunningHinata): Promise<unknown[]> {
  return Promise.all(persons.map(async user_id => {
    const { personalized_prompt } = await system.ask('/api/enhancement/personalized',
      { user_id, question: 'What should I do on Sunday?' }) as { personalized_prompt: string }
    return personalized_prompt
  }))
}

const contents = `SELECT concat(user_id, ' ', id, ' ', toString(revision)), toString(cityHash64(sequence,
  position, accepted_at, highlight, note, enhanced_tags, quality_score, attention_weight, priority_score,
  cluster_id)) FROM records ORDER BY 1 SETTINGS final = 0`

async function rowsOf(system: RunningHinata): Promise<Map<string, string>> {
  const lines = (await system.query(contents)).split('\n')
  return new Map(lines.map(line => line.split('\t') as [string, string]))
}

let originals = new Map<string, string>()
let prompts: unknown[] = []
let apps = ''

t.test('made while records come in', async t => {
  const system = await old.up()
  t.match((await old.run('import', await fileOf(1))).out, /^accepted 120/)
  const made = await system.ask('/api/apps/register', { app_name: 'kept', app_version: '1', developer: 'd',
    description: 'An app', requested_permissions: ['hinata_query'] }) as { api_key: string }
  apps = made.api_key
  t.equal((await old.run('analysts', 'add', 'ada')).code, 0)
  await until('rows', async () => (await system.query('SELECT count() FROM records')) === '120')
  const status = JSON.parse((await old.run('status', '--json')).out) as { pipelines: object[] }
  t.match(status.pipelines, [{ freshness: { rows: 120, target_ms: 10_000 } }], 'rows are counted by age')
  prompts = await promptsOf(system)
  t.ok(prompts.every(prompt => typeof prompt === 'string' && prompt.length > 100), String(prompts[0]))

  const importing = old.run('import', await fileOf(2), await fileOf(3), await fileOf(4))
  const created = await old.run('backup', 'create', 'noon', '--json')
  t.equal(created.code, 0, created.err)
  t.comment(created.out.trim())
  t.equal((await importing).code, 0)
  t.equal((await old.run('backup', 'create', 'noon')).code, 1, 'not twice')
  t.equal((await old.run('backup', 'restore', 'noon')).code, 1, 'not while it runs')
  await until('rows', async () => (await system.query('SELECT count() FROM records')) === '480')
  originals = await rowsOf(system)
  t.equal(await system.stop(), 0)
  await rm(old.dataDir, { recursive: true })
})

t.test('a flipped byte is found, and nothing is restored from it', async t => {
  const { files } = readBackup(backups, 'noon')
  const kinds = ['state/p0000', 'rows/', 'log/shared', 'files/']
  for (const [i, kind] of kinds.entries()) {
    const { path, bytes } = files.find(file => file.path.startsWith(kind))!
    const file = join(backups, 'noon', path)
    const content = await readFile(file)
    content[bytes >> 1] ^= 1
    await writeFile(file, content)
    t.same(await verifyBackup(backups, 'noon'), [{ file: path, reason: 'its checksum differs' }])
    if (i === 0) {
      const verified = await next.run('backup', 'verify', 'noon')
      t.equal(verified.code, 1)
      t.match(verified.out, `${path}: its checksum differs`)
      const refused = await next.run('backup', 'restore', 'noon')
      t.equal(refused.code, 1)
      t.match(refused.err, `File ${path} of the backup is not what was written`)
    }
    content[bytes >> 1] ^= 1
    await writeFile(file, content)
  }
  t.same(await verifyBackup(backups, 'noon'), [])
})

t.test('restored on an empty machine, it is the same and goes on', async t => {
  const restored = await next.run('backup', 'restore', 'noon', '--json')
  t.equal(restored.code, 0, restored.err)
  t.comment(restored.out.trim())
  const again = await next.run('backup', 'restore', 'noon')
  t.match(again.err, /holds data already/, 'what is there is not thrown away')
  t.equal((await next.run('backup', 'restore', 'noon', '--replace')).code, 0)
  const { records } = readBackup(backups, 'noon')

  const system = await next.up()
  await until('everything is folded and inserted', async () =>
    (await system.query('SELECT count() FROM records SETTINGS final = 0')) === String(records))
  const verified = await next.run('verify', '--deep')
  t.equal(verified.code, 0, verified.out)
  t.match(verified.out, `${records} records in 16 partitions`)
  const rows = await rowsOf(system)
  t.equal(rows.size, records)
  t.strictSame([...rows].filter(([row, hash]) => originals.get(row) !== hash), [], 'the same rows')
  t.strictSame(await promptsOf(system), prompts, 'the same prompts')
  const search = await fetch(`${system.gateway}/api/hinata/search`, { method: 'POST', body: JSON.stringify({
    user_id: persons[0], query_text: 'running' }), headers: { authorization: `Bearer ${apps}`,
    'content-type': 'application/json' } })
  t.equal(search.status, 200, 'apps have their keys')
  t.match((await next.run('analysts', 'list')).out, /ada/)

  const files = ['round-1.jsonl', 'round-4.jsonl'].map(file => join(folder, file))
  t.match((await next.run('import', ...files, await fileOf(5))).out, /duplicates (?:1[2-9]|2[0-4])\d,/,
    'ids are known, what came later comes again')
  await until('all rows', async () => (await system.query('SELECT count(), uniqExact(user_id, id, revision), '
    + 'countIf(endsWith(id, \'-5\')) FROM records SETTINGS final = 0')).endsWith('\t120'))
  t.equal((await next.run('verify')).code, 0)
  t.equal((await next.run('backup', 'create', 'later')).code, 0)
  t.equal(await system.stop(), 0)
  t.equal((await next.run('backup', 'prune', '--keep', '1')).out, 'Removed noon.\n')
  t.equal((await next.run('backup', 'prune', '--keep', '0')).code, 2)
  t.match((await next.run('backup', 'list')).out, /^later {2}/)
})
