/**
 * What operators should do, naively: all records of a key are kept for ever, and everything is computed anew
 * from them. No timers, no state, no clever order: at each record the reference is told how far the watermark
 * was, and after it how far it has come.
 */
import type { Late, Pane, Trigger } from '../../../engine/index.js'

/** A record as an operator sees it. */
export interface Seen {
  readonly key: string
  readonly eventTime: number
  readonly watermark: number
  /** The receiver. */
  readonly message: string
  readonly value: string
}

/** One key of one operator. */
export interface Reference {
  record(seen: Seen): void
  /** The watermark has come from `before` to `after`. */
  pass(before: number, after: number): void
  readonly told: unknown[]
  readonly late: Late<string>[]
}

/** What all references keep. */
abstract class Told implements Reference {
  readonly told: unknown[] = []
  readonly late: Late<string>[] = []
  readonly key: string

  constructor(key: string) {
    this.key = key
  }

  abstract record(seen: Seen): void
  abstract pass(before: number, after: number): void

  refuse({ key, eventTime, watermark, value }: Seen): void {
    this.late.push({ key, eventTime, watermark, value })
  }
}

const isWithin = (instant: number, before: number, after: number): boolean =>
  instant > before && instant <= after

/** Windows as lists of the records in them. */
interface Listed {
  start: number
  end: number
  values: string[]
  /** Of them, those that no pane has told. */
  news: string[]
  panes: number
  isClosed: boolean
}

/** What tumbling, hopping and session windows tell. */
abstract class ListedWindows extends Told {
  protected windows: Listed[] = []
  protected readonly trigger: Trigger
  protected readonly latenessMs: number

  constructor(key: string, trigger: Trigger, latenessMs: number) {
    super(key)
    this.trigger = trigger
    this.latenessMs = latenessMs
  }

  protected add(window: Listed, value: string, watermark: number): void {
    window.values.push(value)
    window.news.push(value)
    window.isClosed = window.end <= watermark
    if (window.isClosed) this.tell(window, 'late')
    else if (window.news.length >= (this.trigger.earlyRecords ?? Infinity)) this.tell(window, 'early')
  }

  pass(before: number, after: number): void {
    const instants: [at: number, window: Listed][] = []
    for (const window of this.windows) {
      if (isWithin(window.end, before, after) && !window.isClosed) instants.push([window.end, window])
      const step = this.trigger.earlyMs ?? Infinity
      for (let at = (Math.floor(window.start / step) + 1) * step; at < window.end; at += step) {
        if (isWithin(at, before, after)) instants.push([at, window])
      }
    }
    for (const [at, window] of instants.sort(([a, x], [b, y]) => a - b || x.start - y.start)) {
      if (at === window.end) {
        this.tell(window, 'on-time')
        window.isClosed = true
      } else if (window.news.length > 0) this.tell(window, 'early')
    }
    this.windows = this.windows.filter(({ end }) => end + this.latenessMs > after)
  }

  protected tell(window: Listed, timing: Pane<unknown>['timing']): void {
    const { start, end, values, news } = window
    const result = this.trigger.panes === 'discarding' ? news : [...values]
    this.told.push({ key: this.key, start, end, timing, index: window.panes++, result })
    window.news = []
  }
}

/** Tumbling and hopping windows. */
export class FixedReference extends ListedWindows {
  readonly #sizeMs: number
  readonly #everyMs: number
  readonly #offsetMs: number

  constructor(key: string, trigger: Trigger, latenessMs: number,
    places: { sizeMs: number, everyMs: number, offsetMs: number }) {
    super(key, trigger, latenessMs)
    this.#sizeMs = places.sizeMs
    this.#everyMs = places.everyMs
    this.#offsetMs = places.offsetMs
  }

