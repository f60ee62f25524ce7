// Tokens: what is signed is believed, and nothing else (J1, J2).
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { isSignedWith, readJwt, signJwt, VerifiedTokens } from '../../../gateway/identity/jwt.js'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const claims = { sub: 'ada', iat: 1 }
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Whether a text is a token that this key signed. */
async function isBelieved(token: string, key = publicKey): Promise<boolean> {
  const jwt = readJwt(token)
  return jwt !== null && await isSignedWith(jwt, key)
}

t.test('what was signed reads back and is believed, with every kind of key', async t => {
  const pairs = [
    { publicKey, privateKey }, generateKeyPairSync('ed25519'),
  ]
  for (const pair of pairs) {
    const token = await signJwt(claims, 'k1', pair.privateKey)
    t.match(readJwt(token), { header: { alg: 'EdDSA', kid: 'k1' }, claims })
    t.ok(await isBelieved(token, pair.publicKey))
  }
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const es = `${part({ alg: 'ES256' })}.${part(claims)}`
  const ecSignature = sign('sha256', Buffer.from(es), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' })
  t.ok(await isBelieved(`${es}.${ecSignature.toString('base64url')}`, ec.publicKey))
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const rs = `${part({ alg: 'RS256' })}.${part(claims)}`
  const rsSignature = sign('sha256', Buffer.from(rs), rsa.privateKey)
  t.ok(await isBelieved(`${rs}.${rsSignature.toString('base64url')}`, rsa.publicKey))
})

t.test('J1: a token cannot choose its algorithm', async t => {
  const none = `${part({ alg: 'none' })}.${part(claims)}`
  t.notOk(await isBelieved(`${none}.`))
  t.notOk(await isBelieved(`${none}.AA`))
  const hs = `${part({ alg: 'HS256' })}.${part(claims)}`
  const secret = publicKey.export({ format: 'pem', type: 'spki' })
  t.notOk(await isBelieved(`${hs}.${createHmac('sha256', secret).update(hs).digest('base64url')}`))
  const other = `${part({ alg: 'RS256' })}.${part(claims)}`
  t.notOk(await isBelieved(`${other}.${sign(null, Buffer.from(other), privateKey).toString('base64url')}`))
  const crit = `${part({ alg: 'EdDSA', crit: ['exp'] })}.${part(claims)}`
  t.notOk(await isBelieved(`${crit}.${sign(null, Buffer.from(crit), privateKey).toString('base64url')}`))
  const weak = generateKeyPairSync('rsa', { modulusLength: 1_024 })
  const rs = `${part({ alg: 'RS256' })}.${part(claims)}`
  const rsSignature = sign('sha256', Buffer.from(rs), weak.privateKey)
  t.notOk(await isBelieved(`${rs}.${rsSignature.toString('base64url')}`, weak.publicKey))
})

t.test('J2: any change of a token, and any text, is refused and never throws', async () => {
  const token = await signJwt(claims, 'k1', privateKey)
  const alphabet = 'ABCxyz019-_.'
  const change = fc.tuple(fc.nat(token.length - 1), fc.constantFrom(...alphabet))
  await fc.assert(fc.asyncProperty(change, async ([at, letter]) => {
    const changed = token.slice(0, at) + letter + token.slice(at + 1)
    const isSame = changed === token || Buffer.from(changed.split('.')[2] ?? '', 'base64url')
      .equals(Buffer.from(token.split('.')[2] ?? '', 'base64url'))
    const isBody = at < token.lastIndexOf('.')
    return !await isBelieved(changed) || (isSame && (!isBody || changed === token))
  }), { seed: 5, numRuns: 500 })
  const parts = fc.tuple(fc.jsonValue(), fc.jsonValue(), fc.string())
    .map(([a, b, c]) => `${part(a)}.${part(b)}.${c}`)
  const texts = fc.oneof(fc.string(), fc.jsonValue().map(part), parts)
  await fc.assert(fc.asyncProperty(texts, async text => !await isBelieved(text)), { seed: 5, numRuns: 1_000 })
})

t.test('J3: a signature is verified once until its token ends, and again after forget', async t => {
  const now = 1_000_000
  const until = async (exp: number): Promise<NonNullable<ReturnType<typeof readJwt>>> =>
    readJwt(await signJwt({ ...claims, exp }, 'k1', privateKey))!
  const [jwt, strange] = [await until(now / 1_000 + 60), generateKeyPairSync('ed25519').publicKey]
  const verified = new VerifiedTokens(2)
  t.notOk(await verified.isSigned(jwt, 'k1', strange, now), 'what is not signed is not remembered')
  t.ok(await verified.isSigned(jwt, 'k1', publicKey, now))
  t.ok(await verified.isSigned(jwt, 'k1', strange, now), 'remembered: the key is not asked')
  t.notOk(await verified.isSigned(jwt, 'k2', strange, now), 'but for the key of that name')
  t.notOk(await verified.isSigned(jwt, 'k1', strange, now + 60_000), 'and not beyond its end')
  t.ok(await verified.isSigned(jwt, 'k1', publicKey, now))
  verified.forget()
  t.notOk(await verified.isSigned(jwt, 'k1', strange, now))
  for (const s of [61, 62, 63]) await verified.isSigned(await until(now / 1_000 + s), 'k1', publicKey, now)
  t.equal(verified.size, 2)
})
