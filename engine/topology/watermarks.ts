/**
 * How far event time has come in one partition: its watermarks. A watermark w says: no record with an event
 * time before w is expected any more. Pure data: what it knows comes from the log, in the log's order.
 *
 *   source of p ──▶ S(p) ──▶ W0(p) ──▶ W1(p) ──▶ …      one watermark per depth: how often a message may have
 *                              │         ▲              changed its partition before it reaches an actor
 *                              └─ mark ──┤
 *   source of q ──▶ S(q) ──▶ W0(q) ─ mark┘              W(d)(p) = least W(d-1) of all partitions
 *
 *   source:  active ─ idleMs without a record ─▶ idle ─ a record ─▶ active      any ─ end of input ─▶ ended
 *
 * M1  Watermarks never go back, and are a function of the partition's log alone: time is the time at which
 *     the log accepted what came, or the due time of the internal timer (`wakeAt`) that the fold keeps.
 * M2  While its source is active, W0 = greatest event time so far - outOfOrderMs. An idle source takes the
 *     least S of the active ones. When none is active, event time passes as the log's time does (from the
 *     greatest S on), a further idleMs later at each depth, so that what is told still arrives in time.
 * M3  A mark tells other partitions S and W0, W1 …; it leaves after everything that was told before they
 *     passed, and arrives in that order. Marks are sent when a watermark passes a multiple of `markMs`.
 */
import { decodeValue, encodeValue } from '../record/pack.js'
import type { CellWriter } from '../state/index.js'

/** Event time, declared. */
export interface EventTimeOptions {
  /** How much earlier than the greatest event time so far a record may be without being late, ms. */
  readonly outOfOrderMs: number
  /** After so long without a record (by the log's time) a partition's source is idle, ms. */
  readonly idleMs: number
  /** Other partitions hear of a watermark when it passes a multiple of this, ms. Default 100. */
  readonly markMs?: number
}

/** See the drawing above. */
type SourceStatus = 'active' | 'idle' | 'ended'

/** What one partition tells the others: the state of its source, S, and W0, W1 … as far as others need. */
export type Mark = readonly [from: number, status: SourceStatus, source: number, ...passed: number[]]

/** Where a partition stands among the others. */
export interface WatermarkPlace {
  readonly partition: number
  /** Partitions that exchange messages; 1 without a relay. */
  readonly partitions: number
  /** The greatest depth of an actor. */
  readonly depthMax: number
}

const ownField = 'own'
const markMsDefault = 100

type StoredOwn = [status: SourceStatus, greatest: number, heardAt: number | null,
  quiet: [since: number, from: number] | null, passed: number[], sent: [SourceStatus, ...number[]]]

/** See the top of the file. */
export class Watermarks {
  readonly #options: EventTimeOptions
  readonly #place: WatermarkPlace
  readonly #markMs: number
  readonly #marks = new Map<number, Mark>()
  readonly #dirtyMarks = new Set<number>()
  /** Least W(d) of the other partitions, by d. */
  #leastOfOthers: number[]
  #status: SourceStatus = 'active'
  #greatest = -Infinity
  /** When the source was last heard of (or anything at all, before its first record); ms, the log's time. */
  #heardAt: number | undefined
  #now = -Infinity
  /** Since when no source is active, and from which watermark time passes by itself. */
  #quiet: { readonly since: number, readonly from: number } | undefined
  #passed: number[]
  #sent: [SourceStatus, ...number[]]
  #isDirty = false

  constructor(options: EventTimeOptions, place: WatermarkPlace) {
    this.#options = options
    this.#place = place
    this.#markMs = options.markMs ?? markMsDefault
    this.#passed = new Array<number>(place.depthMax + 1).fill(-Infinity)
    this.#leastOfOthers = this.#leastMarks()
    this.#sent = ['active', -Infinity, ...this.#passed.slice(0, place.depthMax)]
  }

  /** The watermark of a depth. */
  at(depth: number): number {
    return this.#passed[depth]
  }

