/**
 * The breaker: ends a task whose records mostly fail, instead of burying them all.
 *
 *   closed ─ most of consecutive batches failed, `breakerFailuresMin` in all ─▶ open: PARTITION_PAUSED
 *   trying ─ most of one small batch failed ─▶ open      (after a pause, until its entry is passed)
 *     └───── the entry is passed ────────────▶ closed
 *
 * Z1  It is asked before a commit: the batch that opens it is not committed, so nothing of it is buried.
 * Z2  It decides when records are folded, never what becomes of them: the same log leaves the same state.
 */
import { HinataError } from '../errors/index.js'
import { breakerFailuresMin, breakerShare, commitRecordsMax } from '../limits/limits.js'
import { compareEntries, type EntryId } from '../record/record.js'
import type { Halt } from './halt.js'
import type { Burials } from './letters.js'

/** Watches the batches of one task. */
export class Breaker {
  readonly #partition: number
  readonly #halt: Halt | undefined
  #folded = 0
  #failed = 0

  /** `halt` is what the task is tried again after. */
  constructor(partition: number, halt: Halt | undefined) {
    this.#partition = partition
    this.#halt = halt
  }

  /** Records that the commit after `committed` may have, if that is more than one entry. */
  recordsMax(committed: EntryId): number {
    if (this.#halt === undefined || compareEntries(committed, this.#halt.entry) >= 0) return commitRecordsMax
    return this.#halt.code === 'PARTITION_PAUSED' ? breakerFailuresMin : 1
  }

  /** Looks at a batch to be committed up to `position`, after `committed`. Throws PARTITION_PAUSED. */
  judge(
    batch: Pick<Burials, 'failed' | 'cause'> & { readonly folded: number }, committed: EntryId,
    position: EntryId,
  ): void {
    const { folded, failed, cause } = batch
    if (folded === 0 || (this.#halt && compareEntries(position, this.#halt.buryUntil) <= 0)) return
    if (!cause || failed / folded < breakerShare) {
      this.#folded = this.#failed = 0
      return
    }
    this.#folded += folded
    this.#failed += failed
    const isTrial = this.#halt?.code === 'PARTITION_PAUSED'
      && compareEntries(committed, this.#halt.entry) < 0
    if (this.#failed < breakerFailuresMin && !isTrial) return
    throw new HinataError('PARTITION_PAUSED', {
      partition: this.#partition, position: cause.position, failed: this.#failed, folded: this.#folded,
      where: cause.where, reason: cause.message,
    })
  }
}
