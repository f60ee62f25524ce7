/**
 * Makes a backup while the system runs.
 *
 *   state ─▶ rows ─▶ files ─▶ log ─▶ manifest
 *
 * B3  The log comes last and is a whole one, so every record behind a saved state or a saved row is in it.
 *     Restored, the state is folded on to the end of the log, and the sinks insert what rows lack
 *     (engine/topology/repeats.ts): state, rows and log are then as of one position of each partition.
 * B4  Nobody is refused meanwhile, and a partition waits for milliseconds, whatever its size (savepoint.ts,
 *     Z1).
 */
import { cpSync, createWriteStream, existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import {
  connectAnalytics, readSlice, rowsOf, slicesOf, tablesWithRows, type AnalyticsOptions,
} from '../../analytics/index.js'
import { createArchive, createSavepoint, HinataError, systemClock, type Topology } from '../../engine/index.js'
import { backupPath, isBackup, writeBackup, type Backup } from './manifest.js'

/** Rows pack to a fifth at the fastest level; slower ones gain a tenth more for three times the work. */
const packLevel = 1

/** What to back up, and where to. */
export interface BackupOptions {
  readonly redisUrl: string
  readonly namespace: string
  readonly topology: Topology
  /** Left out: rows are not backed up. */
  readonly clickhouse?: AnalyticsOptions
  /** Files or folders outside Redis and ClickHouse; what does not exist is passed over. */
  readonly files: readonly BackedUpFile[]
  readonly folder: string
  readonly name: string
  /** Hears what is done now. */
  readonly onStep?: (step: string) => void
}

/** A file or folder, and its name in the backup. */
export interface BackedUpFile {
  readonly from: string
  readonly to: string
}

/** Makes it. Throws BACKUP_NAME, BACKUP_EXISTS and what its parts throw; then there is no backup. */
export async function createBackup(options: BackupOptions): Promise<Backup & { heldMsMax: number }> {
  const { folder, name, onStep = () => undefined } = options
  const path = backupPath(folder, name)
  if (isBackup(path)) throw new HinataError('BACKUP_EXISTS', { name })
  rmSync(path, { recursive: true, force: true }) // of a process that died over it (B1)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const { redisUrl, namespace, topology } = options
  try {
    onStep('state')
    let heldMsMax = 0
    const savepoint = await createSavepoint({ redisUrl, namespace, topology, folder: path, name: 'state',
      onPartition: (_, heldMs) => { heldMsMax = Math.max(heldMsMax, heldMs) } })
    const rows = options.clickhouse ? await saveRows(options.clickhouse, join(path, 'rows'), onStep) : {}
    onStep('files')
    for (const { from, to } of options.files) saveFile(from, join(path, 'files', to))
    onStep('log')
    const { parts } = await createArchive({ redisUrl, namespace, topology, folder: join(path, 'log') })
    onStep('checksums')
    const backup = await writeBackup(path, {
      format: 1, name, createdAt: new Date(systemClock.now()).toISOString(), version: savepoint.version,
      partitions: savepoint.partitions, records: parts.reduce((sum, part) => sum + part.records, 0), rows,
    })
    return { ...backup, heldMsMax }
  } catch (error) {
    rmSync(path, { recursive: true, force: true })
    throw error
  }
}

async function saveRows(
  options: AnalyticsOptions, folder: string, onStep: (step: string) => void,
): Promise<Record<string, number>> {
  mkdirSync(folder)
  const analytics = connectAnalytics(options)
  const rows: Record<string, number> = {}
  try {
    for (const table of await tablesWithRows(analytics)) {
      onStep(`rows of ${table}`)
      rows[table] = await rowsOf(analytics, table)
      for (const [i, slice] of (await slicesOf(analytics, table)).entries()) {
        const file = join(folder, `${table}.${String(i).padStart(4, '0')}.native.gz`)
        await pipeline(await readSlice(analytics, slice), createGzip({ level: packLevel }),
          createWriteStream(file, { flags: 'wx', mode: 0o600 }))
      }
    }
    return rows
  } finally {
    await analytics.close()
  }
}

function saveFile(from: string, to: string): void {
  if (!existsSync(from)) return
  mkdirSync(dirname(to), { recursive: true })
  cpSync(from, to, { recursive: true, preserveTimestamps: true })
}
