/**
 * Incremental aggregates: what a window or a running aggregate computes, record by record, without keeping
 * the records.
 *
 * G1  Pure: `add` and `merge` return a new accumulator and leave their arguments alone, because a turn that
 *     fails is undone. Accumulators are plain data, and small: one is written at each commit that changed it.
 */

/** An aggregate: V is added, A is kept, R is told. */
export interface Aggregate<V, A, R> {
  create(): A
  add(accumulator: A, value: V): A
  /** Joins two accumulators; `earlier` began first. Session and sliding windows need it. */
  merge(earlier: A, later: A): A
  result(accumulator: A): R
}

/** How many. */
export function count<V = unknown>(): Aggregate<V, number, number> {
  return { create: () => 0, add: n => n + 1, merge: (a, b) => a + b, result: n => n }
}

/** The sum of a number of each record. */
export function sum<V>(of: (value: V) => number): Aggregate<V, number, number> {
  return { create: () => 0, add: (total, value) => total + of(value), merge: (a, b) => a + b, result: n => n }
}

/** The mean of a number of each record; null of none. */
export function mean<V>(
  of: (value: V) => number,
): Aggregate<V, readonly [sum: number, count: number], number | null> {
  return {
    create: () => [0, 0],
    add: ([total, n], value) => [total + of(value), n + 1],
    merge: ([a, n], [b, m]) => [a + b, n + m],
    result: ([total, n]) => (n === 0 ? null : total / n),
  }
}

/**
 * The first `n` by `compare` (negative: a before b); of equals, those that came first. With n = 1, the
 * greatest or the least.
 */
export function top<V>(n: number, compare: (a: V, b: V) => number): Aggregate<V, readonly V[], readonly V[]> {
  return {
    create: () => [],
    add: (best, value) => placed(best, value, n, compare),
    merge: (a, b) => b.reduce((best, value) => placed(best, value, n, compare), a),
    result: best => best,
  }
}

/** All values, in the order in which they came, at most `max`: a window that needs its records themselves. */
export function collect<V>(max: number): Aggregate<V, readonly V[], readonly V[]> {
  return {
    create: () => [],
    add: (all, value) => (all.length < max ? [...all, value] : all),
    merge: (a, b) => [...a, ...b].slice(0, max),
    result: all => all,
  }
}

/** `best` with `value` in its place, at most `n` long; the same array if the value has no place. */
export function placed<V>(
  best: readonly V[], value: V, n: number, compare: (a: V, b: V) => number,
): readonly V[] {
  const after = best.findIndex(other => compare(value, other) < 0)
  const at = after < 0 ? best.length : after
  return at >= n ? best : [...best.slice(0, at), value, ...best.slice(at, n - 1)]
}
