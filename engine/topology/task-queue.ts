/**
 * The queue of a task: the entries that are read and not folded, in the order of the log, with what the
 * stages made of them.
 *
 *   waiting ─in groups, a few at a time─▶ staging ─▶ staged, or unreadable ─ folded: `shift` ─▶ (gone)
 *
 * U1  The task bounds its length (K4), and asks for nothing more while it `isFull`: `taskBytesMax` of blocks.
 * U2  Beyond `stagedBytesMax` of what is at the stages or behind them, only the first entry is sent there.
 * U3  A failure of the stages meets whoever awaits `staging` of the first entry.
 */
import { openEntries, type DataKeys } from '../cipher/index.js'
import { stagedBytesMax, stageGroupBytesMax, stageGroupsMax, taskBytesMax } from '../limits/limits.js'
import type { Entry } from '../log/index.js'
import type { EntryId } from '../record/record.js'
import type { StagedRecord } from './staged.js'
import type { StagedEntry, StageRunner, StageWatch } from './stages.js'

/** An entry that waits to be folded. */
export interface QueuedEntry extends Entry {
  /** The stages of this entry; undefined until they begin. */
  readonly staging: Promise<void> | undefined
  /** Once the stages are through. An unreadable entry ends the task when the loop gets there. */
  readonly staged: StagedEntry | undefined
  /** Where its stages are. */
  readonly watch: StageWatch | undefined
}

/** An entry whose stages are through. */
export interface ReadyEntry {
  readonly id: EntryId
  readonly records: StagedRecord[]
}

/** `ahead`: what it takes at the stages or behind them, bytes; until they answer, as much as its block. */
type Queued = { -readonly [K in keyof QueuedEntry]: QueuedEntry[K] } & { ahead: number }

/** See the top of the file. */
export class TaskQueue {
  readonly #stages: StageRunner
  readonly #dataKeys: DataKeys | undefined
  readonly #entries: Queued[] = []
  #stagingGroups = 0
  /** Of the blocks that wait. */
  #blockBytes = 0
  /** Of what is at the stages or behind them. */
  #aheadBytes = 0

  /** With data keys, entries are decrypted on their way to the stages. */
  constructor(stages: StageRunner, dataKeys?: DataKeys) {
    this.#stages = stages
    this.#dataKeys = dataKeys
  }

  get length(): number {
    return this.#entries.length
  }

  get isFull(): boolean {
    return this.#blockBytes >= taskBytesMax
  }

  /** The first entry that waits. */
  get head(): QueuedEntry | undefined {
    return this.#entries[0]
  }

  /** Puts entries at the end and sends them on to the stages. */
  push(entries: readonly Entry[]): void {
    for (const { id, block } of entries) {
      this.#blockBytes += block.length
      this.#entries.push({ id, block, staging: undefined, staged: undefined, watch: undefined,
        ahead: 0 })
    }
    this.#stageAhead()
  }

  /** The first entry is folded. */
  shift(): void {
    const first = this.#entries.shift()
    if (!first) return
    this.#blockBytes -= first.block.length
    this.#aheadBytes -= first.ahead
    this.#stageAhead()
  }

  clear(): void {
    this.#entries.length = 0
    this.#blockBytes = 0
    this.#aheadBytes = 0
  }

  /**
   * The entries at the head whose stages are through, up to the first that `isHeld`: at most `recordsMax`
   * records, but one entry at least, since what is loaded for more would be loaded twice. They stay queued,
   * and are decoded one by one, as they are asked for.
   */
  *ready(recordsMax: number, isHeld: (entry: EntryId) => boolean): Generator<ReadyEntry> {
    let taken = 0
    for (const { id, staged } of this.#entries) {
      if (!staged || 'unreadable' in staged || isHeld(id)) break
      if (taken > 0 && taken + staged.count > recordsMax) break
      yield { id, records: staged.records() }
      taken += staged.count
    }
  }

  /** Sends waiting entries through the stages, in groups, a few groups at a time. */
  #stageAhead(): void {
    let next = this.#entries.findIndex(queued => queued.staging === undefined)
    while (next >= 0 && next < this.#entries.length && this.#stagingGroups < stageGroupsMax
      && this.#aheadBytes < stagedBytesMax) {
      const group: Queued[] = []
      let bytes = 0
      for (; next < this.#entries.length; next++) {
        const queued = this.#entries[next]
        if (group.length > 0 && bytes + queued.block.length > stageGroupBytesMax) break
        group.push(queued)
        bytes += queued.block.length
      }
      this.#stagingGroups++
      const staging = this.#stage(group)
      staging.catch(() => undefined) // a failure meets the loop when it gets there
      for (const queued of group) {
        queued.staging = staging
        this.#countAhead(queued, queued.block.length)
      }
    }
  }

  async #stage(group: Queued[]): Promise<void> {
    const watch: StageWatch = { stage: '' }
    for (const queued of group) queued.watch = watch
    try {
      const open = this.#dataKeys ? await openEntries(this.#dataKeys, group) : group
      const staged = await this.#stages.run(open, watch)
      group.forEach((queued, i) => {
        queued.staged = staged[i]
        if (this.#entries.includes(queued)) this.#countAhead(queued, bytesOf(staged[i]))
      })
    } finally {
      this.#stagingGroups--
    }
    this.#stageAhead()
  }

  #countAhead(queued: Queued, bytes: number): void {
    this.#aheadBytes += bytes - queued.ahead
    queued.ahead = bytes
  }
}

function bytesOf(staged: StagedEntry): number {
  return 'count' in staged ? staged.bytes : 0
}
