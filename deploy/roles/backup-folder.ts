/** Where backups are, and the erasures that were done since. */
import { join } from 'node:path'
import type { Config } from '../config/index.js'

/** The folder of all backups. */
export function backupFolderOf(config: Config): string {
  return config.text('storage.backup_dir') || join(config.text('system.data_dir'), 'backups')
}
