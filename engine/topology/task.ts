/**
 * The task: one partition of one topology, one owner, one loop. It reads blocks, runs the stages, folds and
 * commits.
 *
 *   assigned ─▶ restoring ─▶ running ─▶ draining ─▶ released
 *                   │            │
 *                   └─▶ fenced ◀─┘      (epoch lost or supervision: forget all uncommitted work)
 *
 * K1  Commits of a partition are strictly sequential; reading and stages of later entries overlap them.
 * K2  A commit carries the epoch and the sequence it continues; a refused one writes nothing and ends the
 *     task.
 * K3  A commit covers whole entries, so its position is an entry id.
 * K4  Reading stops while `taskEntriesMax` entries wait, and folding while the outbox is full (G8).
 * K5  A version that is not live follows the live one (follower.ts) and emits nothing into its outbox.
 */
import type { Clock } from '../clock/index.js'
import { HinataError } from '../errors/index.js'
import {
  commitRecordsMax, foldBudgetMs, followPollMs, outboxValuesMax, stageGroupRecordsMax, stageGroupsMax,
  taskEntriesMax,
} from '../limits/limits.js'
import {
  commitBatch, type Checkpoint, type Entry, type EntryTaker, type HashChange, type Lease,
} from '../log/index.js'
import { decodeBlock } from '../record/block.js'
import type { Keyspace } from '../record/keys.js'
import { timeOfEntry, type EntryId } from '../record/record.js'
import { redisTime, send, type RedisConnection } from '../redis/index.js'
import { TimerIndex } from '../state/index.js'
import { channels } from '../telemetry/channels.js'
import { Fold, type FoldedBatch, type StagedRecord } from './fold.js'
import type { Follower } from './follower.js'
import { RedisStore, topologyId } from './redis-store.js'
import type { DecodedEntry, StageRunner } from './stages.js'
import type { Topology } from './topology.js'

/** See the drawing above. */
export type TaskState = 'assigned' | 'restoring' | 'running' | 'draining' | 'released' | 'fenced'

/** What a task works with. */
export interface TaskOptions {
  readonly topology: Topology
  readonly partition: number
  readonly lease: Lease
  readonly keys: Keyspace
  readonly redis: RedisConnection
  readonly stages: StageRunner
  readonly clock: Clock
  readonly isLocal: (key: string) => boolean
  /** What the task stays behind; undefined: its version is live (K5). */
  readonly follower: Follower | undefined
  /** Memory for activations of this task. */
  readonly activationBytesMax: number
  /** Called after each commit with what it emitted, packed. */
  readonly onCommit: (batch: FoldedBatch) => void
  /** Called once when the task ends by itself. */
  readonly onEnd: (reason: HinataError) => void
}

interface Queued extends DecodedEntry {
  /** The stages of this entry; undefined until they begin. */
  staging: Promise<void> | undefined
  /** The records, once the stages are through. */
  done: StagedRecord[] | undefined
  /** Why the block cannot be decoded, if so. */
  readonly unreadable: unknown
}

const timerPollMs = 50
const outboxPollMs = 50

/** One partition's loop. */
export class Task implements EntryTaker {
  readonly stream: string
  readonly partition: number
  readonly epoch: number
  readonly #options: TaskOptions
  readonly #fold: Fold
  readonly #timers: TimerIndex
  readonly #queue: Queued[] = []
  readonly #stopping = new AbortController()
  #position: EntryId
  #checkpoint: Checkpoint
  #stagingGroups = 0
  #state: TaskState = 'assigned'
  #wake: (() => void) | undefined
  #loop: Promise<void> | undefined
  #inserted: () => number = () => Infinity
  #committedAt: number

