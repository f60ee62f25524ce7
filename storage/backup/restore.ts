/**
 * Puts a backup into a stopped, empty system; with `replaces`, also into one that holds data.
 *
 *   verified ─▶ locked ─▶ log ─▶ rows ─▶ erased again ─▶ files ─▶ state ─▶ open
 *                  └─ died on the way: stays locked, no node takes it; restore again with `replaces`
 *
 * B5  Every file is compared with its checksum before anything is changed.
 * B10 What was erased after the backup was made is not there when partitions open: neither in the log, nor in
 *     rows, nor in state. It is known from the file beside the backups (erasures.ts) or by the system that is
 *     replaced.
 * B6  What was made by a process of its own time stays out: nodes, leases, counts of rate limits.
 */
import { cpSync, createReadStream, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import {
  dropCold, emptyTable, eraseRows, nameOldRows, openAnalytics, rowsOf, tablesWithRows, writeSlice,
  type Analytics, type AnalyticsOptions,
} from '../../analytics/index.js'
import {
  HinataError, restoreSavepoint, type ErasedAgain, type Registry, type Topology,
} from '../../engine/index.js'
import type { BackedUpFile } from './create.js'
import { erasuresBeside } from './erasures.js'
import { backupPath, readBackup, verifyBackup, type Backup } from './manifest.js'

/** What to restore, and where to. */
export interface RestoreBackupOptions {
  readonly redisUrl: string
  readonly namespace: string
  readonly topology: Topology
  /** Left out: rows are not restored; the sinks insert only what they had not inserted when it was made. */
  readonly clickhouse?: AnalyticsOptions
  /** Where files of the backup belong. */
  readonly files: readonly BackedUpFile[]
  readonly folder: string
  readonly name: string
  /** Throws away what is there. */
  readonly replaces: boolean
  readonly onStep?: (step: string) => void
  /** Hears of what was erased after the backup was made, and again now, before anything is open. */
  readonly onErased?: (erased: readonly ErasedAgain[], registry: Registry) => Promise<void>
}

/**
 * Restores it. Throws BACKUP_UNKNOWN, BACKUP_CORRUPT, BACKUP_OCCUPIED, SYSTEM_RUNNING, and then nothing was
 * changed.
 */
export async function restoreBackup(options: RestoreBackupOptions): Promise<Backup> {
  const { folder, name, replaces, onStep = () => undefined } = options
  const backup = readBackup(folder, name)
  onStep('checksums')
  const [fault] = await verifyBackup(folder, name)
  if (fault) throw new HinataError('BACKUP_CORRUPT', { ...fault })
  const path = backupPath(folder, name)
  const analytics = options.clickhouse ? await openAnalytics(options.clickhouse) : undefined
  try {
    if (analytics && !replaces && await rowsOf(analytics, 'records') > 0) {
      throw new HinataError('BACKUP_OCCUPIED', { what: 'ClickHouse' })
    }
    onStep('log')
    await restoreSavepoint({
      redisUrl: options.redisUrl, namespace: options.namespace, topology: options.topology, replaces,
      folder: path, name: 'state', archive: join(path, 'log'),
      async onLocked(log) {
        if (analytics) await restoreRows(analytics, join(path, 'rows'), onStep)
        onStep('erasures')
        const erased = await log.eraseAgain(erasuresBeside(folder))
        if (analytics) await eraseRows(analytics, new Map(erased.map(({ key, at }) => [key, at])))
        await options.onErased?.(erased, log.registry)
        onStep('files')
        for (const { from, to } of options.files) {
          if (existsSync(join(path, 'files', to))) cpSync(join(path, 'files', to), from, { recursive: true })
        }
        onStep('state')
      },
    })
    return backup
  } finally {
    await analytics?.close()
  }
}

async function restoreRows(
  analytics: Analytics, folder: string, onStep: (step: string) => void,
): Promise<void> {
  for (const table of await tablesWithRows(analytics)) {
    onStep(`rows of ${table}`)
    if (table === 'records') await dropCold(analytics)
    await emptyTable(analytics, table)
    const files = existsSync(folder) ? readdirSync(folder).filter(file => file.startsWith(`${table}.`)) : []
    for (const file of files.sort()) {
      const rows = pipeline(createReadStream(join(folder, file)), createGunzip(), () => undefined)
      await writeSlice(analytics, table, rows)
    }
  }
  await nameOldRows(analytics)
}
