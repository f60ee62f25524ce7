/** "Did you mean": the known name nearest to an unknown one. */

/** A name is suggested when at most a third of it must change. */
const CHANGED_SHARE_MAX = 1 / 3

/** The name of `known` that `found` is probably meant to be. */
export function nearestName(found: string, known: readonly string[]): string | undefined {
  const wanted = found.toLowerCase().replace(/[-\s]/g, '_').slice(0, 64)
  let best: string | undefined
  let bestDistance = Infinity
  for (const name of known) {
    const distance = wanted === `${name}s` || wanted === `${name}_id` ? 0 : editDistance(wanted, name)
    if (distance < bestDistance) [best, bestDistance] = [name, distance]
  }
  if (best === undefined) return undefined
  return bestDistance <= Math.max(1, Math.floor(best.length * CHANGED_SHARE_MAX)) ? best : undefined
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]
}
