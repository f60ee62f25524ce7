/**
 * The times that a question names: `on 3 June 2023`, `in May`, `last week`, `two days ago`. Records of such a
 * time are a little more relevant; none is left out, because what happened in May is often told in June.
 *
 * W1 A function of the question and of `now`. Days are those of UTC, wider by half a day on both sides: the
 *    person's clock is not known.
 */

/** A time that was asked for, ms UTC, `to` exclusive. */
export interface AskedTime {
  readonly from: number
  readonly to: number
}

const dayMs = 86_400_000
const MARGIN_MS = dayMs / 2
const TIMES_MAX = 4
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const MONTH = '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|'
  + 'oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?'
const DAY = '(\\d{1,2})(?:st|nd|rd|th)?'
const YEAR = '(\\d{4})'
const NUMBERS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
const UNIT_DAYS: Readonly<Record<string, number>> = { day: 1, week: 7, month: 30, year: 365 }

/** One way to name a time: what matches, and what it means. */
interface Form {
  readonly pattern: RegExp
  read(match: RegExpMatchArray, now: number): AskedTime | undefined
}

const FORMS: readonly Form[] = [
  { pattern: /\b(\d{4})-(\d{2})-(\d{2})\b/g,
    read: ([, y, m, d]) => dayOf(Number(y), Number(m) - 1, Number(d)) },
  { pattern: words(`${DAY}(?: of)? ${MONTH},? ${YEAR}`),
    read: ([, d, m, y]) => dayOf(Number(y), monthOf(m), Number(d)) },
  { pattern: words(`${MONTH} ${DAY},? ${YEAR}`),
    read: ([, m, d, y]) => dayOf(Number(y), monthOf(m), Number(d)) },
  { pattern: words(`${MONTH},?(?: of)? ${YEAR}`), read: ([, m, y]) => monthAt(Number(y), monthOf(m)) },
  { pattern: words(`(?:in|during|since|last|this) ${MONTH}(?! \\d)`),
    read: ([, m], now) => latestMonth(monthOf(m), now) },
  { pattern: words('(today|yesterday|last night)'),
    read: ([, day], now) => daysBefore(now, day === 'today' ? 0 : 1, 1) },
  { pattern: words('(?:last|past|previous) (week|month|year)'), read: ([, unit], now) => lastOf(unit, now) },
  { pattern: words(`(\\d{1,2}|an?|${NUMBERS.join('|')}) (day|week|month|year)s? ago`),
    read: ([, count, unit], now) => ago(count, unit, now) },
]

/** The times that the question names, at most four. */
export function askedTimes(question: string, now: number): AskedTime[] {
  const found: AskedTime[] = []
  let rest = question.toLowerCase()
  for (const { pattern, read } of FORMS) {
    rest = rest.replace(pattern, (...match: string[]) => {
      const time = read(match as RegExpMatchArray, now)
      if (time !== undefined && found.length < TIMES_MAX) found.push(time)
      return ' '
    })
  }
  return found
}

/** Is `at` within one of the times? */
export function isAsked(times: readonly AskedTime[], at: number): boolean {
  for (const { from, to } of times) if (at >= from && at < to) return true
  return false
}

function words(source: string): RegExp {
  return new RegExp(`\\b${source.replaceAll(' ', '\\s+')}\\b`, 'g')
}

function monthOf(name: string): number {
  return MONTHS.indexOf(name.slice(0, 3))
}

function dayOf(year: number, month: number, day: number): AskedTime | undefined {
  const from = Date.UTC(year, month, day)
  return day < 1 || day > 31 || month < 0 || month > 11 ? undefined : wide(from, from + dayMs)
}

function monthAt(year: number, month: number): AskedTime {
  return wide(Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1))
}

/** The month of that name that began last. */
function latestMonth(month: number, now: number): AskedTime {
  const date = new Date(now)
  const year = date.getUTCFullYear()
  return monthAt(month <= date.getUTCMonth() ? year : year - 1, month)
}

/** `length` days that begin `days` before today. */
function daysBefore(now: number, days: number, length: number): AskedTime {
  const from = Math.floor(now / dayMs) * dayMs - days * dayMs
  return wide(from, from + length * dayMs)
}

function lastOf(unit: string, now: number): AskedTime {
  const days = UNIT_DAYS[unit]
  return daysBefore(now, 2 * days, 2 * days)
}

/** Give or take half a unit, a day at least. */
function ago(count: string, unit: string, now: number): AskedTime {
  const named = NUMBERS.indexOf(count)
  const units = named >= 0 ? named : count.startsWith('a') ? 1 : Number(count)
  const slack = Math.floor(UNIT_DAYS[unit] / 2)
  return daysBefore(now, units * UNIT_DAYS[unit] + slack, 2 * slack + 1)
}

function wide(from: number, to: number): AskedTime {
  return { from: from - MARGIN_MS, to: to + MARGIN_MS }
}
