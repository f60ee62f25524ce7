/**
 * Instants for ClickHouse. DateTime64(3, 'UTC') reaches from 1900 to 2299 and wraps beyond, so an instant
 * outside is held at the border.
 */

const earliestMs = Date.UTC(1900, 0, 1)
const latestMs = Date.UTC(2299, 11, 31, 23, 59, 59, 999)

const dayMs = 86_400_000
/** Days whose months are kept; forgotten when there are more. Instants of a batch share a few days. */
const daysMax = 4_096
const months = new Map<number, string>()

/** Whole ms UTC that ClickHouse can express. */
export function heldInstant(ms: number): number {
  return Math.min(Math.max(Math.trunc(ms), earliestMs), latestMs)
}

/** The month of an instant, `YYYY-MM`: what partitions of our tables are cut by. */
export function monthOf(ms: number): string {
  const day = Math.floor(heldInstant(ms) / dayMs)
  const known = months.get(day)
  if (known !== undefined) return known
  const month = new Date(day * dayMs).toISOString().slice(0, 7)
  if (months.size >= daysMax) months.clear()
  months.set(day, month)
  return month
}
