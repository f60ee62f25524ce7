/**
 * A backup that is older than an erasure, restored on an empty machine: who was erased since is in no state,
 * no log, no row, no answer and, once it has started, in no file; of whom one record was forgotten, the
 * others are there; everybody else is whole (storage/backup, B7 to B10).
 */
import { readdirSync, readFileSync, renameSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { get, post, recordOf } from '../gateway/system.js'
import { HinataFolder, type RunningHinata } from '../support/hinata-process.js'
import { isOf } from '../support/row-names.js'
import { until } from '../support/until.js'

t.setTimeout(580_000)

const folder = await mkdtemp(join(tmpdir(), 'hinata-backup-erased-'))
const backups = join(folder, 'backups')
const old = new HinataFolder(join(folder, 'old'), ['--backup-dir', backups])
const next = new HinataFolder(join(folder, 'new'), ['--backup-dir', backups])
t.teardown(async () => {
  old.end()
  next.end()
  await rm(folder, { recursive: true, force: true })
})

const patience = 150
const perPerson = 12

function submit(system: RunningHinata, user: string, word: string): Promise<unknown> {
  return post(system.gateway, '/api/hinata/submit', system.adminKey, {
    user_id: user, processing_options: { wait_ms: 5_000 },
    hinata_batch: Array.from({ length: perPerson }, (_, i) => recordOf(`${user}-${i}`, {
      highlight: `I want to learn ${word}${i}end cooking`, note: `My goal is ${word} number ${i}.`,
      tag: [word], address: `https://example.test/${word}${i}end`, raw_data: { word } })),
  })
}

const countOf = (system: RunningHinata, user: string): Promise<string> =>
  system.query(`SELECT count() FROM records_all WHERE ${isOf(user)}`)

/** Rows with a text in any of the columns that hold what persons say. */
const rowsWith = (system: RunningHinata, text: string): Promise<string> => system.query(
  `SELECT (SELECT count() FROM records_all WHERE position(toString(tuple(*)), '${text}') > 0)
    + (SELECT count() FROM psp_components WHERE position(toString(tuple(*)), '${text}') > 0)
    SETTINGS final = 0`)

/** Files of the data folder in whose bytes, or names, the text is; one that goes meanwhile has none. */
function filesWith(text: string): string[] {
  return readdirSync(next.dataDir, { recursive: true, withFileTypes: true })
    .filter(one => one.isFile()).map(one => join(one.parentPath, one.name))
    .filter(path => {
      try {
        return path.includes(text) || readFileSync(path).includes(text)
      } catch {
        return false
      }
    })
}

let receipts: string[] = []
let prompts: unknown[] = []

async function promptOf(system: RunningHinata, user_id: string): Promise<unknown> {
  const answer = await system.ask('/api/enhancement/personalized', { user_id, question: 'What now?' }) as
    { personalized_prompt: string }
  return answer.personalized_prompt
}

t.test('backed up, then erased, then the machine is gone', async t => {
  const system = await old.up()
  await submit(system, 'carla', 'zanzibarcanary')
  await submit(system, 'bob', 'lisbon')
  await submit(system, 'dana', 'oslo')
  await until('rows', async () =>
    await system.query('SELECT count() FROM records') === String(3 * perPerson), patience)
  const made = await old.run('backup', 'create', 'early', '--json')
  t.equal(made.code, 0, made.err)
  const erased = await Promise.all([old.run('erase', '--user', 'carla', '--json'),
    old.run('erase', '--user', 'bob', '--record', 'bob-7', '--json')])
  receipts = erased.map(({ out }) => (JSON.parse(out) as { erasure_id: string }).erasure_id)
  const noted = readFileSync(join(backups, 'erasures.jsonl'), 'utf8')
  for (const id of receipts) t.match(noted, id)
  t.notMatch(noted, /carla|bob|zanzibar/, 'B7: nobody is named')
  await until('bob is told again',
    async () => await countOf(system, 'bob') === String(perPerson - 1), patience)
  prompts = [await promptOf(system, 'dana'), await promptOf(system, 'bob')]
  t.equal(await system.stop(), 0)
  await rm(old.dataDir, { recursive: true })
})

t.test('restored, the erased stay erased', async t => {
  const restored = await next.run('backup', 'restore', 'early', '--json')
  t.equal(restored.code, 0, restored.err)
  t.match(JSON.parse(restored.out), { erasures: 2 })
  const system = await next.up()
  t.equal(await rowsWith(system, 'zanzibarcanary'), '0', 'no row, from the first answer on')
  t.equal(await rowsWith(system, 'lisbon7end'), '0')
  const search = await post(system.gateway, '/api/hinata/search', system.adminKey,
    { user_id: 'carla', filters: {}, min_relevance_score: 0 })
  t.match(search.body, { total_results: 0 })
  t.equal((await get(system.gateway, '/api/psp/current?user_id=carla', system.adminKey)).status, 404)
  for (const id of receipts) {
    await until('the receipt is there', async () => {
      const { body } = await get(system.gateway, `/api/erasures/${id}`, system.adminKey)
      return (body as { status?: string }).status === 'done'
    }, patience)
  }
  await until('rows of the others', async () => await countOf(system, 'bob') === String(perPerson - 1)
    && await countOf(system, 'dana') === String(perPerson), patience)
  t.equal(await countOf(system, 'carla'), '0')
  t.equal(await rowsWith(system, 'lisbon7end'), '0')
  t.same([await promptOf(system, 'dana'), await promptOf(system, 'bob')], prompts, 'the others are whole')
  await until('no file has it', () => {
    try {
      return [...filesWith('zanzibarcanary'), ...filesWith('lisbon7end')].length === 0
    } catch {
      return false // a folder left the disk while it was read
    }
  }, patience)
  const verified = await next.run('verify', '--deep')
  t.equal(verified.code, 0, verified.out)
  t.match(verified.out, /lost 0, doubled 0, changed 0/)
  t.equal(await system.stop(), 0)
})

t.test('a system that is replaced knows of persons by itself', async t => {
  renameSync(join(backups, 'erasures.jsonl'), join(folder, 'elsewhere.jsonl'))
  const restored = await next.run('backup', 'restore', 'early', '--replace', '--json')
  t.match(JSON.parse(restored.out), { erasures: 2 }, restored.err)
  renameSync(join(folder, 'elsewhere.jsonl'), join(backups, 'erasures.jsonl'))
  const system = await next.up()
  t.equal(await rowsWith(system, 'zanzibarcanary'), '0')
  await until('rows of the others', async () => await countOf(system, 'bob') === String(perPerson)
    && await countOf(system, 'dana') === String(perPerson), patience)
  t.equal(await countOf(system, 'carla'), '0')
  t.equal((await next.run('backup', 'create', 'later')).code, 0)
  t.equal((await next.run('backup', 'prune', '--keep', '1')).out, 'Removed early.\n')
  t.match(readFileSync(join(backups, 'erasures.jsonl'), 'utf8'), receipts[0], 'what is noted is kept')
  t.equal(await system.stop(), 0)
})
