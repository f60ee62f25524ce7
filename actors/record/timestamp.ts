/**
 * Timestamps as apps write them: ISO 8601 with an offset or Z. A time without a zone is ambiguous and is not
 * taken; a day that the calendar lacks (30 February) is not silently moved to another.
 */

const FORM =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:[Zz]|([+-])(\d\d):?(\d\d)?)$/

/**
 * Milliseconds since 1970 UTC, or undefined when `text` is no such timestamp. Digits beyond milliseconds are
 * cut.
 */
export function parseTimestamp(text: string): number | undefined {
  const found = FORM.exec(text)
  if (found === null) return undefined
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(digits => Number(digits ?? 0))
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const millis = Number((found[7] ?? '').slice(0, 3).padEnd(3, '0'))
  const local = new Date(0)
  local.setUTCFullYear(year, month - 1, day)
  if (local.getUTCMonth() !== month - 1 || local.getUTCDate() !== day) return undefined
  local.setUTCHours(hour, minute, second, millis)
  const offset = offsetMs(found[8], found[9], found[10])
  return offset === undefined ? undefined : local.getTime() - offset
}

function offsetMs(
  sign: string | undefined,
  hours: string | undefined,
  minutes: string | undefined,
): number | undefined {
  if (sign === undefined) return 0
  const [h, m] = [Number(hours), Number(minutes ?? 0)]
  if (h > 23 || m > 59) return undefined
  return (sign === '-' ? -1 : 1) * (h * 60 + m) * 60_000
}
