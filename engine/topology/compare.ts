/** Compares decoded values and says where they differ. */

/** One place inside a value that differs; `path` is like `quality_parts.novelty` or `evidence[2]`. */
export interface PathDifference {
  readonly path: string
  readonly before: unknown
  readonly after: unknown
}

/** Where two values differ, at most `max` places, in the order of the first one's fields. */
export function differencesBetween(before: unknown, after: unknown, max: number): PathDifference[] {
  const found: PathDifference[] = []
  compare(before, after, '', max, found)
  return found
}

function compare(before: unknown, after: unknown, path: string, max: number, found: PathDifference[]): void {
  if (found.length >= max || Object.is(before, after)) return
  if (before instanceof Uint8Array && after instanceof Uint8Array) {
    if (Buffer.compare(before, after) !== 0) found.push({ path, before: '(bytes)', after: '(other bytes)' })
    return
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    for (let i = 0; i < Math.max(before.length, after.length); i++) {
      compare(before[i], after[i], `${path}[${i}]`, max, found)
    }
    return
  }
  if (isPlain(before) && isPlain(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(before[name], after[name], path === '' ? name : `${path}.${name}`, max, found)
    }
    return
  }
  found.push({ path, before, after })
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    && !(value instanceof Uint8Array)
}