  record(seen: Seen): void {
    const { eventTime, watermark, value } = seen
    let isTaken = false
    for (let start = Math.ceil(eventTime) - this.#sizeMs; start <= eventTime; start++) {
      const isPlace = (start - this.#offsetMs) % this.#everyMs === 0
      const end = start + this.#sizeMs
      if (!isPlace || end <= eventTime || end + this.latenessMs <= watermark) continue
      isTaken = true
      let window = this.windows.find(one => one.start === start)
      if (!window) this.windows.push(window = { start, end, values: [], news: [], panes: 0, isClosed: false })
      this.add(window, value, watermark)
    }
    if (!isTaken) this.refuse(seen)
  }
}

/** Session windows. */
export class SessionReference extends ListedWindows {
  readonly #gapMs: number

  constructor(key: string, trigger: Trigger, latenessMs: number, gapMs: number) {
    super(key, trigger, latenessMs)
    this.#gapMs = gapMs
  }

  record(seen: Seen): void {
    const { eventTime: at, watermark, value } = seen
    const near = this.windows.filter(({ start, end }) => at > start - this.#gapMs && at < end)
      .sort((a, b) => a.start - b.start)
    if (near.length === 0 && at + this.#gapMs + this.latenessMs <= watermark) return this.refuse(seen)
    this.windows = this.windows.filter(window => !near.includes(window))
    const joined: Listed = {
      start: Math.min(at, ...near.map(({ start }) => start)),
      end: Math.max(at + this.#gapMs, ...near.map(({ end }) => end)),
      values: near.flatMap(({ values }) => values), news: near.flatMap(({ news }) => news),
      panes: near.reduce((sum, { panes }) => sum + panes, 0), isClosed: false,
    }
    this.windows.push(joined)
    this.add(joined, value, watermark)
  }
}

/** Sliding windows. */
export class SlidingReference extends Told {
  readonly #sizeMs: number
  readonly #latenessMs: number
  readonly #records: Seen[] = []
  readonly #panes = new Map<number, number>()

  constructor(key: string, sizeMs: number, latenessMs: number) {
    super(key)
    this.#sizeMs = sizeMs
    this.#latenessMs = latenessMs
  }

  record(seen: Seen): void {
    const { eventTime, watermark } = seen
    if (eventTime + this.#latenessMs < watermark) return this.refuse(seen)
    this.#records.push(seen)
    for (const at of this.#instants()) {
      if (at >= eventTime && at <= eventTime + this.#sizeMs && at < watermark) this.#tell(at, 'late')
    }
  }

  pass(before: number, after: number): void {
    for (const at of this.#instants()) if (isWithin(at + 1, before, after)) this.#tell(at, 'on-time')
  }

  #instants(): number[] {
    return [...new Set(this.#records.map(({ eventTime }) => eventTime))].sort((a, b) => a - b)
  }

  #tell(at: number, timing: Pane<unknown>['timing']): void {
    const start = at - this.#sizeMs
    const inside = this.#records.filter(({ eventTime }) => eventTime >= start && eventTime <= at)
      .sort((a, b) => a.eventTime - b.eventTime)
    const index = this.#panes.get(at) ?? 0
    this.#panes.set(at, index + 1)
    const result = inside.map(({ value }) => value)
    this.told.push({ key: this.key, start, end: at + 1, timing, index, result })
  }
}

/** Dedupe by the first letter of the value. */
export class DedupeReference extends Told {
  readonly #withinMs: number
  readonly #latenessMs: number
  readonly #kept: Seen[] = []

  constructor(key: string, withinMs: number, latenessMs: number) {
    super(key)
    this.#withinMs = withinMs
    this.#latenessMs = latenessMs
  }

  record(seen: Seen): void {
    const { eventTime, watermark, value } = seen
    if (eventTime + this.#latenessMs < watermark) return this.refuse(seen)
    if (this.#kept.some(other => other.value[0] === value[0]
      && Math.abs(other.eventTime - eventTime) < this.#withinMs)) return
    this.#kept.push(seen)
    this.told.push(value)
  }

  pass(): void {
    // nothing waits
  }
}

/** Interval join; a pair is told as `left+right`, a left record alone as `left+`. */
export class IntervalReference extends Told {
  readonly #options: { lowerMs: number, upperMs: number, latenessMs: number, isLeft: boolean }
  readonly #lefts: (Seen & { isJoined: boolean })[] = []
  readonly #rights: Seen[] = []

  constructor(key: string, options: IntervalReference['options']) {
    super(key)
    this.#options = options
  }

  /** Names the type of the options. */
  get options(): { lowerMs: number, upperMs: number, latenessMs: number, isLeft: boolean } {
    return this.#options
  }

  record(seen: Seen): void {
    const { lowerMs, upperMs, latenessMs } = this.#options
    const { eventTime, watermark, message, value } = seen
    if (eventTime + latenessMs < watermark) return this.refuse(seen)
    const isPair = (left: number, right: number): boolean =>
      right - left >= lowerMs && right - left <= upperMs
    const byTime = (a: Seen, b: Seen): number => a.eventTime - b.eventTime
    if (message === 'left') {
      const partners = this.#rights.filter(right => isPair(eventTime, right.eventTime)).sort(byTime)
      for (const right of partners) this.told.push(`${value}+${right.value}`)
      this.#lefts.push({ ...seen, isJoined: partners.length > 0 })
      return
    }
    for (const left of this.#lefts.filter(one => isPair(one.eventTime, eventTime)).sort(byTime)) {
      this.told.push(`${left.value}+${value}`)
      left.isJoined = true
    }
    this.#rights.push(seen)
  }

  pass(before: number, after: number): void {
    const { upperMs, latenessMs, isLeft } = this.#options
    const dueOf = ({ eventTime }: Seen): number => eventTime + Math.max(0, upperMs) + latenessMs + 1
    const alone = this.#lefts.filter(left => !left.isJoined && isWithin(dueOf(left), before, after))
    for (const { value } of alone.sort((a, b) => dueOf(a) - dueOf(b))) if (isLeft) this.told.push(`${value}+`)
  }
}

/** Table join, temporal or latest; a removed row is the value `-`. */
export class TableReference extends Told {
  readonly #isTemporal: boolean
  readonly #isLeft: boolean
  readonly #versions: Seen[] = []
  #waiting: Seen[] = []

  constructor(key: string, isTemporal: boolean, isLeft: boolean) {
    super(key)
    this.#isTemporal = isTemporal
    this.#isLeft = isLeft
  }

  record(seen: Seen): void {
    if (seen.message === 'table') this.#versions.push(seen)
    else if (!this.#isTemporal) this.#tell(seen.value, this.#versions.at(-1))
    else if (seen.eventTime < seen.watermark) this.refuse(seen)
    else this.#waiting.push(seen)
  }

  pass(before: number, after: number): void {
    const due = this.#waiting.filter(({ eventTime }) => isWithin(eventTime + 1, before, after))
    this.#waiting = this.#waiting.filter(seen => !due.includes(seen))
    for (const { eventTime, value } of due.sort((a, b) => a.eventTime - b.eventTime)) {
      const valid = this.#versions.filter(version => version.eventTime <= eventTime)
        .sort((a, b) => a.eventTime - b.eventTime).at(-1)
      this.#tell(value, valid)
    }
  }

  #tell(value: string, version: Seen | undefined): void {
    const row = version === undefined || version.value === '-' ? undefined : version.value
    if (row !== undefined || this.#isLeft) this.told.push(`${value}@${row ?? ''}`)
  }
}

/** Everything that depends on the records so far alone: `of` says what is told after the last of them. */
export class EachReference extends Told {
  readonly #of: (values: readonly string[], seen: Seen) => unknown
  readonly #values: string[] = []

  constructor(key: string, of: (values: readonly string[], seen: Seen) => unknown) {
    super(key)
    this.#of = of
  }

  record(seen: Seen): void {
    this.#values.push(seen.value)
    const told = this.#of(this.#values, seen)
    if (told !== undefined) this.told.push(told)
  }

  pass(): void {
    // nothing waits
  }
}
