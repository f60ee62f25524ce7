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
import type { DataKeys } from '../cipher/index.js'
import { endWait, type Clock } from '../clock/index.js'
import { HinataError } from '../errors/index.js'
import {
  commitRecordsMax, foldBudgetMs, foldStretchMs, followPollMs, outboxValuesMax, taskEntriesMax,
} from '../limits/limits.js'
import {
  commitBatch, sealLog, type Checkpoint, type Entry, type EntryTaker, type HashChange, type Lease,
} from '../log/index.js'
import type { Keyspace } from '../record/keys.js'
import { timeOfEntry, type EntryId } from '../record/record.js'
import { fieldsOf, send, type RedisConnection } from '../redis/index.js'
import { TimerIndex } from '../state/index.js'
import { channels } from '../telemetry/channels.js'
import { Breaker } from './breaker.js'
import { contentOf } from './encrypted-commit.js'
import { Fold } from './fold.js'
import type { FoldTurns } from './fold-turns.js'
import type { Follower } from './follower.js'
import type { Halt } from './halt.js'
import { RedisStore, topologyId } from './redis-store.js'
import type { FoldedBatch } from './staged.js'
import type { StageRunner } from './stages.js'
import { TaskQueue, type ReadyEntry } from './task-queue.js'
import type { Topology } from './topology.js'
import type { LoadAllowance, WarmUp } from './warm-up.js'

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
  /** Of an encrypted topic; no other task remembers with them: they forget what this one folds. */
  readonly dataKeys: DataKeys | undefined
  readonly clock: Clock
  readonly isLocal: (key: string) => boolean
  /** What the task stays behind; undefined: its version is live (K5). */
  readonly follower: Follower | undefined
  /** Memory for activations of this task. */
  readonly activationBytesMax: number
  /** Called after each commit with what it emitted, packed. */
  readonly onCommit: (batch: FoldedBatch) => void
  /** The node's ration of loading after takeovers. */
  readonly warmUp: WarmUp
  /** The node's turns of folding. */
  readonly turns: FoldTurns
  /** Counts a record's key, for the hot keys. */
  readonly onKey: (key: string) => void
  /** What it is tried again after. */
  readonly halt?: Halt
  /** Called once when the task ends by itself. */
  readonly onEnd: (reason: HinataError) => void
}

/** What a task is doing, for health (G10). Times are of its clock, ms UTC. */
export interface TaskProgress {
  /** Entries that are read and not folded. */
  readonly waiting: number
  /** When there was last no work, or a commit. */
  readonly movedAt: number
  /** `stage <name>`, fold, commit, `full outbox`. */
  readonly doing: string
  /** The first entry that waits. */
  readonly position: EntryId
  readonly activations: number
}

