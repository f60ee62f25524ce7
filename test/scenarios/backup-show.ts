/**
 * Shows a backup in any size: records come in, a backup is made meanwhile, the machine is wiped, the backup
 * restored, everything compared.
 *
 *   node dist/test/scenarios/backup-show.js --records 20000
 *
 * Prints one JSON line per step; the exit code is 1 when something differs. Times are of the clock, with the
 * whole system on this machine.
 */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { sampleRecords } from '../../deploy/tour/sample.js'
import { HinataFolder, type RunningHinata } from '../support/hinata-process.js'
import { until } from '../support/until.js'

const { values } = parseArgs({ options: { records: { type: 'string', default: '20000' } } })
const total = Number(values.records)
const folder = await mkdtemp(join(tmpdir(), 'hinata-backup-show-'))
const flags = ['--backup-dir', join(folder, 'backups')]
const old = new HinataFolder(join(folder, 'old'), flags)
const next = new HinataFolder(join(folder, 'new'), flags)
const waitSeconds = 1_800
/** Persons whose records all come before the backup. */
const quiet = 10

function personOf(n: number): string {
  return n < total / 4 ? `quiet-${n % quiet}` : `person-${n % Math.ceil(total / 40)}`
}

/** Cut short, it leaves nothing behind that runs. */
process.once('SIGTERM', () => {
  old.end()
  next.end()
  process.exit(1)
})

/** A file with the records `from` to `to`, . */
async function fileOf(name: string, from: number, to: number): Promise<string> {
  const sample = sampleRecords(3, Date.UTC(2026, 9, 1))
  const path = join(folder, name)
  const file = createWriteStream(path)
  for (let n = from; n < to; n++) {
    const { record } = sample[n % sample.length]
    const line = { ...record, id: `${record.id}-${n}`, user_id: personOf(n) }
    if (!file.write(`${JSON.stringify(line)}\n`)) await once(file, 'drain')
  }
  await new Promise<void>(done => file.end(done))
  return path
}

/** The JSON that a command prints; what it says instead, when it fails. */
async function told(system: HinataFolder, ...args: string[]): Promise<object> {
  const { code, out, err } = await system.run(...args, '--json')
  if (code !== 0) throw new Error(`hinata ${args.join(' ')}: ${err}`)
  return JSON.parse(out) as object
}

async function count(system: RunningHinata, sql: string): Promise<number> {
  return Number(await system.query(`${sql} SETTINGS final = 0`))
}

async function rowsOf(system: RunningHinata): Promise<string[]> {
  return (await system.query('SELECT user_id, id, revision, sequence, position, quality_score, cluster_id, '
    + 'attention_weight, content_hash FROM records SETTINGS final = 0')).split('\n')
}

/** Prompts of persons of whom nothing comes while the backup is made. */
async function promptsOf(system: RunningHinata): Promise<string> {
  const prompts: unknown[] = []
  for (let n = 0; n < quiet; n++) {
    const { personalized_prompt } = await system.ask('/api/enhancement/personalized',
      { user_id: `quiet-${n}`, question: 'What next?' }) as { personalized_prompt: string }
    prompts.push(personalized_prompt)
  }
  return JSON.stringify(prompts)
}

function tell(step: string, facts: object): void {
  process.stdout.write(`${JSON.stringify({ step, ...facts })}\n`)
}

try {
  const system = await old.up()
  const half = Math.floor(total / 2)
  await old.run('import', await fileOf('first.jsonl', 0, half))
  await until('rows', async () => await count(system, 'SELECT count() FROM records') === half, waitSeconds)
  const prompts = await promptsOf(system)
  const importing = old.run('import', await fileOf('second.jsonl', half, total))
  tell('created under load', await told(old, 'backup', 'create', 'show'))
  await importing
  await until('rows', async () => await count(system, 'SELECT count() FROM records') === total, waitSeconds)
  const originals = new Set(await rowsOf(system))
  await system.stop()
  await rm(old.dataDir, { recursive: true })

  const restored = await told(next, 'backup', 'restore', 'show') as { records: number }
  tell('restored on an empty machine', restored)
  const { records } = restored
  const again = await next.up()
  await until('rows', async () => await count(again, 'SELECT count() FROM records') === records, waitSeconds)
  const verified = await next.run('verify', '--deep')
  tell('state compared with a replay of the log', { last: verified.out.trim().split('\n').at(-1) })
  const rows = await rowsOf(again)
  const different = rows.filter(row => !originals.has(row)).length
  const areSamePrompts = await promptsOf(again) === prompts
  tell('compared with those before', { rows: rows.length, different, prompts: quiet, areSamePrompts })
  await next.run('import', join(folder, 'second.jsonl'))
  await until('rows', async () => await count(again, 'SELECT count() FROM records') === total, waitSeconds)
  const whole = await next.run('verify')
  tell('sent again what came later', { last: whole.out.trim().split('\n').at(-1) })
  await again.stop()
  process.exitCode = verified.code === 0 && whole.code === 0 && different === 0 && areSamePrompts
    ? 0 : 1
} finally {
  old.end()
  next.end()
  await rm(folder, { recursive: true, force: true })
}
