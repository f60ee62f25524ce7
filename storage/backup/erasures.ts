/**
 * The erasures that were done, in a file beside the backups: a backup that is older than one is restored
 * without what was erased since.
 *
 *   <folder>/erasures.jsonl    a line per erasure, appended by the gateway once the log has it
 *
 * B7  No line has content or names anybody: persons and records are there as SHA-256 of their ids.
 * B8  An erasure counts when its entry lies behind the end of the backup's log. The others are in that log.
 * B9  A line that was cut short, and one that is there twice, do no harm.
 */
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FindErasure } from '../../engine/index.js'
import { retelling } from '../../pipelines/retelling.js'

/** One line. */
export interface NotedErasure {
  /** That of its receipt. */
  readonly id: string
  /** SHA-256 of the person's key. */
  readonly person_hash: string
  /** Where the log of then had it. */
  readonly entry: string
  readonly asked_at: number
  /** SHA-256 of key, line feed and id of each record that went; absent, with `before`: the person did. */
  readonly record_hashes?: readonly string[]
  /** Records that are older went, ms UTC. */
  readonly before?: number
}

const fileName = 'erasures.jsonl'

/** Appends a line. */
export function noteErasure(folder: string, noted: NotedErasure): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // begins with a line feed: a line that was cut short before stays alone
  appendFileSync(join(folder, fileName), `\n${JSON.stringify(noted)}\n`, { mode: 0o600, flush: true })
}

/** What the file beside the backups knows of a key (B8). */
export function erasuresBeside(folder: string): FindErasure {
  const byPerson = new Map<string, NotedErasure[]>()
  for (const noted of readNoted(join(folder, fileName))) {
    byPerson.set(noted.person_hash, [...byPerson.get(noted.person_hash) ?? [], noted])
  }
  return (key, isLater) => {
    if (byPerson.size === 0) return undefined
    const later = (byPerson.get(sha256(key)) ?? []).filter(({ entry }) => isLater(entry))
    const last = later.at(-1)
    if (last === undefined) return undefined
    const whole = later.findLast(one => one.record_hashes === undefined && one.before === undefined)
    if (whole) return { id: whole.id }
    const gone = new Set(later.flatMap(({ record_hashes: some }) => some ?? []))
    const before = Math.max(...later.map(one => one.before ?? 0))
    const retell = retelling(({ record, receivedAt }, eventTime) =>
      !gone.has(sha256(`${key}\n${record.id}`)) && Math.max(receivedAt, eventTime) >= before)
    return { id: last.id, retell }
  }
}

function readNoted(path: string): NotedErasure[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8').split('\n').filter(line => line !== '').flatMap(line => {
    try {
      return [JSON.parse(line) as NotedErasure]
    } catch {
      return [] // cut short (B9): the gateway that did not end it notes it again
    }
  })
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
