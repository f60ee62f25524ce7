/**
 * JSON's values: null, booleans, finite numbers, strings, arrays, plain objects. msgpack can carry more
 * (dates, big integers, maps, patterns); what is opaque to the engine is held to JSON at the border,
 * whichever codec carried it.
 */

/** Levels that an opaque value may have. */
const levelsMax = 64

/** What keeps a value from being plain JSON, in words; null when nothing does. */
export function foreignPartOf(value: unknown, level = 0): string | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return null
  if (typeof value === 'number') return Number.isFinite(value) ? null : String(value)
  if (typeof value !== 'object') return typeof value
  if (level >= levelsMax) return `more than ${levelsMax} levels`
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return nameOf(value)
  for (const part of Array.isArray(value) ? value as unknown[] : Object.values(value)) {
    const foreign = foreignPartOf(part, level + 1)
    if (foreign !== null) return foreign
  }
  return null
}

function nameOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1)
}
