/** Tokens of persons that somebody tampered with. None of them may let anybody in. */
import { createHmac } from 'node:crypto'
import type { Draw } from './draw.js'
import { changed, type Value } from './values.js'

const part = (value: Value): string => Buffer.from(JSON.stringify(value) ?? '').toString('base64url')

/** What a part of a token says. */
function said(text: string | undefined): Record<string, Value> {
  return JSON.parse(Buffer.from(text ?? '', 'base64url').toString('utf8')) as Record<string, Value>
}

/** Algorithms that the key is not of. */
const otherNames = ['none', 'None', 'HS256', 'RS256', 'ES256', '', 0]

/** Keys that are not there. */
const otherKeys = ['', '../../x', '__proto__', 'constructor', 'x'.repeat(500)]

/** Words to a reader that believes the token about its own key. */
const ownKey = { crit: ['exp'], jwk: { kty: 'oct', k: 'AA' }, jku: 'http://127.0.0.1:1/' }

/** The token with something changed, or something that only looks like one. */
export function tampered(token: string, draw: Draw): string {
  const [head, body, signature = ''] = token.split('.')
  const [header, claims] = [said(head), said(body)]
  switch (draw.below(12)) {
    case 0: return `${part({ ...header, alg: draw.pick(otherNames) })}.${body}.`
    case 1: return signedByName({ ...header, alg: 'HS256' }, claims, draw)
    case 2: return `${part(changed(header, draw))}.${body}.${signature}`
    case 3: return `${head}.${part(changed(claims, draw))}.${signature}`
    case 4: return `${head}.${part({ ...claims, sub: 'bob', exp: 9e15 })}.${signature}`
    case 5: return `${head}.${body}.${signature.slice(0, draw.below(signature.length))}`
    case 6: return `${head}.${body}.${Buffer.alloc(64, draw.below(256)).toString('base64url')}`
    case 7: return `${part({ ...header, ...ownKey })}.${body}.${signature}`
    case 8: return draw.pick(['..', 'a.b.c', `${head}.${body}`, `${token}.${signature}`,
      `${head}..${signature}`,
      `.${body}.${signature}`, 'eyJhbGciOiJub25lIn0.e30.', `${'a'.repeat(5_000)}.b.c`])
    case 9: return `${head}.${body}.${[...signature].reverse().join('')}`
    case 10: return `${part({ ...header, kid: draw.pick(otherKeys) })}.${body}.${signature}`
    default: return flipped(token, draw)
  }
}

/** Signed with a key that everybody knows: the name of the real one. */
function signedByName(header: Record<string, Value>, claims: Value, draw: Draw): string {
  const signed = `${part(header)}.${part(claims)}`
  const secret = draw.pick([String(header.kid), '', 'secret'])
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

/** One letter is another one. The last of a part is left alone: some of its bits mean nothing. */
function flipped(token: string, draw: Draw): string {
  const places = [...token].flatMap((letter, i) =>
    (letter === '.' || i === token.length - 1 || token[i + 1] === '.' ? [] : [i]))
  const at = draw.pick(places)
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
}
