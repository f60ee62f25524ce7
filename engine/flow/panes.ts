/**
 * What all windows that have a start and an end share: when they tell what they hold, and when they go.
 *
 *   open ── time reaches `end` ──▶ closed ── allowedLatenessMs later ──▶ gone
 *    │ early panes                    │ a late pane at each late record
 *
 * W1  A window that got a record in time has exactly one on-time pane. In all panes of a window together,
 *     with `discarding` each record counts once; with `accumulating` each pane holds everything so far.
 * W2  A record that every window of its time is gone for goes to `late`, and nowhere else: nothing is lost.
 * W3  State is one field per window, and goes with it. One timer per key waits for the earliest of all.
 */
import type { TurnContext } from '../actor/index.js'
import { map, type MapCell } from '../state/index.js'
import type { Aggregate } from './aggregate.js'
import { send, type To } from './destination.js'
import { dueCell, waitAnew, waitFor } from './waiting.js'

/** What a window tells. */
export interface Pane<R> {
  readonly key: string
  /** ms UTC, inclusive. */
  readonly start: number
  /** ms UTC, exclusive. */
  readonly end: number
  readonly timing: 'early' | 'on-time' | 'late'
  /** 0 for the first pane of the window, then 1, 2 … */
  readonly index: number
  readonly result: R
}

/** A record that came too late for every window. */
export interface Late<V> {
  readonly key: string
  readonly eventTime: number
  readonly watermark: number
  readonly value: V
}

/** When a window tells what it holds, besides when time reaches its end and at late records. */
export interface Trigger {
  /** Early, after every so many records. */
  readonly earlyRecords?: number
  /** Early, when the window's time reaches a multiple of this, ms, if something came since. */
  readonly earlyMs?: number
  /** Whether a pane holds everything so far (default), or what came since the last pane. */
  readonly panes?: 'accumulating' | 'discarding'
}

/** What all windows are declared with. */
export interface WindowOptions<V, A, R> {
  /** The name of the actor type, and of its state. */
  readonly type: string
  readonly aggregate: Aggregate<V, A, R>
  readonly to: To<Pane<R>>
  /** `event` (default): the record's time and the watermark. `processing`: the log's time. */
  readonly time?: 'event' | 'processing'
  readonly trigger?: Trigger
  /** How long after its end a window still takes late records, ms. Default 0. */
  readonly allowedLatenessMs?: number
  /** Where records go that are later than that. Default: nowhere. */
  readonly late?: To<Late<V>>
}

/** A window as it is kept: one field of the map, under its start. */
export interface Window<A> {
  readonly end: number
  readonly accumulator: A
  /** Records since the last pane. */
  readonly news: number
  readonly panes: number
  readonly isClosed: boolean
  /** When an early pane is due; null: none is. */
  readonly earlyAt: number | null
}

/** The cells of a windowing actor. */
export interface WindowCells<A> {
  readonly windows: MapCell<Window<A>>
  readonly due: MapCell<number>
}

/** The context of a windowing actor's turn. */
export type WindowContext<A> = Omit<TurnContext<Record<never, never>>, 'state'>
  & { readonly state: WindowCells<A> }

/** The declared cells. */
export function windowState<A>(): {
  windows: ReturnType<typeof map<Window<A>>>, due: ReturnType<typeof dueCell>
} {
  return { windows: map<Window<A>>(), due: dueCell() }
}

/** Panes, lateness and timers of the windows of one operator. */
export class Panes<V, A, R> {
  readonly #options: WindowOptions<V, A, R>
  readonly #isEventTime: boolean
  readonly #latenessMs: number

  constructor(options: WindowOptions<V, A, R>) {
    this.#options = options
    this.#isEventTime = options.time !== 'processing'
    this.#latenessMs = options.allowedLatenessMs ?? 0
  }

