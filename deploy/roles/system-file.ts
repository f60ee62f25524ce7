/**
 * `<data-dir>/hinata.json`: where a running system is. Written by `hinata up`, read by every other command,
 * removed at the end. The administrator's key is in a file of its own that only the owner may read.
 */
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HinataError } from '../../engine/errors/index.js'

/** Where everything is. */
export interface SystemFile {
  readonly pid: number
  readonly gateway: string
  readonly clickhouse: string
  readonly redis: string
}

const fileName = 'hinata.json'
const keyName = 'admin.key'

/** Writes the file, whole or not at all. */
export function writeSystemFile(dataDir: string, system: SystemFile): void {
  const path = join(dataDir, fileName)
  writeFileSync(`${path}.new`, `${JSON.stringify(system, null, 2)}\n`)
  renameSync(`${path}.new`, path)
}

/** Removes the file. */
export function removeSystemFile(dataDir: string): void {
  rmSync(join(dataDir, fileName), { force: true })
}

/** The running system of a data folder, or undefined when none runs there. */
export function findSystemFile(dataDir: string): SystemFile | undefined {
  const path = join(dataDir, fileName)
  if (!existsSync(path)) return undefined
  const system = JSON.parse(readFileSync(path, 'utf8')) as SystemFile
  return isAlive(system.pid) ? system : undefined
}

/** The running system of a data folder. Throws SYSTEM_NOT_FOUND. */
export function readSystemFile(dataDir: string): SystemFile {
  const system = findSystemFile(dataDir)
  if (!system) throw new HinataError('SYSTEM_NOT_FOUND', { place: dataDir })
  return system
}

/** The administrator's key of a data folder; made at the first call. `isNew` tells whether to show it. */
export function adminKeyOf(dataDir: string): { key: string, isNew: boolean } {
  const path = join(dataDir, keyName)
  if (existsSync(path)) return { key: readFileSync(path, 'utf8').trim(), isNew: false }
  mkdirSync(dataDir, { recursive: true })
  const key = `byo_admin_${randomBytes(32).toString('base64url')}`
  writeFileSync(path, `${key}\n`, { mode: 0o600 })
  chmodSync(path, 0o600)
  return { key, isNew: true }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
