/**
 * A string of its own memory. A slice of 13 characters or more keeps the whole text alive that it was cut
 * from: an index of stems would hold every note.
 */

const SLICE_CHARS_MIN = 13
const HALF_PAIR = /[\ud800-\udbff]$/

/** A copy of a slice; half of a surrogate pair at its end is dropped. */
export function detached(slice: string): string {
  if (slice.length < SLICE_CHARS_MIN) return slice
  return Buffer.from(slice.replace(HALF_PAIR, '')).toString()
}