  /** A record of the source. */
  observe(eventTime: number, acceptedAt: number): void {
    this.#hear(acceptedAt)
    this.#heardAt = acceptedAt
    if (this.#status === 'idle') this.#status = 'active'
    if (eventTime > this.#greatest) this.#greatest = eventTime
    if (this.#quiet) this.#settleQuiet()
  }

  /** A mark of another partition. */
  receive(mark: Mark, acceptedAt: number): void {
    this.#hear(acceptedAt)
    this.#marks.set(mark[0], mark)
    this.#dirtyMarks.add(mark[0])
    this.#leastOfOthers = this.#leastMarks()
    this.#settleQuiet()
  }

  /** The source has no more records. */
  end(acceptedAt: number): void {
    this.#hear(acceptedAt)
    this.#status = 'ended'
    this.#settleQuiet()
  }

  /** Anything else of the log, or the internal timer: time has come to `now`. */
  tick(now: number): void {
    this.#hear(now)
    if (this.#status !== 'active' || this.#heardAt! + this.#options.idleMs > now) return
    this.#status = 'idle'
    this.#settleQuiet()
  }

  /** Moves the watermark of a depth as far as it may go; the depths before it must have been moved. */
  move(depth: number): number {
    const before = this.#passed[depth]
    const reached = Math.max(before, this.#reached(depth), this.#quietReached(depth))
    if (reached > before) {
      this.#passed[depth] = reached
      this.#isDirty = true
    }
    return reached
  }

  /** When the source will be idle unless a record comes; undefined if that makes no difference. */
  get idleAt(): number | undefined {
    return this.#status !== 'active' || this.#heardAt === undefined ? undefined
      : this.#heardAt + this.#options.idleMs
  }

  /** When the watermark of a depth will reach `due` by itself; undefined while some source is active. */
  reachesAt(depth: number, due: number): number | undefined {
    return this.#quiet ? this.#quiet.since + due - this.#quiet.from + depth * this.#options.idleMs : undefined
  }

  /** What others must hear now, if anything. Call when every depth has been moved and its timers fired. */
  takeMark(): Mark | undefined {
    const { partition, partitions, depthMax } = this.#place
    if (partitions === 1) return undefined
    const status = this.#status
    const values = [this.#source, ...this.#passed.slice(0, depthMax)]
    const isNews = status !== this.#sent[0] || values.some((value, i) =>
      Math.floor(value / this.#markMs) > Math.floor(this.#sent[i + 1] as number / this.#markMs))
    if (!isNews) return undefined
    this.#sent = [status, ...values]
    this.#isDirty = true
    return [partition, status, values[0], ...values.slice(1)]
  }

  /** Takes what `collect` wrote. */
  load(fields: Readonly<Record<string, Uint8Array>>): void {
    for (const [field, packed] of Object.entries(fields)) {
      if (field !== ownField) {
        this.#marks.set(Number(field), decodeValue(packed) as Mark)
        continue
      }
      const [status, greatest, heardAt, quiet, passed, sent] = decodeValue(packed) as StoredOwn
      this.#status = status
      this.#greatest = greatest
      this.#heardAt = heardAt ?? undefined
      this.#quiet = quiet ? { since: quiet[0], from: quiet[1] } : undefined
      this.#passed = passed
      this.#sent = sent
    }
    this.#leastOfOthers = this.#leastMarks()
  }

  /** Writes what changed: one field for its own, one for each partition that sent a mark. */
  collect(writer: CellWriter): void {
    if (this.#isDirty) {
      const own: StoredOwn = [this.#status, this.#greatest, this.#heardAt ?? null,
        this.#quiet ? [this.#quiet.since, this.#quiet.from] : null, this.#passed, this.#sent]
      writer.put(ownField, encodeValue(own))
    }
    for (const from of this.#dirtyMarks) writer.put(String(from), encodeValue(this.#marks.get(from)))
    this.#isDirty = false
    this.#dirtyMarks.clear()
  }

  /** S: what the records of the own source say. */
  get #source(): number {
    return this.#greatest - this.#options.outOfOrderMs
  }

  #hear(now: number): void {
    this.#now = Math.max(this.#now, now)
    this.#heardAt ??= now
    this.#isDirty = true
  }

  /** How far records and marks let a depth go (M2). */
  #reached(depth: number): number {
    if (depth > 0) return Math.min(this.#passed[depth - 1], this.#leastOfOthers[depth - 1])
    if (this.#status === 'ended') return Infinity
    return this.#status === 'idle' ? this.#leastActiveSource() : this.#source
  }

  /** The least S of the other active sources; a partition that was never heard of counts as active. */
  #leastActiveSource(): number {
    if (this.#quiet || this.#marks.size < this.#place.partitions - 1) return -Infinity
    const active = [...this.#marks.values()].filter(([, status]) => status === 'active')
    return active.length === 0 ? -Infinity : Math.min(...active.map(([, , source]) => source))
  }

  #quietReached(depth: number): number {
    return this.#quiet ? this.#quiet.from + this.#now - this.#quiet.since - depth * this.#options.idleMs
      : -Infinity
  }

  /** Nobody is active and somebody may come back: then time passes by itself. */
  #settleQuiet(): void {
    const all: (readonly [SourceStatus, number])[] = [[this.#status, this.#source]]
    for (const [, status, source] of this.#marks.values()) all.push([status, source])
    const isQuiet = all.length === this.#place.partitions && all.every(([status]) => status !== 'active')
      && all.some(([status]) => status === 'idle')
    if (!isQuiet) this.#quiet = undefined
    else if (!this.#quiet) {
      const from = Math.max(...[...all.map(([, source]) => source), this.#passed[0]].filter(Number.isFinite))
      if (Number.isFinite(from)) this.#quiet = { since: this.#now, from }
    }
  }

  #leastMarks(): number[] {
    const { partitions, depthMax } = this.#place
    return Array.from({ length: depthMax }, (_, depth) => {
      if (this.#marks.size < partitions - 1) return -Infinity
      let least = Infinity
      for (const [, , , ...passed] of this.#marks.values()) least = Math.min(least, passed[depth])
      return least
    })
  }
}