/** What a record is thought to take before any was folded, and how much a batch changes that. */
const foldMsFirst = 0.05
const foldMsWeight = 0.3
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
  readonly #queue: TaskQueue
  readonly #stopping = new AbortController()
  #position: EntryId
  #checkpoint: Checkpoint
  /** What folding a record takes, ms: a running average. */
  #foldMs = foldMsFirst
  #state: TaskState = 'assigned'
  #wake: (() => void) | undefined
  #loop: Promise<void> | undefined
  #inserted: () => number = () => Infinity
  readonly #breaker: Breaker
  /** What an operator passed: name of the record or entry → records of the block. */
  readonly #skipped = new Map<string, number>()
  #movedAt: number
  #doing: 'stage' | 'fold' | 'commit' | 'full outbox' = 'stage'
  #firstEntry: EntryId | undefined
  readonly #warmsUpSince: number

  constructor(options: TaskOptions) {
    const { topology, partition, lease, keys, redis } = options
    this.#options = options
    this.partition = partition
    this.epoch = lease.epoch
    this.stream = keys.log(partition, topology.source.topic)
    this.#checkpoint = lease.checkpoint
    this.#position = lease.checkpoint.position
    this.#timers = new TimerIndex(partition)
    this.#queue = new TaskQueue(options.stages, options.dataKeys)
    this.#movedAt = options.clock.now()
    this.#warmsUpSince = options.warmUp.begin(lease.checkpoint.sequence)
    this.#breaker = new Breaker(partition, options.halt)
    this.#fold = new Fold({
      topology, partition, timers: this.#timers, isLocal: options.isLocal, skipped: this.#skipped,
      partitions: topology.source.partitions,
      store: new RedisStore(redis, keys, topologyId(topology), partition, options.dataKeys),
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
    return this.#state === 'running' && this.#queue.length < taskEntriesMax && !this.#queue.isFull
  }

  /** What is committed. */
  get checkpoint(): Checkpoint {
    return this.#checkpoint
  }

  /** The first entry that it took. */
  get firstEntry(): EntryId | undefined {
    return this.#firstEntry
  }

  get progress(): TaskProgress {
    const { head, length } = this.#queue
    const isAhead = head !== undefined && this.#options.follower?.isBehind(head.id)
    return {
      waiting: isAhead ? 0 : length, movedAt: this.#movedAt, activations: this.#fold.activations,
      doing: this.#doing === 'stage' ? `stage ${head?.watch?.stage ?? ''}` : this.#doing,
      position: head?.id ?? this.#checkpoint.position,
    }
  }

  /** Reads the timers and starts the loop. `inserted` tells how many emitted values all sinks have taken. */
  async start(inserted: () => number): Promise<void> {
    this.#state = 'restoring'
    this.#inserted = inserted
    try {
      await this.#restore()
    } catch (thrown) {
      return this.#end(thrown)
    }
    this.#state = 'running'
    this.#loop = this.#run()
  }

  async #restore(): Promise<void> {
    const { redis, keys, topology } = this.#options
    const stored = await send(redis, 'ZRANGE',
      [keys.timers(this.partition, topologyId(topology)), 0, -1, 'WITHSCORES'])
    await this.#fold.restore(pairsOf(stored))
    const skips = await send(redis, 'HGETALL', [keys.skips(this.partition, topology.source.topic)])
    for (const [name, records] of Object.entries(fieldsOf(skips))) this.#skipped.set(name, Number(records))
  }

  take(entries: Entry[]): void {
    if (this.#queue.length === 0) this.#movedAt = this.#options.clock.now()
    this.#firstEntry ??= entries[0]?.id
    this.#position = entries.at(-1)?.id ?? this.#position
    this.#queue.push(entries)
    this.#wake?.()
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
        else if (this.#isOutboxFull()) {
          this.#doing = 'full outbox'
          await this.#options.clock.wait(outboxPollMs, this.#stopping.signal)
        } else if (await this.#isAhead()) await this.#followTimers()
        else await this.#foldQueue()
        if (this.#state === 'draining' && (this.#isOutboxFull() || await this.#isAhead())) break
      }
      this.#state = 'released'
    } catch (thrown) {
      this.#end(thrown)
    }
  }

  #end(thrown: unknown): void {
    this.#state = 'fenced'
    this.#queue.clear()
    this.#options.onEnd(thrown instanceof HinataError ? thrown
      : new HinataError('INTERNAL', { reason: String(thrown) }, { cause: thrown }))
  }

  #isOutboxFull(): boolean {
    return this.#checkpoint.emitted - this.#inserted() > outboxValuesMax
  }

  /** Whether the next entry is one that the live version has not committed (K5). */
  async #isAhead(): Promise<boolean> {
    const { follower } = this.#options
    const { head } = this.#queue
    return follower !== undefined && head !== undefined && !await follower.has(head.id)
  }

  /** At the place of the live version: fires what it has fired, or waits for it to go on. */
  async #followTimers(): Promise<void> {
    const { clock } = this.#options
    if (!await this.#fireDueTimers(clock.now())) await clock.wait(followPollMs, this.#stopping.signal)
    this.#movedAt = clock.now() // what it waits for is not its own work
  }

  /** Folds the entries that are through the stages, until the time budget is used, then commits. */
  async #foldQueue(): Promise<void> {
    const head = this.#queue.head!
    this.#doing = 'stage'
    await head.staging
    this.#doing = 'fold'
    if (head.staged && 'unreadable' in head.staged) return this.#passBlock(head, head.staged.unreadable)
    const { warmUp, turns } = this.#options
    const allowance = await warmUp.reserve(this.#warmsUpSince, this.#stopping.signal)
    await turns.take(() => this.#foldBatch(allowance))
  }

  /** Folds what is ready and allowed, and commits it. */
  async #foldBatch(allowance: LoadAllowance): Promise<void> {
    const { clock, warmUp } = this.#options
    const before = this.#fold.loaded
    const ready = await this.#fold.prepare(this.#ready(), allowance.actorsMax)
    const start = clock.now()
    let pausedAt = start
    let folded = 0
    let last: EntryId | undefined
    for (const { id, records } of ready) {
      for (const record of records) {
        this.#options.onKey(record.key)
        const pending = this.#fold.fold(record)
        if (pending) await pending
        if (clock.now() - pausedAt > foldStretchMs) {
          await clock.pause()
          pausedAt = clock.now()
        }
      }
      this.#queue.shift()
      folded += records.length
      last = id
      this.#assertNotStopped()
      if (clock.now() - start > foldBudgetMs) break
    }
    const { actors, bytes } = this.#fold.loaded
    warmUp.settle(allowance, actors - before.actors, bytes - before.bytes)
    if (folded > 0) this.#foldMs += (Math.max(clock.now() - start, 1) / folded - this.#foldMs) * foldMsWeight
    if (last) await this.#commit(last)
  }

  /** A block that cannot be read ends the task, unless an operator passed it: then it is one dead letter. */
  async #passBlock({ id, block }: Entry, error: HinataError): Promise<void> {
    const records = this.#skipped.get(id)
    if (records === undefined) throw error
    this.#fold.buryBlock(id, block, records, error)
    this.#queue.shift()
    await this.#commit(id)
  }

  #assertNotStopped(): void {
    const stopped = this.#fold.stoppedBy
    if (!stopped) return
    throw new HinataError('PARTITION_STOPPED', {
      partition: this.partition, position: stopped.details.position, reason: stopped.message,
    }, { cause: stopped })
  }

  /** What the time budget is thought to take, and neither the breaker nor the live version holds back. */
  #ready(): Iterable<ReadyEntry> {
    const recordsMax = Math.min(foldBudgetMs / this.#foldMs, commitRecordsMax,
      this.#breaker.recordsMax(this.#checkpoint.position))
    return this.#queue.ready(recordsMax, id => this.#options.follower?.isBehind(id) === true)
  }

  /** Nothing to fold: fires timers that are due, else waits for entries. */
  async #idle(): Promise<void> {
    const next = this.#timers.dueBefore(Infinity)
    const isNear = next && next.due <= this.#options.clock.now() + timerPollMs
    if (isNear && await this.#fireDueTimers(next.due)) return
    const poll = new AbortController()
    await new Promise<void>(resolve => {
      this.#wake = resolve
      if (this.#queue.length > 0 || this.#state !== 'running') resolve()
      else if (next) void this.#options.clock.wait(timerPollMs, poll.signal).then(resolve)
    })
    endWait(poll) // entries woke it: under load, a poll for each of them would pile up
    this.#wake = undefined
  }

  /**
   * Fires timers due before the time of Redis, but only when the log holds nothing accepted before it, and
   * never will (F1).
   */
  async #fireDueTimers(due: number): Promise<boolean> {
    const { redis, follower } = this.#options
    if (follower) return this.#fireTimersBefore(await follower.firedBefore(this.#checkpoint.position))
    const now = await sealLog(redis, this.stream, this.#position, due)
    return now !== undefined && this.#queue.length === 0 && this.#fireTimersBefore(now)
  }

  async #fireTimersBefore(time: number): Promise<boolean> {
    if (!this.#timers.dueBefore(time)) return false
    await this.#fold.fireTimers(time)
    this.#assertNotStopped()
    await this.#commit(this.#checkpoint.position)
    return true
  }

  async #commit(position: EntryId): Promise<void> {
    const { topology, keys, redis, clock, follower } = this.#options
    const id = topologyId(topology)
    const batch = this.#fold.collect()
    const emitted = follower ? [] : batch.emitted
    const before = this.#checkpoint
    this.#breaker.judge(batch, before.position, position)
    this.#doing = 'commit'
    const { hashes, outputs, dead } = await contentOf(this.#options.dataKeys, batch, emitted, position,
      new Set(topology.erasures ? [topology.erasures.output] : []))
    await channels.commit.tracePromise(() => commitBatch(redis, this.partition, {
      checkpoint: keys.checkpoint(this.partition, id), outbox: keys.outbox(this.partition, id),
      timers: keys.timers(this.partition, id), dead: keys.dead(this.partition, id),
      changed: keys.changed(this.partition, id),
    }, {
      epoch: this.epoch, history: this.#options.lease.history, sequence: before.sequence, position,
      folded: batch.folded, emitted: emitted.length,
      outputs, dead,
      timers: batch.timers,
      hashes: hashes.map((hash): HashChange => ({
        key: hash.table === undefined
          ? keys.state(this.partition, id, hash.actor, hash.key)
          : keys.table(this.partition, id, hash.actor, hash.table, hash.key),
        puts: hash.changes.puts, removals: hash.changes.removals,
        isCleared: hash.isCleared,
      })),
    }), { partition: this.partition, records: batch.folded, acceptedAt: timeOfEntry(position) })
    this.#checkpoint = {
      sequence: before.sequence + 1, position,
      folded: before.folded + batch.folded, emitted: before.emitted + emitted.length,
    }
    this.#movedAt = clock.now()
    this.#options.onCommit(batch)
    this.#fold.passivate(this.#options.activationBytesMax)
  }
}

/** ZRANGE … WITHSCORES comes flat or as pairs, by protocol version. */
function pairsOf(reply: unknown): [string, number][] {
  const flat = (reply as unknown[]).flat() as (Buffer | number)[]
  const pairs: [string, number][] = []
  for (let i = 0; i < flat.length; i += 2) pairs.push([String(flat[i]), Number(String(flat[i + 1]))])
  return pairs
}
