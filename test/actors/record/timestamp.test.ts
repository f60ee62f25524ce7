/** Timestamps against what Date makes of the same numbers. */
import fc from 'fast-check'
import t from 'tap'
import { parseTimestamp } from '../../../actors/record/timestamp.js'

const padded = (number: number, digits: number): string => String(number).padStart(digits, '0')

t.test('what Date writes is read back, from year 0 to 9999, in any zone', async () => {
  const [first, last] = [Date.parse('0000-01-02T00:00:00Z'), Date.parse('9999-12-30T00:00:00Z')]
  const offset = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 })
  const colon = fc.constantFrom('', ':')
  fc.assert(fc.property(fc.integer({ min: first, max: last }), offset, colon, (at, minutes, colon) => {
    const local = new Date(at + minutes * 60_000).toISOString().slice(0, -1)
    const ahead = Math.abs(minutes)
    const zone = `${padded(Math.floor(ahead / 60), 2)}${colon}${padded(ahead % 60, 2)}`
    return parseTimestamp(`${local}${minutes < 0 ? '-' : '+'}${zone}`) === at
  }), { seed: 5, numRuns: 2_000 })
})

t.test('a day that the calendar lacks is no day', async t => {
  for (const year of [1900, 2000, 2023, 2024]) {
    for (let month = 0; month <= 13; month += 1) {
      for (let day = 0; day <= 32; day += 1) {
        const date = new Date(Date.UTC(year, month - 1, day))
        const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
        const text = `${year}-${padded(month, 2)}-${padded(day, 2)}T00:00Z`
        if (parseTimestamp(text) !== (isReal ? date.getTime() : undefined)) t.fail(text)
      }
    }
  }
})

t.test('forms', async t => {
  const at = Date.parse('2020-02-29T23:05:00Z')
  const same = { at, withMillis: at + 7_120 }
  for (const [text, expected] of [
    ['2020-02-29T23:05Z', same.at], ['2020-02-29t23:05z', same.at], ['2020-02-29 23:05:00Z', same.at],
    ['2020-02-29T23:05:07.12Z', same.withMillis], ['2020-02-29T23:05:07,1209999+00:00', same.withMillis],
    ['2020-02-29T21:05-02', same.at], ['2020-03-01T01:05:00+0200', same.at],
    ['2020-02-29T23:05', undefined], ['2020-02-29', undefined], ['2020-02-29T24:00Z', undefined],
    ['2020-02-29T23:60Z', undefined], ['2020-02-29T23:05:60Z', undefined],
    ['2020-02-29T23:05:07.Z', undefined], ['2020-02-29T23:05+24:00', undefined],
    ['2020-02-29T23:05+02:60', undefined], ['', undefined],
  ] as const) t.equal(parseTimestamp(text), expected, text)
})
