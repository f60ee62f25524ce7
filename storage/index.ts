/** Storage: backups of the whole system, and records that are cold. */
export { createBackup, type BackedUpFile, type BackupOptions } from './backup/create.js'
export { noteErasure } from './backup/erasures.js'
export {
  listBackups, newestBackupAt, pruneBackups, readBackup, verifyBackup, type Backup, type BackupFault,
} from './backup/manifest.js'
export { restoreBackup, type RestoreBackupOptions } from './backup/restore.js'
export {
  assertRowsMayGo, coolRecords, heatEverything, heatRecords, type Moved, type Tiers,
} from './tiers/cooling.js'
export { coldJob, hotJob, retentionJob } from './tiers/schedule.js'
