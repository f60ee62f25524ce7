/**
 * hinata backup create [NAME] | list | verify NAME | restore NAME | prune: the whole system as files that
 * survive it (storage/backup). Creating works while the system runs; restoring needs it stopped, and starts
 * its Redis and its ClickHouse for as long as it takes.
 */
import { join } from 'node:path'
import { HinataError } from '../../../engine/errors/index.js'
import {
  createBackup, listBackups, pruneBackups, readBackup, restoreBackup, verifyBackup, type Backup,
  type BackedUpFile,
} from '../../../storage/index.js'
import type { Config } from '../../config/index.js'
import { noteErasedAgain } from '../../../gateway/index.js'
import { backupFolderOf } from '../../roles/backup-folder.js'
import { findPipeline } from '../pipeline.js'
import { nameOfNow, runningClickhouse, withStoppedClickhouse, withStoppedRedis } from '../stopped.js'

/** What the command was given beside its action and a name. */
export interface BackupRequest {
  readonly json?: boolean
  readonly replace?: boolean
  readonly keep?: string
}

const keptUsually = 7

/** Does what `action` says. */
export async function backup(
  config: Config, action: string, name: string | undefined, given: BackupRequest,
): Promise<void> {
  if (action === 'create') return create(config, name ?? nameOfNow(), given)
  if (action === 'list') return list(config, given)
  if (action === 'prune') return prune(config, given)
  if (action === 'verify' && name !== undefined) return verify(config, name, given)
  if (action === 'restore' && name !== undefined) return restore(config, name, given)
  throw new HinataError('USAGE',
    { reason: 'Expected: backup create [NAME], list, verify NAME, restore NAME, or prune [--keep NUMBER].' })
}

/** What of the data folder belongs to a backup, beside the data of Redis and ClickHouse. */
function filesOf(config: Config): BackedUpFile[] {
  const dataDir = config.text('system.data_dir')
  return [{ from: join(dataDir, 'clickhouse', 'analysts'), to: 'analysts' }]
}

async function create(config: Config, name: string, given: BackupRequest): Promise<void> {
  const folder = backupFolderOf(config)
  const began = performance.now()
  const { heldMsMax, ...made } = await createBackup({
    ...findPipeline(config), clickhouse: runningClickhouse(config), files: filesOf(config), folder, name,
    onStep: stepsOf(given),
  })
  const seconds = (performance.now() - began) / 1_000
  if (given.json) {
    return print({ ...shown(made), seconds: Number(seconds.toFixed(2)), held_ms_max: heldMsMax })
  }
  say(`${lineOf(made)}  in ${join(folder, name)}\nIt took ${seconds.toFixed(1)} s; no `
    + `partition waited longer than ${heldMsMax} ms.\nCheck it: hinata backup verify ${name}`)
}

function list(config: Config, given: BackupRequest): void {
  const all = listBackups(backupFolderOf(config))
  if (given.json) return print(all.map(shown))
  if (all.length === 0) say('No backups yet. Make one: hinata backup create')
  for (const one of all) say(lineOf(one))
}

async function verify(config: Config, name: string, given: BackupRequest): Promise<void> {
  const faults = await verifyBackup(backupFolderOf(config), name)
  process.exitCode = faults.length === 0 ? 0 : 1
  if (given.json) return print({ name, faults })
  for (const { file, reason } of faults) say(`${file}: ${reason}`)
  if (faults.length > 0) return say(`${name} cannot be restored. Use another backup.`)
  say(`${lineOf(readBackup(backupFolderOf(config), name))}  as it was written`)
}

async function restore(config: Config, name: string, given: BackupRequest): Promise<void> {
  const folder = backupFolderOf(config)
  readBackup(folder, name) // before anything is started
  const began = performance.now()
  let erasures = 0
  await withStoppedRedis(config, place => withStoppedClickhouse(config, async clickhouse => {
    const restored = await restoreBackup({ ...place, clickhouse, files: filesOf(config), folder, name,
      replaces: given.replace === true, onStep: stepsOf(given),
      async onErased(erased, registry) {
        for (const one of erased) await noteErasedAgain(registry, one)
        erasures = erased.length
      } })
    const seconds = (performance.now() - began) / 1_000
    if (given.json) return print({ ...shown(restored), seconds: Number(seconds.toFixed(2)), erasures })
    if (erasures > 0) say(`Erased again: ${erasures} persons, wholly or in part, as since the backup.`)
    say(`Restored ${name} in ${seconds.toFixed(1)} s. Go on: hinata up, then hinata verify`)
  }))
}

function prune(config: Config, given: BackupRequest): void {
  const keep = given.keep === undefined ? keptUsually : Number(given.keep)
  if (!Number.isInteger(keep) || keep < 1) {
    throw new HinataError('USAGE', { reason: `--keep must be a number from 1 on, found ${given.keep}.` })
  }
  const gone = pruneBackups(backupFolderOf(config), keep)
  if (given.json) return print({ removed: gone })
  say(gone.length === 0 ? 'Nothing to remove.' : `Removed ${gone.join(', ')}.`)
}

/** Tells a person what is done now; programs hear nothing. */
function stepsOf({ json }: BackupRequest): (step: string) => void {
  return step => { if (!json && process.stderr.isTTY) process.stderr.write(`${step}\n`) }
}

function shown({ name, createdAt, version, records, rows, files }: Backup): Record<string, unknown> {
  return { name, created_at: createdAt, version, records, rows, bytes: bytesOf(files), files: files.length }
}

function lineOf({ name, createdAt, version, records, rows, files }: Backup): string {
  const all = Object.values(rows).reduce((sum, count) => sum + count, 0)
  return `${name}  ${createdAt}  v${version}  ${records} records  ${all} rows  ${bytesOf(files)} bytes`
}

function bytesOf(files: Backup['files']): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function print(value: unknown): void {
  say(JSON.stringify(value))
}
