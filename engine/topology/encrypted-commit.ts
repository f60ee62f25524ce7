/**
 * What a commit writes, encrypted: each key's fields, emissions and letters with the data key that is in
 * force at the commit's position.
 *
 * W1  A key whose erasure is folded by this commit is read anew: what follows the erasure is encrypted with
 *     the key that came with or after it, never with the destroyed one.
 *     A key of which nothing is left to write gets none.
 * W2  What stands before an erasure is not written under a key that came after it, but shut for good: in the
 *     same commit (Emission.isErased), and when the erasure lies further on in the log.
 */
import { encodeEmissions, encryptChanges, type DataKeys } from '../cipher/index.js'
import type { EntryId } from '../record/record.js'
import type { Emission } from '../record/emission.js'
import { encryptLetter, legibleOf } from './letter-box.js'
import type { FoldedBatch } from './staged.js'
import type { ChangedHash } from './state-store.js'

/** What is written of one hash. */
type WrittenFields = Pick<ChangedHash['changes'], 'puts' | 'removals'>

/** The parts of a commit that hold what persons said. */
export interface CommitContent {
  readonly hashes: readonly (Omit<ChangedHash, 'changes'> & { readonly changes: WrittenFields })[]
  /** Parts of one block. */
  readonly outputs: readonly Buffer[]
  readonly dead: Buffer[]
}

/** The batch as it is, or with all content encrypted. `open` names outputs that everyone may read. */
export async function contentOf(
  dataKeys: DataKeys | undefined, batch: FoldedBatch, emitted: readonly Emission[], position: EntryId,
  open: ReadonlySet<string>,
): Promise<CommitContent> {
  const { hashes, dead } = batch
  if (!dataKeys) return { hashes, outputs: emitted.map(({ packed }) => packed), dead }
  for (const { key, isCleared } of hashes) if (isCleared) dataKeys.forget(key)
  const written = hashes.filter(({ changes: { puts, removals } }) => puts.length + removals.length > 0)
  const touched = new Set([...written.map(({ key }) => key), ...dead.map(letter => legibleOf(letter).key),
    ...emitted.filter(({ output }) => !open.has(output)).map(({ key }) => key)])
  touched.delete('') // of nobody: watermarks, blocks that cannot be read
  const inForce = await dataKeys.toCommit(touched, position)
  return {
    hashes: hashes.map(hash => {
      const found = inForce.get(hash.key)
      const isTable = hash.table !== undefined
      return found ? { ...hash, changes: encryptChanges(found.key, hash.changes, isTable) } : hash
    }),
    outputs: encodeEmissions(emitted, inForce, open),
    dead: dead.map(letter => encryptLetter(letter, inForce)),
  }
}
