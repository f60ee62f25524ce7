/**
 * The counter window cell: how often something happened in the last `windowMs`, by name, without keeping the
 * events.
 *
 * Time is cut into `steps` equal steps; a counter keeps one number per step that has any. What is older than
 * the window is dropped at the next addition. The sum is exact to one step. Stored as one field per name:
 * [step, count, step, count …].
 */
import { decodeStored, encodeValue } from '../record/pack.js'
import type { Cell, CellDeclaration, CellWriter } from './cell.js'
import type { Journal } from './journal.js'

/** Counts by name over a sliding window. */
export interface CounterCell {
  /** Adds `amount` to `name` at `at` (ms UTC). An addition older than the window has no effect. */
  add(name: string, at: number, amount?: number): void
  /** The sum of `name` over the window that ends at `at`. */
  sum(name: string, at: number): number
}

/** The steps of one counter, as they are stored: [step, count, step, count …], ascending. */
export type CounterSteps = readonly number[]

/** Declares counters over a window of `windowMs`, cut into `steps`. */
export function counter(options: { windowMs: number, steps: number }): CellDeclaration<CounterCell> {
  return { kind: 'counter', create: journal => new StoredCounters(options.windowMs, options.steps, journal) }
}

/**
 * `steps` with `amount` added at `at`, and without what has left the window. Also for counters kept in table
 * rows.
 */
export function addToSteps(
  steps: CounterSteps, at: number, amount: number, windowMs: number, stepMs: number,
): CounterSteps {
  const step = Math.floor(at / stepMs)
  const newest = steps.length > 0 ? Math.max(step, steps[steps.length - 2]) : step
  const oldest = newest - Math.ceil(windowMs / stepMs) + 1
  const next: number[] = []
  let isAdded = step < oldest
  for (let i = 0; i < steps.length; i += 2) {
    if (steps[i] < oldest) continue
    if (!isAdded && steps[i] > step) {
      next.push(step, amount)
      isAdded = true
    }
    if (steps[i] === step) {
      next.push(step, steps[i + 1] + amount)
      isAdded = true
    } else next.push(steps[i], steps[i + 1])
  }
  if (!isAdded) next.push(step, amount)
  return next
}

/** The sum over the window that ends at `at`. */
export function sumOfSteps(steps: CounterSteps, at: number, windowMs: number, stepMs: number): number {
  const newest = Math.floor(at / stepMs)
  const oldest = newest - Math.ceil(windowMs / stepMs) + 1
  let sum = 0
  for (let i = 0; i < steps.length; i += 2) if (steps[i] >= oldest && steps[i] <= newest) sum += steps[i + 1]
  return sum
}

class StoredCounters implements CounterCell, Cell {
  readonly #now = new Map<string, CounterSteps>()
  readonly #dirty = new Set<string>()
  readonly #windowMs: number
  readonly #stepMs: number
  readonly #journal: Journal

  constructor(windowMs: number, steps: number, journal: Journal) {
    this.#windowMs = windowMs
    this.#stepMs = windowMs / steps
    this.#journal = journal
  }

  add(name: string, at: number, amount = 1): void {
    const before = this.#now.get(name)
    this.#journal.note(this, name, before)
    this.#now.set(name, addToSteps(before ?? [], at, amount, this.#windowMs, this.#stepMs))
    this.#dirty.add(name)
  }

  sum(name: string, at: number): number {
    return sumOfSteps(this.#now.get(name) ?? [], at, this.#windowMs, this.#stepMs)
  }

  load(sub: string, packed: Uint8Array): void {
    this.#now.set(sub, decodeStored(packed) as CounterSteps)
  }

  collect(writer: CellWriter, name: string): void {
    for (const key of this.#dirty) {
      const steps = this.#now.get(key)
      if (steps === undefined) writer.remove(`${name}:${key}`)
      else writer.put(`${name}:${key}`, encodeValue(steps))
    }
    this.#dirty.clear()
  }

  undo(key: unknown, before: unknown): void {
    if (before === undefined) this.#now.delete(key as string)
    else this.#now.set(key as string, before as CounterSteps)
    this.#dirty.add(key as string)
  }

  get bytes(): number {
    return this.#now.size * 160
  }
}
