/**
 * Checks that tell a real number from one that only looks like it: card, IBAN, IPv6, phone. Each takes the
 * text as written.
 */

import { isIPv6 } from 'node:net'

/** Length of an IBAN by country (ISO 13616 registry). */
const IBAN_CHARS: Readonly<Record<string, number>> = {
  AD: 24, AE: 23, AL: 28, AT: 20, AZ: 28, BA: 20, BE: 16, BG: 22, BH: 22, BR: 29, BY: 28, CH: 21, CR: 22,
    CY: 28, CZ: 24,
  DE: 22, DK: 18, DO: 28, EE: 20, EG: 29, ES: 24, FI: 18, FO: 18, FR: 27, GB: 22, GE: 22, GI: 23, GL: 18,
    GR: 27, GT: 28,
  HR: 21, HU: 28, IE: 22, IL: 23, IQ: 23, IS: 26, IT: 27, JO: 30, KW: 30, KZ: 20, LB: 28, LC: 32, LI: 21,
    LT: 20, LU: 20,
  LV: 21, LY: 25, MC: 27, MD: 24, ME: 22, MK: 19, MR: 27, MT: 31, MU: 30, NL: 18, NO: 15, PK: 24, PL: 28,
    PS: 29, PT: 25,
  QA: 29, RO: 24, RS: 22, SA: 24, SC: 31, SE: 24, SI: 19, SK: 24, SM: 27, ST: 25, SV: 28, TL: 23, TN: 24,
    TR: 26, UA: 29,
  VA: 22, VG: 24, XK: 20,
}
const CARD_PREFIX = new RegExp([
  /^4(?:\d{12}|\d{15}|\d{18})$/, /^(?:5[1-5]|2[2-7])\d{14}$/, /^3[47]\d{13}$/,
    /^3(?:0[0-5]|[68]\d)\d{11,16}$/,
  /^(?:6011|64[4-9]\d|65\d\d)\d{12,15}$/, /^35\d{14,17}$/, /^(?:2131|1800)\d{11}$/,
    /^(?:50|5[6-9]|6\d)\d{10,17}$/,
].map(({ source }) => source).join('|'))
const DATE = new RegExp([
  /^(?:19|20)\d\d[-./ ]\d{1,2}[-./ ]\d{1,2}(?:[ T].*)?$/,
    /^\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)?\d\d(?:[ T].*)?$/,
].map(({ source }) => source).join('|'))
const PHONE_DIGITS_MIN = 7
const PHONE_DIGITS_MAX = 15
const WORLD_DIGITS_MIN = 8

/** Luhn's check digit, and a prefix and length that some card network issues. */
export function isCard(text: string): boolean {
  const digits = text.replace(/\D/g, '')
  if (!CARD_PREFIX.test(digits)) return false
  let sum = 0
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i])
    const doubled = i % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/**
 * How many characters of `text`, from its start, are an IBAN (blanks may group it); 0 if none. ISO 7064 mod
 * 97-10.
 */
export function ibanChars(text: string): number {
  const expected = IBAN_CHARS[text.slice(0, 2).toUpperCase()]
  if (expected === undefined) return 0
  let compact = ''
  let end = 0
  while (end < text.length && compact.length < expected) {
    if (text[end] !== ' ' && text[end] !== '-') compact += text[end]
    end += 1
  }
  if (compact.length < expected || /^[ -]?[A-Za-z0-9]/.test(text.slice(end, end + 1))) return 0
  let rest = 0
  for (const char of compact.slice(4) + compact.slice(0, 4)) {
    const value = parseInt(char, 36)
    rest = (value > 9 ? rest * 100 + value : rest * 10 + value) % 97
  }
  return rest === 1 ? end : 0
}

/** An IPv6 address that says something: not `::`, not a C++ scope, not a time of day. */
export function isAddressV6(text: string): boolean {
  const groups = text.split(':').filter(group => group !== '')
  const isTelling = groups.length >= 3 || groups.some(group => group.length >= 3 && /\d/.test(group))
  return isTelling && /\d/.test(text) && isIPv6(text)
}

/** Digits enough for a phone number, and not a date. */
export function isPhone(text: string): boolean {
  const digits = text.replace(/\D/g, '').length
  return digits >= PHONE_DIGITS_MIN && digits <= PHONE_DIGITS_MAX && !DATE.test(text.trim())
}

/** As isPhone, for a number in international form, whose country code cannot begin with 0. */
export function isWorldPhone(text: string): boolean {
  const digits = text.replace(/\D/g, '').replace(/^00/, '')
  return digits.length >= WORLD_DIGITS_MIN && digits.length <= PHONE_DIGITS_MAX && !digits.startsWith('0')
}
