/**
 * A backup on disk, and whether it is still what was written.
 *
 *   <folder>/<name>/state/            a savepoint: where the live version stood, partition by partition
 *   <folder>/<name>/rows/             rows of ClickHouse, <table>.<number>.native.gz
 *   <folder>/<name>/files/            files of the data folder: the analysts' hashed tokens, cold records
 *   <folder>/<name>/log/              an archive: the log up to one entry, ids, apps, signing keys
 *   <folder>/<name>/manifest.json     what there is, with the SHA-256 of every file; written last
 *   <folder>/<name>/manifest.sha256   that of the manifest itself
 *
 * B1  A folder without both manifest files is not a backup: the process that wrote it died.
 * B2  It has no secret in plain text that is not in Redis in plain text: neither the administrator's key nor
 *     a master key. Folder and files are for their owner only.
 */
import { createHash } from 'node:crypto'
import {
  createReadStream, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { HinataError } from '../../engine/index.js'

/** One file of a backup. */
export interface BackupFile {
  /** Path in the backup. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** What a backup is of. */
export interface Backup {
  readonly format: 1
  readonly name: string
  readonly createdAt: string
  readonly version: number
  readonly partitions: number
  /** Records of the log. */
  readonly records: number
  /** Rows by table, older contents included; empty: ClickHouse was left out. */
  readonly rows: Readonly<Record<string, number>>
  readonly files: readonly BackupFile[]
}

/** A file that is not as it was written. */
export interface BackupFault {
  readonly file: string
  readonly reason: string
}

const manifestName = 'manifest.json'
const sumName = 'manifest.sha256'
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/

/** Where a backup of that name is or would be. Throws BACKUP_NAME. */
export function backupPath(folder: string, name: string): string {
  if (!namePattern.test(name)) throw new HinataError('BACKUP_NAME', { name })
  return join(folder, name)
}

/** Whether there is a whole backup (B1). */
export function isBackup(path: string): boolean {
  return existsSync(join(path, manifestName)) && existsSync(join(path, sumName))
}

/** Whole backups, the oldest first. Throws BACKUP_CORRUPT. */
export function listBackups(folder: string): Backup[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter(name => isBackup(join(folder, name)))
    .map(name => readBackup(folder, name)).sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
}

/** When the newest whole backup was written (ms UTC); 0: there is none. Reads no manifest. */
export function newestBackupAt(folder: string): number {
  if (!existsSync(folder)) return 0
  return readdirSync(folder).filter(name => isBackup(join(folder, name)))
    .reduce((newest, name) => Math.max(newest, statSync(join(folder, name, sumName)).mtimeMs), 0)
}

/** One backup. Throws BACKUP_UNKNOWN, BACKUP_CORRUPT. */
export function readBackup(folder: string, name: string): Backup {
  const path = backupPath(folder, name)
  if (!isBackup(path)) throw new HinataError('BACKUP_UNKNOWN', { name, folder })
  const text = readFileSync(join(path, manifestName))
  const sum = readFileSync(join(path, sumName), 'utf8').trim()
  if (createHash('sha256').update(text).digest('hex') !== sum) {
    throw new HinataError('BACKUP_CORRUPT', { file: manifestName, reason: 'its checksum differs' })
  }
  const found = JSON.parse(text.toString()) as Backup
  if (found.format !== 1) {
    throw new HinataError('BACKUP_CORRUPT', { file: manifestName, reason: `its format is ${found.format}` })
  }
  return found
}

/** Writes the manifest with the checksums of everything in the folder: with it the backup exists. */
export async function writeBackup(path: string, facts: Omit<Backup, 'files'>): Promise<Backup> {
  const files: BackupFile[] = []
  for (const file of filesIn(path)) files.push({ path: file, ...await factsOf(join(path, file)) })
  const backup: Backup = { ...facts, files }
  const text = `${JSON.stringify(backup, null, 1)}\n`
  writeFileSync(join(path, sumName), `${createHash('sha256').update(text).digest('hex')}\n`)
  writeFileSync(join(path, `${manifestName}.new`), text)
  renameSync(join(path, `${manifestName}.new`), join(path, manifestName))
  return backup
}

/** Compares every file with the manifest. `onFile` hears of each that was read. Throws BACKUP_UNKNOWN. */
export async function verifyBackup(
  folder: string, name: string, onFile: (file: string) => void = () => undefined,
): Promise<BackupFault[]> {
  let backup: Backup
  try {
    backup = readBackup(folder, name)
  } catch (error) {
    if (!(error instanceof HinataError) || error.code !== 'BACKUP_CORRUPT') throw error
    return [{ file: manifestName, reason: String(error.details.reason) }]
  }
  const path = backupPath(folder, name)
  const faults: BackupFault[] = []
  for (const { path: file, bytes, sha256 } of backup.files) {
    if (!existsSync(join(path, file))) {
      faults.push({ file, reason: 'it is missing' })
      continue
    }
    const found = await factsOf(join(path, file))
    if (found.bytes !== bytes) {
      faults.push({ file, reason: `it has ${found.bytes} bytes, ${bytes} were written` })
    } else if (found.sha256 !== sha256) faults.push({ file, reason: 'its checksum differs' })
    onFile(file)
  }
  return faults
}

/**
 * Removes all but the `keep` newest backups, and what is left of backups whose process died before the newest
 * one was made. Returns the names.
 */
export function pruneBackups(folder: string, keep: number): string[] {
  if (!existsSync(folder)) return []
  const whole = listBackups(folder)
  const gone = whole.slice(0, Math.max(0, whole.length - keep)).map(({ name }) => name)
  const newest = whole.at(-1)
  const broken = newest === undefined ? [] : readdirSync(folder).filter(name => namePattern.test(name)
    && !isBackup(join(folder, name)) && isOlderFolder(join(folder, name), Date.parse(newest.createdAt)))
  for (const name of [...gone, ...broken]) {
    rmSync(join(folder, name, manifestName), { force: true }) // from here on it is none (B1)
    rmSync(join(folder, name), { recursive: true, force: true })
  }
  return [...gone, ...broken]
}

function isOlderFolder(path: string, than: number): boolean {
  const found = statSync(path)
  return found.isDirectory() && found.mtimeMs < than
}

function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort((a, b) => (a < b ? -1 : 1))
}

async function factsOf(file: string): Promise<{ bytes: number, sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(file)) {
    hash.update(chunk as Buffer)
    bytes += (chunk as Buffer).length
  }
  return { bytes, sha256: hash.digest('hex') }
}
