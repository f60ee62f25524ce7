/**
 * Puts an archive into a namespace: removes what is there, but for keys that the caller names, and writes the
 * archive's in its place. The caller holds every partition meanwhile (savepoint-restore.ts, Z9).
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { HinataError } from '../errors/index.js'
import type { Keyspace } from '../record/keys.js'
import { startOfLog, type EntryId } from '../record/record.js'
import { send, type RedisConnection } from '../redis/index.js'
import { archiveManifest, type Archive } from './archive.js'
import { eachKey, FramePutter } from './key-frames.js'
import { assertIntact, readFrames } from './savepoint-file.js'

/** Opens an archive and checks its files. Throws SAVEPOINT_CORRUPT. */
export async function openArchive(folder: string): Promise<OpenArchive> {
  const manifest = join(folder, archiveManifest)
  if (!existsSync(manifest)) throw new HinataError('SAVEPOINT_CORRUPT', { file: manifest, reason: 'missing' })
  const archive = JSON.parse(readFileSync(manifest, 'utf8')) as Archive
  for (const part of [...archive.parts, archive.shared]) await assertIntact(join(folder, part.file), part)
  return new OpenArchive(folder, archive)
}

/** An archive whose files are as they were written. */
export class OpenArchive {
  readonly #folder: string
  readonly #archive: Archive

  constructor(folder: string, archive: Archive) {
    this.#folder = folder
    this.#archive = archive
  }

  /** The end of a partition's log. */
  lastOf(partition: number): EntryId {
    return this.#archive.parts[partition]?.last ?? startOfLog
  }

  /** Replaces everything but `kept` by the archive. Throws SAVEPOINT_MISMATCH before it changes anything. */
  async putInto(
    redis: RedisConnection, keys: Keyspace, topic: string, kept: ReadonlySet<string>,
  ): Promise<void> {
    const { parts, shared } = this.#archive
    if (this.#archive.topic !== topic) {
      throw new HinataError('SAVEPOINT_MISMATCH',
        { what: 'topic', found: this.#archive.topic, expected: topic })
    }
    const erasures = await this.#erasuresOf(redis, keys)
    await eachKey(redis, `${keys.namespace}:*`, async name => {
      if (!kept.has(name)) await send(redis, 'UNLINK', [name])
    })
    await this.#put(redis, `${keys.namespace}:`, shared.file)
    for (const { partition, file } of parts) {
      await this.#put(redis, `${keys.namespace}:{${partition}}:`, file)
    }
    for (const [name, lines] of erasures) await send(redis, 'HSET', [name, ...lines])
  }

  /** What is known here of erasures, which an older archive does not know: it stays. */
  async #erasuresOf(redis: RedisConnection, keys: Keyspace): Promise<[name: string, lines: Buffer[]][]> {
    const found = await Promise.all(this.#archive.parts.map(async ({ partition }) => {
      const name = `${keys.log(partition, this.#archive.topic)}:erased`
      return [name, await send(redis, 'HGETALL', [name]) as Buffer[]] as [string, Buffer[]]
    }))
    return found.filter(([, lines]) => lines.length > 0)
  }

  async #put(redis: RedisConnection, prefix: string, file: string): Promise<void> {
    const putter = new FramePutter(redis, prefix)
    for await (const frame of readFrames(join(this.#folder, file))) await putter.put(frame)
    await putter.end()
  }
}
