/**
 * Savepoints: everything that the live version of a topology keeps, as files.
 *
 *   <folder>/<name>/p0000.sp …     one file per partition (savepoint-file.ts)
 *   <folder>/<name>/manifest.json  what it is of, where each partition stood, checksums; written last
 *
 * Z1  Each partition is as of one commit, though it changes while its keys are read: what changed is read
 *     again, the last of it at one instant (changes.ts). Its owner goes on. Only a partition that changes
 *     faster than it is read is held, for what changed last, `savepointHoldMsMax` at most (hold.ts).
 * Z2  A folder without a manifest is not a savepoint: the process that wrote it died.
 */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HinataError } from '../errors/index.js'
import type { FileFacts } from './savepoint-file.js'

/** One partition's file. */
export interface SavepointPart extends FileFacts {
  readonly partition: number
  readonly file: string
  /** The position of the commit that the state is as of. */
  readonly position: string
  readonly folded: number
  /** Of the live version (live-version.ts). */
  readonly generation: number
}

/** What a savepoint is of. */
export interface Savepoint {
  readonly format: 1
  readonly name: string
  readonly createdAt: string
  readonly topology: string
  readonly version: number
  readonly settings: Readonly<Record<string, number>>
  readonly topic: string
  readonly partitions: number
  readonly parts: readonly SavepointPart[]
}

const manifestName = 'manifest.json'
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/

/** The folder of a savepoint. Throws SAVEPOINT_NAME. */
export function savepointFolder(folder: string, name: string): string {
  if (!namePattern.test(name)) throw new HinataError('SAVEPOINT_NAME', { name })
  return join(folder, name)
}

/** Whether a savepoint's folder holds a whole one (Z2). */
export function hasManifest(target: string): boolean {
  return existsSync(join(target, manifestName))
}

/** Whole savepoints in a folder, the oldest first. */
export function listSavepoints(folder: string): Savepoint[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter(name => hasManifest(join(folder, name)))
    .map(name => readSavepoint(folder, name))
    .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
}

/** One savepoint. Throws SAVEPOINT_UNKNOWN, SAVEPOINT_CORRUPT. */
export function readSavepoint(folder: string, name: string): Savepoint {
  const file = join(savepointFolder(folder, name), manifestName)
  if (!existsSync(file)) throw new HinataError('SAVEPOINT_UNKNOWN', { name, folder })
  let found: Partial<Savepoint>
  try {
    found = JSON.parse(readFileSync(file, 'utf8')) as Partial<Savepoint>
  } catch (error) {
    throw new HinataError('SAVEPOINT_CORRUPT', { file, reason: String(error) })
  }
  if (found.format !== 1 || !Array.isArray(found.parts) || found.parts.length !== found.partitions) {
    throw new HinataError('SAVEPOINT_CORRUPT', { file, reason: 'it is not a manifest of format 1' })
  }
  return found as Savepoint
}

/** Writes the manifest, whole or not at all: with it the savepoint exists. */
export function writeManifest(folder: string, savepoint: Savepoint): void {
  const file = join(savepointFolder(folder, savepoint.name), manifestName)
  writeFileSync(`${file}.new`, `${JSON.stringify(savepoint, null, 2)}\n`)
  renameSync(`${file}.new`, file)
}
