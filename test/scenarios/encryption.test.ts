/**
 * The whole system with encryption on: what persons said is in no file of Redis and no backup in a legible
 * form, before anybody is erased; master keys are changed under load without a refusal, also when the change
 * is killed half way; who was erased is not in an older backup that is restored.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { closeRedis, openRedis, send } from '../../engine/redis/index.js'
import { get, post, recordOf } from '../gateway/system.js'
import { HinataFolder, type RunningHinata } from '../support/hinata-process.js'
import { until } from '../support/until.js'

t.setTimeout(580_000)

const entry = fileURLToPath(new URL('../../deploy/cli/hinata.js', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'hinata-encryption-'))
const backups = join(folder, 'backups')
const masterKeys = join(folder, 'master-keys.json')
const flags = ['--encryption', 'on', '--master-key-file', masterKeys, '--backup-dir', backups]
const hinata = new HinataFolder(join(folder, 'data'), flags)
t.teardown(async () => {
  hinata.end()
  await rm(folder, { recursive: true, force: true })
})

const patience = 150
const canary = 'zanzibarcanary'

function submit(
  system: RunningHinata, user: string, word: string, part: string,
): Promise<{ status: number }> {
  return post(system.gateway, '/api/hinata/submit', system.adminKey, {
    user_id: user, hinata_batch: Array.from({ length: 5 }, (_, i) => recordOf(`${user}-${part}-${i}`, {
      highlight: `I want to learn ${word} cooking, part ${i}`, note: `My goal is ${word} number ${i}.`,
      tag: [word], address: `https://example.test/${word}`, raw_data: { word } })),
  }) as Promise<{ status: number }>
}

/** Files under a folder in whose bytes the text is. */
function filesWith(where: string, text: string): string[] {
  return readdirSync(where, { recursive: true, withFileTypes: true }).filter(one => one.isFile())
    .map(one => join(one.parentPath, one.name)).filter(path => readFileSync(path).includes(text))
}

async function promptOf(system: RunningHinata, user: string): Promise<string> {
  const answer = await system.ask('/api/enhancement/personalized',
    { user_id: user, question: 'What now?' }) as { personalized_prompt?: string }
  return answer.personalized_prompt ?? ''
}

interface ListedKey {
  readonly id: string
  readonly data_keys: number
  readonly is_newest: boolean
}

async function keysOf(): Promise<ListedKey[]> {
  const { out, err, code } = await hinata.run('keys', 'list', '--json')
  if (code !== 0) throw new Error(err)
  return out.trim().split('\n').map(line => JSON.parse(line) as ListedKey)
}

let system: RunningHinata
let prompt = ''

t.test('what was said is in no file of Redis and no backup, and everything knows it', async t => {
  system = await hinata.up()
  t.equal(statSync(masterKeys).mode & 0o777, 0o600)
  await submit(system, 'carla', canary, 'a')
  await submit(system, 'bob', 'lisbon', 'a')
  await until('folded', async () => (prompt = await promptOf(system, 'carla')).includes(canary), patience)
  await until('rows', async () => await system.query('SELECT count() FROM records') === '10', patience)
  const redis = await openRedis(system.redis, 'test')
  await send(redis, 'SAVE', [])
  closeRedis(redis)
  const files = join(hinata.dataDir, 'redis')
  t.ok(filesWith(files, 'carla').length > 0, 'keys of persons are names of Redis keys')
  t.strictSame(filesWith(files, canary), [])
  const made = await hinata.run('backup', 'create', 'early', '--json')
  t.equal(made.code, 0, made.err)
  for (const part of ['log', 'state']) t.strictSame(filesWith(join(backups, 'early', part), canary), [])
  const masterKey = readFileSync(masterKeys, 'utf8').slice(-60)
  t.strictSame(filesWith(join(backups, 'early'), masterKey), [], 'nor its key')
  const search = await until('an owner again, after the backup', async () => {
    const { status, body } = await post(system.gateway, '/api/hinata/search', system.adminKey,
      { user_id: 'carla', query_text: canary, filters: {}, min_relevance_score: 0 })
    return status === 503 ? null : body
  }, patience)
  t.match(search, { total_results: 5 }, 'found by the index, which is restored from encrypted rows')
})

t.test('master keys change under load, and when the change is killed', async t => {
  let isLoaded = true
  const statuses: number[] = []
  const load = [0, 1].map(async writer => {
    for (let i = 0; isLoaded; i++) {
      statuses.push((await submit(system, `person-${writer}-${i}`, 'oslo', 'b')).status)
    }
  })
  const first = (await keysOf())[0].id
  await until('some persons', () => statuses.length > 10, patience)
  const killed = spawn(process.execPath, [entry, 'keys', 'rotate', ...flags, '--data-dir', hinata.dataDir],
    { stdio: 'ignore' })
  await until('a second key',
    () => (readFileSync(masterKeys, 'utf8').match(/mk_/g) ?? []).length === 2, patience)
  killed.kill('SIGKILL')
  t.match(await hinata.run('keys', 'rotate'), { code: 0 })
  t.match(await hinata.run('keys', 'rotate'), { code: 0 })
  isLoaded = false
  await Promise.all(load)
  t.comment(`${statuses.length} requests meanwhile`)
  t.strictSame(statuses.filter(status => status !== 200), [])
  t.match(await hinata.run('keys', 'rotate'), { code: 0 }, 'of those who came at the very end')
  const keys = await keysOf()
  t.ok(keys.length >= 3)
  t.strictSame(keys.filter(key => key.data_keys > 0).map(key => key.is_newest), [true])
  t.match(await hinata.run('keys', 'remove', keys.at(-1)!.id), { code: 1 }, 'it is in use')
  t.not(keys.at(-1)!.id, first)
  t.equal(await promptOf(system, 'carla'), prompt)
  await until('all is folded', async () =>
    await system.query('SELECT count() FROM records') === String(10 + statuses.length * 5), patience)
  const verified = await hinata.run('verify', '--deep')
  t.match(verified.out, /lost 0, doubled 0, changed 0/, verified.out + verified.err)
})

t.test('who was erased is not in an older backup, and its key is nowhere', async t => {
  const erased = await hinata.run('erase', '--user', 'carla', '--json')
  t.equal(erased.code, 0, erased.err)
  t.equal(await system.stop(), 0)
  const restored = await hinata.run('backup', 'restore', 'early', '--replace', '--json')
  t.equal(restored.code, 0, restored.err)
  system = await hinata.up()
  t.equal((await get(system.gateway, '/api/psp/current?user_id=carla', system.adminKey)).status, 404)
  t.match(await promptOf(system, 'bob'), /lisbon/)
  t.strictSame(filesWith(join(hinata.dataDir, 'redis'), canary), [])
  const counts = (await keysOf()).filter(key => key.data_keys > 0)
  t.strictSame(counts.map(key => key.data_keys), [1], 'bob has one, under the master key of the backup')
  t.match(await hinata.run('keys', 'rotate', '--json'), { code: 0 })
  const verified = await hinata.run('verify', '--deep')
  t.match(verified.out, /lost 0, doubled 0, changed 0/, verified.out + verified.err)
  t.equal(await system.stop(), 0)
})

t.test('a folder keeps the setting that it was begun with', async t => {
  const other = new HinataFolder(hinata.dataDir, [...flags.slice(2), '--encryption', 'off'])
  const refused = await other.run('up', '--port', '0', '--clickhouse-port', '0')
  t.equal(refused.code, 1)
  other.end()
})
