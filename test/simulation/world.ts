/**
 * The world of one simulation: a virtual clock, what happens next, and processes that can be paused and
 * killed.
 *
 * W1  Everything that happens is an event at a virtual time; events of one time happen in the order in which
 *     they were made. Between two events all promises settle.
 * W2  A process notices only what is delivered to it: nothing while it is paused (it comes later, in order),
 *     nothing ever again once it is dead.
 * W3  Chance comes from the seed alone, so a seed always gives the same run.
 */
import type { Clock } from '../../engine/index.js'
import { seededRandom } from '../support/random.js'

interface Event {
  readonly at: number
  readonly order: number
  readonly happen: () => void
  /** Settles no promise, so that nothing need be waited for before the next event. */
  readonly isQuiet: boolean
}

/** Something that may still be called off. */
export interface Planned {
  isOff: boolean
}

/** How many events one turn of the real event loop takes: the loop itself costs as much as an event. */
const eventsPerTurn = 32

/** See the top of the file. */
export class World {
  /** ms UTC, with fractions. */
  now: number
  readonly random: () => number
  readonly #events: Event[] = []
  #orders = 0
  #happened = 0

  constructor(seed: number, start = Date.UTC(2026, 0, 1)) {
    this.random = seededRandom(seed)
    this.now = start
  }

  /** Events so far. */
  get happened(): number {
    return this.#happened
  }

  /** A number from `from` to `to`. */
  between(from: number, to: number): number {
    return from + this.random() * (to - from)
  }

  /** A whole number in 0..below. */
  draw(below: number): number {
    return Math.floor(this.random() * below)
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.draw(choices.length)]
  }

  /** Calls `happen` in `ms`. */
  after(ms: number, happen: () => void): void {
    this.#push({ at: this.now + ms, order: this.#orders++, happen, isQuiet: false })
  }

  /** Like `after`, for what wakes no process. */
  quietlyAt(at: number, happen: () => void): void {
    this.#push({ at: Math.max(at, this.now), order: this.#orders++, happen, isQuiet: true })
  }

  /** Lets events happen until `isDone` (looked at between events), at most `ms` long; whether it is done. */
  run(isDone: () => boolean, ms: number): Promise<boolean> {
    const deadline = this.now + ms
    return new Promise((resolve, reject) => {
      let isOver = false
      const end = (done: boolean): void => {
        isOver = true
        resolve(done)
      }
      const step = (isLast: boolean): void => {
        if (isOver) return
        try {
          for (;;) {
            if (isDone()) return end(true)
            const next = this.#events[0]
            if (!next || next.at > deadline) {
              this.now = deadline
              return end(false)
            }
            this.#pop()
            this.now = next.at
            this.#happened++
            next.happen()
            if (!next.isQuiet) break
          }
          if (isLast) turn()
        } catch (error) {
          isOver = true
          reject(error)
        }
      }
      const turn = (): void => {
        for (let i = 1; i <= eventsPerTurn; i++) setImmediate(step, i === eventsPerTurn)
      }
      turn()
    })
  }

  #push(event: Event): void {
    const heap = this.#events
    let at = heap.push(event) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(event, heap[parent])) break
      heap[at] = heap[parent]
      at = parent
    }
    heap[at] = event
  }

  #pop(): void {
    const heap = this.#events
    const last = heap.pop()!
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = at * 2 + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++
      if (!isBefore(heap[child], last)) break
      heap[at] = heap[child]
      at = child
    }
    heap[at] = last
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at !== b.at ? a.at < b.at : a.order < b.order
}

/** A process: whatever runs in it is woken through `deliver` only. */
export class Process {
  readonly name: string
  readonly clock: Clock
  readonly #world: World
  #state: 'running' | 'paused' | 'dead' = 'running'
  #deferred: (() => void)[] = []
  #ids = 0
  /** Called when it dies. */
  readonly onDeath: (() => void)[] = []

  /** `skewMs`: how far its clock is ahead of the world's. */
  constructor(world: World, name: string, skewMs: number) {
    this.#world = world
    this.name = name
    this.clock = new ProcessClock(world, this, skewMs)
  }

  get isDead(): boolean {
    return this.#state === 'dead'
  }

  get isPaused(): boolean {
    return this.#state === 'paused'
  }

  /** An id that nobody else ever gets. */
  newId(): string {
    return `${this.name}.${this.#ids++}`
  }

  /** Lets the process notice something. */
  deliver(notice: () => void): void {
    if (this.#state === 'running') notice()
    else if (this.#state === 'paused') this.#deferred.push(notice)
  }

  /** Calls `happen` in the process in `ms`, unless it is called off. */
  after(ms: number, happen: () => void): Planned {
    const planned = { isOff: false }
    const notice = (): void => { if (!planned.isOff) happen() }
    this.#world.after(ms, () => { if (!planned.isOff) this.deliver(notice) })
    return planned
  }

  pause(): void {
    if (this.#state === 'running') this.#state = 'paused'
  }

  /** Goes on; what it missed happens now, each with its own settling of promises. */
  resume(): void {
    if (this.#state !== 'paused') return
    this.#state = 'running'
    for (const notice of this.#deferred.splice(0)) this.#world.after(0, () => this.deliver(notice))
  }

  kill(): void {
    this.#state = 'dead'
    this.#deferred = []
    this.onDeath.splice(0).forEach(tell => tell())
  }
}

/** What waits for a signal to abort: one listener per signal is much cheaper than one per wait. */
const aborts = new WeakMap<AbortSignal, Set<() => void>>()

class ProcessClock implements Clock {
  readonly #world: World
  readonly #process: Process
  readonly #skewMs: number
  #spentMs = 0
  #spentAt = 0

  constructor(world: World, process: Process, skewMs: number) {
    this.#world = world
    this.#process = process
    this.#skewMs = skewMs
  }

  /** Looking at the clock takes time: within one event it goes on by a little, sometimes by much. */
  now(): number {
    if (this.#spentAt !== this.#world.now) this.#spentMs = 0
    this.#spentAt = this.#world.now
    if (this.#world.random() < 0.1) this.#spentMs += this.#world.draw(20)
    return Math.floor(this.#world.now + this.#skewMs + this.#spentMs)
  }

  pause(): Promise<void> {
    return this.wait(0)
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      if (signal?.aborted) return resolve()
      const planned = this.#process.after(ms, () => {
        if (signal) aborts.get(signal)?.delete(stop)
        resolve()
      })
      const stop = (): void => {
        planned.isOff = true
        resolve()
      }
      if (!signal) return
      let waiting = aborts.get(signal)
      if (!waiting) {
        const all = waiting = new Set<() => void>()
        aborts.set(signal, all)
        signal.addEventListener('abort', () => all.forEach(abort => abort()), { once: true })
      }
      waiting.add(stop)
    })
  }
}
