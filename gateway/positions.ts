/** Places in the log as text: `<ms>-<n>` names an entry, `<ms>-<n>:<index>` a record in it. */

/** Whether place `a` is `b` or comes after it. */
export function isAtOrAfter(a: string, b: string): boolean {
  const left = a.split(/[-:]/)
  const right = b.split(/[-:]/)
  for (let i = 0; i < left.length; i++) {
    const difference = Number(left[i]) - Number(right[i] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return true
}

/** The place just before an entry, so that reading after it brings the entry again. */
export function justBefore(entry: string): string {
  const [ms = '0', n = '0'] = entry.split('-')
  return n === '0' ? `${Number(ms) - 1}-${lastOfMs}` : `${ms}-${BigInt(n) - 1n}`
}

/** The largest second part that an entry can have. */
const lastOfMs = 2n ** 64n - 1n