  /** When the record of this turn counts as having happened. */
  timeOf(ctx: WindowContext<A>): number {
    return this.#isEventTime ? ctx.eventTime : ctx.now
  }

  /** How far the window's time has come. */
  passed(ctx: WindowContext<A>): number {
    return this.#isEventTime ? ctx.watermark : ctx.now
  }

  /** Whether a window with this end is gone. */
  isGone(ctx: WindowContext<A>, end: number): boolean {
    return end + this.#latenessMs <= this.passed(ctx)
  }

  /** A window that holds nothing yet. */
  created(end: number): Window<A> {
    return { end, accumulator: this.#options.aggregate.create(), news: 0, panes: 0, isClosed: false,
      earlyAt: null }
  }

  /** Adds the turn's record to a window, and tells what must be told at once. */
  add(ctx: WindowContext<A>, start: number, window: Window<A>, record: V): void {
    const { earlyRecords = Infinity, earlyMs } = this.#options.trigger ?? {}
    const passed = this.passed(ctx)
    const next = {
      ...window, accumulator: this.#options.aggregate.add(window.accumulator, record), news: window.news + 1,
      isClosed: window.end <= passed, earlyAt: window.earlyAt,
    }
    if (earlyMs !== undefined && next.earlyAt === null) {
      const at = (Math.floor(Math.max(passed, start) / earlyMs) + 1) * earlyMs
      if (at < window.end) next.earlyAt = at
    }
    const timing = next.isClosed ? 'late' : next.news >= earlyRecords ? 'early' : undefined
    this.#keep(ctx, start, timing ? this.#tell(ctx, start, next, timing) : next)
  }

  /** Sends the turn's record to the late output (W2). */
  refuse(ctx: WindowContext<A>, record: V): void {
    if (!this.#options.late) return
    const { key, watermark } = ctx
    const eventTime = this.timeOf(ctx)
    send(ctx, this.#options.late, { key, eventTime, watermark, value: record }, eventTime)
  }

  /** The timer: tells and drops the windows that are due, and waits for the next. */
  pass(ctx: WindowContext<A>): void {
    const { windows } = ctx.state
    const now = ctx.eventTime
    const waiting = windows.entries().map(([start, window]) => [Number(start), window] as const)
      .filter(([, window]) => this.#dueOf(window) <= now).sort(([a], [b]) => a - b)
    for (const [start, window] of waiting) {
      if (window.isClosed) windows.delete(String(start))
      else if (window.end <= now) {
        const closed = { ...this.#tell(ctx, start, window, 'on-time'), isClosed: true }
        if (this.#latenessMs > 0) windows.put(String(start), closed)
        else windows.delete(String(start))
      } else {
        const told = window.news > 0 ? this.#tell(ctx, start, window, 'early') : window
        windows.put(String(start), { ...told, earlyAt: null })
      }
    }
    const dues = windows.entries().map(([, window]) => this.#dueOf(window))
    waitAnew(ctx, Math.min(Infinity, ...dues), this.#isEventTime)
  }

  #keep(ctx: WindowContext<A>, start: number, window: Window<A>): void {
    ctx.state.windows.put(String(start), window)
    waitFor(ctx, this.#dueOf(window), this.#isEventTime)
  }

  #dueOf({ isClosed, end, earlyAt }: Window<A>): number {
    return isClosed ? end + this.#latenessMs : Math.min(end, earlyAt ?? Infinity)
  }

  #tell(ctx: WindowContext<A>, start: number, window: Window<A>, timing: Pane<R>['timing']): Window<A> {
    const { aggregate, to, trigger } = this.#options
    const { end, accumulator, panes } = window
    const result = aggregate.result(accumulator)
    send(ctx, to, { key: ctx.key, start, end, timing, index: panes, result }, end - 1)
    return { ...window, news: 0, panes: panes + 1, earlyAt: null,
      accumulator: trigger?.panes === 'discarding' ? aggregate.create() : accumulator }
  }
}
