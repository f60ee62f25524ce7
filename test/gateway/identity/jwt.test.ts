// Tokens: what is signed is believed, and nothing else (J1, J2).
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { isSignedWith, readJwt, signJwt } from '../../../gateway/identity/jwt.js'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const claims = { sub: 'ada', iat: 1 }
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Whether a text is a token that this key signed. */
function isBelieved(token: string, key = publicKey): boolean {
  const jwt = readJwt(token)
  return jwt !== null && isSignedWith(jwt, key)
}

t.test('what was signed reads back and is believed, with every kind of key', async t => {
  const pairs = [
    { publicKey, privateKey }, generateKeyPairSync('ed25519'),
  ]
  for (const pair of pairs) {
    const token = signJwt(claims, 'k1', pair.privateKey)
    t.match(readJwt(token), { header: { alg: 'EdDSA', kid: 'k1' }, claims })
    t.ok(isBelieved(token, pair.publicKey))
  }
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const es = `${part({ alg: 'ES256' })}.${part(claims)}`
  const ecSignature = sign('sha256', Buffer.from(es), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' })
  t.ok(isBelieved(`${es}.${ecSignature.toString('base64url')}`, ec.publicKey))
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const rs = `${part({ alg: 'RS256' })}.${part(claims)}`
  const rsSignature = sign('sha256', Buffer.from(rs), rsa.privateKey)
  t.ok(isBelieved(`${rs}.${rsSignature.toString('base64url')}`, rsa.publicKey))
})

t.test('J1: a token cannot choose its algorithm', async t => {
  const none = `${part({ alg: 'none' })}.${part(claims)}`
  t.notOk(isBelieved(`${none}.`))
  t.notOk(isBelieved(`${none}.AA`))
  const hs = `${part({ alg: 'HS256' })}.${part(claims)}`
  const secret = publicKey.export({ format: 'pem', type: 'spki' })
  t.notOk(isBelieved(`${hs}.${createHmac('sha256', secret).update(hs).digest('base64url')}`))
  const other = `${part({ alg: 'RS256' })}.${part(claims)}`
  t.notOk(isBelieved(`${other}.${sign(null, Buffer.from(other), privateKey).toString('base64url')}`))
  const crit = `${part({ alg: 'EdDSA', crit: ['exp'] })}.${part(claims)}`
  t.notOk(isBelieved(`${crit}.${sign(null, Buffer.from(crit), privateKey).toString('base64url')}`))
  const weak = generateKeyPairSync('rsa', { modulusLength: 1_024 })
  const rs = `${part({ alg: 'RS256' })}.${part(claims)}`
  const rsSignature = sign('sha256', Buffer.from(rs), weak.privateKey)
  t.notOk(isBelieved(`${rs}.${rsSignature.toString('base64url')}`, weak.publicKey))
})

t.test('J2: any change of a token, and any text, is refused and never throws', async () => {
  const token = signJwt(claims, 'k1', privateKey)
  const alphabet = 'ABCxyz019-_.'
  fc.assert(fc.property(fc.nat(token.length - 1), fc.constantFrom(...alphabet), (at, letter) => {
    const changed = token.slice(0, at) + letter + token.slice(at + 1)
    const isSame = changed === token || Buffer.from(changed.split('.')[2] ?? '', 'base64url')
      .equals(Buffer.from(token.split('.')[2] ?? '', 'base64url'))
    const isBody = at < token.lastIndexOf('.')
    return !isBelieved(changed) || (isSame && (!isBody || changed === token))
  }), { seed: 5, numRuns: 500 })
  const parts = fc.tuple(fc.jsonValue(), fc.jsonValue(), fc.string())
    .map(([a, b, c]) => `${part(a)}.${part(b)}.${c}`)
  const texts = fc.oneof(fc.string(), fc.jsonValue().map(part), parts)
  fc.assert(fc.property(texts, text => !isBelieved(text)), { seed: 5, numRuns: 1_000 })
})
