/**
 * An archive: the log and everything else of a namespace that belongs to no version, as files. Together with
 * a savepoint that was made before it, it is all that Redis holds.
 *
 *   <folder>/p0000.log … (savepoint-file.ts)   the partition's log, idempotency ids, marks of operators …
 *   <folder>/shared.log                        what is in no partition: apps, signing keys, topics …
 *   <folder>/archive.json                      where each log ends, checksums; written last
 *
 * A1  The log of a partition ends at one entry, and its ids and counts are those of that end: an id that was
 *     revised behind it is left out, so its old content would count as new, and folding it changes nothing.
 * A2  What expires by itself is left out, and so are nodes and schedules: every start makes them.
 */
import type { FileFacts } from './savepoint-file.js'
import type { EntryId } from '../record/record.js'

/** The file of one partition. */
export interface ArchivePart extends FileFacts {
  readonly partition: number
  readonly file: string
  /** The last entry of the log in it. */
  readonly last: EntryId
  /** Records of the log up to there. */
  readonly records: number
}

/** What an archive is of. */
export interface Archive {
  readonly format: 1
  readonly topic: string
  readonly parts: readonly ArchivePart[]
  readonly shared: FileFacts & { readonly file: string }
}

/** Name of the file that tells what is in the folder. */
export const archiveManifest = 'archive.json'
