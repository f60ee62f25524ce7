/**
 * One of wink's state machines, as tables of numbers. It finds the patterns that the machine knows in a row
 * of tokens, greedily and from left to right, as wink's own reader of these machines does, but
 * with one read of a table per token.
 *
 *   machine = JSON of [.., last state, next: { state: { token: state } }, names: { state: name },
 *                      marked: { state: [skip at the start, skip at the end] }, ..]
 *
 * A1 A token is given by its column: 0 when no state knows it, SKIPPED when the machine looks through it.
 * A2 A state's `otherwise` is what was found up to there, in case the longer pattern does not come.
 */

/** First and last token of a pattern, and its name. */
export type Match = [first: number, last: number, name: unknown]

/** The column of a token that is looked through. */
const SKIPPED = 255
/** The column of the end of the row. */
const END = 1
const END_TOKEN = 2_070_000
const OTHERWISE = 2_070_003
const NO_STATE = 0

interface Machine {
  readonly last: number
  readonly next: Record<string, Record<string, number>>
  readonly names: Record<string, unknown>
  readonly marked: Record<string, readonly [number, number]>
}

/** A machine, ready to run. */
export class Automaton {
  readonly #columns = new Map<number, number>([[END_TOKEN, END]])
  readonly #width: number
  /** Next state, by state × column; wink's root is state 0. */
  readonly #next: Uint8Array
  readonly #otherwise: Uint8Array
  readonly #names: unknown[]
  readonly #marked: readonly (readonly [number, number] | undefined)[]

  /** `skipped`: the token that is looked through. */
  constructor(json: string, skipped: number) {
    const { last, next, names, marked } = machineOf(json)
    for (const row of Object.values(next)) {
      for (const token of Object.keys(row)) this.#addColumn(Number(token))
    }
    this.#width = this.#columns.size + 1
    if (last > 255 || this.#width >= SKIPPED) throw new RangeError('automaton: expected a smaller machine')
    const states = Array.from({ length: last + 1 }, (_, state) => state)
    this.#next = new Uint8Array(states.length * this.#width)
    this.#otherwise = Uint8Array.from(states, state => next[state]?.[OTHERWISE] ?? NO_STATE)
    this.#names = states.map(state => names[state])
    this.#marked = states.map(state => marked[state])
    for (const state of states) {
      for (const [token, to] of Object.entries(next[state] ?? {})) {
        const column = this.#columns.get(Number(token))
        if (column !== undefined) this.#next[state * this.#width + column] = to
      }
    }
    this.#columns.set(skipped, SKIPPED)
  }

  /** The column of a token (A1). */
  columnOf(token: number): number {
    return this.#columns.get(token) ?? 0
  }

  /** Finds the patterns in the first `count` columns of `row`. */
  recognise(row: Uint8Array, count: number): Match[] {
    const matches: Match[] = []
    let state = NO_STATE
    let first = 0
    let fallback = NO_STATE
    let fallbackAt = 0
    for (let i = 0; i <= count; i += 1) {
      for (let j = i; j <= count; j += 1) {
        const column = j === count ? END : row[j]
        if (column === SKIPPED) continue
        const to = this.#next[state * this.#width + column]
        if (state === NO_STATE && to !== NO_STATE) first = j
        if (this.#names[to]) {
          this.#push(matches, first, j, to)
          i = j
        } else if (to !== NO_STATE) {
          state = to
          if (this.#otherwise[to] !== NO_STATE) {
            fallback = this.#otherwise[to]
            fallbackAt = j
          }
          continue
        } else if (fallback !== NO_STATE) {
          this.#push(matches, first, fallbackAt, fallback)
          i = fallbackAt
        }
        state = NO_STATE
        fallback = NO_STATE
        break
      }
    }
    return matches
  }

  #addColumn(token: number): void {
    if (token !== OTHERWISE && !this.#columns.has(token)) this.#columns.set(token, this.#columns.size + 1)
  }

  /** Name '0' stands for a pattern that keeps others from being found. */
  #push(matches: Match[], first: number, last: number, state: number): void {
    const name = this.#names[state]
    if (name === '0') return
    const [start, end] = this.#marked[state] ?? [0, 0]
    matches.push([first + start, last - end, name])
  }
}

function machineOf(json: string): Machine {
  const parts: [unknown, number, Machine['next'], Machine['names'], Machine['marked']] = JSON.parse(json)
  const [, last, next, names, marked] = parts
  return { last, next, names, marked }
}
