/**
 * Headers that keep a browser from doing more with an answer than reading it: what we answer is data about
 * persons, never a page, and no cache between us and the app may keep it.
 */

const always: readonly (readonly [name: string, value: string])[] = [
  ['Cache-Control', 'no-store'],
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
  ['Referrer-Policy', 'no-referrer'],
  ['X-Content-Type-Options', 'nosniff'],
]

/** A browser that came by TLS once does not come without it for a year. */
const encrypted: typeof always = [...always, ['Strict-Transport-Security', 'max-age=31536000']]

/** The headers of every answer. */
export function safetyHeaders(isEncrypted: boolean): typeof always {
  return isEncrypted ? encrypted : always
}
