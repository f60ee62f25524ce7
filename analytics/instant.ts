/**
 * Instants for ClickHouse. DateTime64(3, 'UTC') reaches from 1900 to 2299 and wraps beyond, so an instant
 * outside is held at the border.
 */

const earliestMs = Date.UTC(1900, 0, 1)
const latestMs = Date.UTC(2299, 11, 31, 23, 59, 59, 999)

/** ms UTC as `YYYY-MM-DD hh:mm:ss.mmm`, the form that needs no parsing options. */
export function formatInstant(ms: number): string {
  const iso = new Date(Math.min(Math.max(Math.trunc(ms), earliestMs), latestMs)).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}`
}

/** The month of an instant, `YYYY-MM`: what partitions of our tables are cut by. */
export function monthOf(ms: number): string {
  return formatInstant(ms).slice(0, 7)
}