  constructor(options: TaskOptions) {
    const { topology, partition, lease, keys, redis } = options
    this.#options = options
    this.partition = partition
    this.epoch = lease.epoch
    this.stream = keys.log(partition, topology.source.topic)
    this.#checkpoint = lease.checkpoint
    this.#position = lease.checkpoint.position
    this.#timers = new TimerIndex(partition)
    this.#committedAt = options.clock.now()
    this.#fold = new Fold({
      topology, partition, timers: this.#timers, isLocal: options.isLocal,
      store: new RedisStore(redis, keys, topologyId(topology), partition),
    })
  }

  get state(): TaskState {
    return this.#state
  }

  /** The last entry taken from the log. */
  get position(): EntryId {
    return this.#position
  }

  get hasRoom(): boolean {
    return this.#state === 'running' && this.#queue.length < taskEntriesMax
  }

  /** What is committed. */
  get checkpoint(): Checkpoint {
    return this.#checkpoint
  }

  /** When it last committed (ms UTC) and whether it has work: for health (G10). */
  get progress(): { readonly committedAt: number, readonly waiting: number, readonly activations: number } {
    const isAhead = this.#queue.length > 0 && this.#options.follower?.isBehind(this.#queue[0].id)
    return { committedAt: this.#committedAt, waiting: isAhead ? 0 : this.#queue.length,
      activations: this.#fold.activations }
  }

  /** Reads the timers and starts the loop. `inserted` tells how many emitted values all sinks have taken. */
  async start(inserted: () => number): Promise<void> {
    this.#state = 'restoring'
    this.#inserted = inserted
    const { redis, keys, topology } = this.#options
    const stored = await send(redis, 'ZRANGE',
      [keys.timers(this.partition, topologyId(topology)), 0, -1, 'WITHSCORES'])
    for (const [member, due] of pairsOf(stored)) this.#timers.set(member, due)
    this.#state = 'running'
    this.#loop = this.#run()
  }

  take(entries: Entry[]): void {
    for (const entry of entries) {
      this.#queue.push(queuedOf(entry))
      this.#position = entry.id
    }
    this.#stageAhead()
    this.#wake?.()
  }

  /** Sends waiting entries through the stages, in groups, a few groups at a time. */
  #stageAhead(): void {
    let next = this.#queue.findIndex(queued => queued.staging === undefined)
    while (next >= 0 && next < this.#queue.length && this.#stagingGroups < stageGroupsMax) {
      const group: Queued[] = []
      let records = 0
      for (; next < this.#queue.length; next++) {
        const queued = this.#queue[next]
        if (group.length > 0 && records + queued.records.length > stageGroupRecordsMax) break
        group.push(queued)
        records += queued.records.length
      }
      this.#stagingGroups++
      const staging = this.#stage(group)
      staging.catch(() => undefined) // a failure meets the loop when it gets there
      for (const queued of group) queued.staging = staging
    }
  }

  async #stage(group: Queued[]): Promise<void> {
    try {
      const staged = await this.#options.stages.run(group)
      group.forEach((queued, i) => { queued.done = staged[i] })
    } finally {
      this.#stagingGroups--
    }
    this.#stageAhead()
  }

  /** Folds what was read, commits and ends. The reader must have let go of the task before. */
  async drain(): Promise<void> {
    if (this.#state === 'running') this.#state = 'draining'
    this.#stopping.abort()
    this.#wake?.()
    await this.#loop
  }

  async #run(): Promise<void> {
    try {
      while (this.#state === 'running' || (this.#state === 'draining' && this.#queue.length > 0)) {
        if (this.#queue.length === 0) await this.#idle()
        else if (this.#isOutboxFull()) await this.#options.clock.wait(outboxPollMs, this.#stopping.signal)
        else if (await this.#isAhead()) await this.#followTimers()
        else await this.#foldQueue()
        if (this.#state === 'draining' && (this.#isOutboxFull() || await this.#isAhead())) break
      }
      this.#state = 'released'
    } catch (thrown) {
      this.#state = 'fenced'
      this.#queue.length = 0
      const reason = thrown instanceof HinataError ? thrown
        : new HinataError('INTERNAL', { reason: thrown instanceof Error ? thrown.message : String(thrown) },
          { cause: thrown })
      this.#options.onEnd(reason)
    }
  }

  #isOutboxFull(): boolean {
    return this.#checkpoint.emitted - this.#inserted() > outboxValuesMax
  }

  /** Whether the next entry is one that the live version has not committed (K5). */
  async #isAhead(): Promise<boolean> {
    const { follower } = this.#options
    return follower !== undefined && this.#queue.length > 0 && !await follower.has(this.#queue[0].id)
  }

  /** At the place of the live version: fires what it has fired, or waits for it to go on. */
  async #followTimers(): Promise<void> {
    if (!await this.#fireDueTimers()) await this.#options.clock.wait(followPollMs, this.#stopping.signal)
  }

  /** Folds the entries that are through the stages, until the time budget is used, then commits. */
  async #foldQueue(): Promise<void> {
    if (this.#queue[0].unreadable) throw this.#queue[0].unreadable
    await this.#queue[0].staging
    const ready = this.#takeReady()
    await this.#fold.prepare(ready.flatMap(queued => queued.done!))
    const deadline = performance.now() + foldBudgetMs
    let last: EntryId | undefined
    for (const { id, done } of ready) {
      for (const record of done!) {
        const pending = this.#fold.fold(record)
        if (pending) await pending
      }
      this.#queue.shift()
      last = id
      if (this.#fold.stoppedBy) throw this.#fold.stoppedBy
      if (performance.now() > deadline) break
    }
    if (last) await this.#commit(last)
  }

  /**
   * The entries at the head of the queue whose stages are through, up to one commit's worth. They stay
   * queued.
   */
  #takeReady(): Queued[] {
    const ready: Queued[] = []
    let records = 0
    for (const queued of this.#queue) {
      if (!queued.done || queued.unreadable || this.#options.follower?.isBehind(queued.id)
        || (records > 0 && records + queued.done.length > commitRecordsMax)) {
        break
      }
      ready.push(queued)
      records += queued.done.length
    }
    return ready
  }

  /** Nothing to fold: fires timers that are due, else waits for entries. */
  async #idle(): Promise<void> {
    const next = this.#timers.dueBefore(Infinity)
    if (next && next.due <= this.#options.clock.now() + timerPollMs && await this.#fireDueTimers()) return
    await new Promise<void>(resolve => {
      this.#wake = resolve
      if (this.#queue.length > 0 || this.#state !== 'running') resolve()
      else if (next) void this.#options.clock.wait(timerPollMs, this.#stopping.signal).then(resolve)
    })
    this.#wake = undefined
  }

  /**
   * Fires timers due before the time of Redis, but only when the log holds nothing accepted before it (F1).
   */
  async #fireDueTimers(): Promise<boolean> {
    const { redis, follower } = this.#options
    if (follower) return this.#fireTimersBefore(await follower.firedBefore(this.#checkpoint.position))
    const now = await redisTime(redis)
    const unread = await send(redis, 'XREAD', ['COUNT', 1, 'STREAMS', this.stream, this.#position])
    return unread === null && this.#queue.length === 0 && this.#fireTimersBefore(now)
  }

  async #fireTimersBefore(time: number): Promise<boolean> {
    if (!this.#timers.dueBefore(time)) return false
    await this.#fold.fireTimers(time)
    await this.#commit(this.#checkpoint.position)
    return true
  }

  async #commit(position: EntryId): Promise<void> {
    const { topology, keys, redis, clock, follower } = this.#options
    const id = topologyId(topology)
    const batch = this.#fold.collect()
    const emitted = follower ? [] : batch.emitted
    const before = this.#checkpoint
    await channels.commit.tracePromise(() => commitBatch(redis, this.partition, {
      checkpoint: keys.checkpoint(this.partition, id), outbox: keys.outbox(this.partition, id),
      timers: keys.timers(this.partition, id), dead: keys.dead(this.partition, id),
    }, {
      epoch: this.epoch, sequence: before.sequence, position, folded: batch.folded,
      emitted: emitted.length,
      outputs: Buffer.concat(emitted.map(({ packed }) => packed)), dead: batch.dead,
      timers: batch.timers,
      hashes: batch.hashes.map((hash): HashChange => ({
        key: hash.table === undefined
          ? keys.state(this.partition, id, hash.actor, hash.key)
          : keys.table(this.partition, id, hash.actor, hash.table, hash.key),
        puts: hash.changes.puts, removals: hash.changes.removals,
      })),
    }), { partition: this.partition, records: batch.folded, acceptedAt: timeOfEntry(position) })
    this.#checkpoint = {
      sequence: before.sequence + 1, position,
      folded: before.folded + batch.folded, emitted: before.emitted + emitted.length,
    }
    this.#committedAt = clock.now()
    this.#options.onCommit(batch)
    this.#fold.passivate(this.#options.activationBytesMax)
  }
}

/**
 * An entry to be staged. One that cannot be read ends the task when the loop gets there, and not the reader.
 */
function queuedOf({ id, block }: Entry): Queued {
  const queued = { id, staging: undefined, done: undefined, unreadable: undefined }
  try {
    return { ...queued, records: decodeBlock(id, block) }
  } catch (error) {
    return { ...queued, records: [], unreadable: error }
  }
}

/** ZRANGE … WITHSCORES comes flat or as pairs, by protocol version. */
function pairsOf(reply: unknown): [string, number][] {
  const flat = (reply as unknown[]).flat() as (Buffer | number)[]
  const pairs: [string, number][] = []
  for (let i = 0; i < flat.length; i += 2) pairs.push([String(flat[i]), Number(String(flat[i + 1]))])
  return pairs
}
