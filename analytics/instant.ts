/**
 * Instants for ClickHouse. DateTime64(3, 'UTC') reaches from 1900 to 2299 and wraps beyond, so an instant
 * outside is held at the border.
 */

const earliestMs = Date.UTC(1900, 0, 1)
const latestMs = Date.UTC(2299, 11, 31, 23, 59, 59, 999)

const dayMs = 86_400_000
/** Days whose dates are kept; forgotten when there are more. Instants of a batch share a few days. */
const datesMax = 4_096
const dates = new Map<number, string>()
const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'))
const threeDigits = Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, '0'))

/** ms UTC as `YYYY-MM-DD hh:mm:ss.mmm`, the form that needs no parsing options. */
export function formatInstant(ms: number): string {
  const held = Math.min(Math.max(Math.trunc(ms), earliestMs), latestMs)
  const day = Math.floor(held / dayMs)
  const time = held - day * dayMs
  const seconds = Math.floor(time / 1_000)
  const minutes = Math.floor(seconds / 60)
  const clock = `${twoDigits[Math.floor(minutes / 60)]}:${twoDigits[minutes % 60]}:${twoDigits[seconds % 60]}`
  return `${dateOf(day)} ${clock}.${threeDigits[time % 1_000]}`
}

/** The month of an instant, `YYYY-MM`: what partitions of our tables are cut by. */
export function monthOf(ms: number): string {
  return dateOf(Math.floor(Math.min(Math.max(Math.trunc(ms), earliestMs), latestMs) / dayMs)).slice(0, 7)
}

/** `YYYY-MM-DD` of the day that is `day` days after 1970-01-01. */
function dateOf(day: number): string {
  const known = dates.get(day)
  if (known !== undefined) return known
  const date = new Date(day * dayMs).toISOString().slice(0, 10)
  if (dates.size >= datesMax) dates.clear()
  dates.set(day, date)
  return date
}
