/**
 * How many values a history may have emitted. Which of the emissions that replace each other leave depends on
 * where the commits were; so of a name as few as one may have left, and as many as were made. What replaces
 * nothing leaves always.
 */
import type { Emission } from '../record/emission.js'
import type { FoldedBatch } from './staged.js'

/** Counts over the batches of a replay, whatever its batches are. */
export class EmittedBounds {
  readonly #names = new Set<string>()
  #always = 0
  #most = 0

  add({ emitted, replaced }: Pick<FoldedBatch, 'emitted' | 'replaced'>): void {
    this.#most += emitted.length + replaced
    for (const emission of emitted) this.#count(emission)
  }

  get least(): number {
    return this.#always + this.#names.size
  }

  get most(): number {
    return this.#most
  }

  #count({ output, key, replaces }: Emission): void {
    if (replaces === undefined) this.#always++
    else this.#names.add(JSON.stringify([output, key, replaces]))
  }
}
