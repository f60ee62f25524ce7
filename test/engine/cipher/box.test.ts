/** Boxes: what goes in comes out for the holder of the key, for nobody else, and not when it was changed. */
import { createCipheriv } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import {
  dataKeyOf, decrypt, encrypt, encryptAll, encryptEach, hiddenName, isBox, keyIdOf, newDataKey, shutForGood,
  type DataKey,
} from '../../../engine/cipher/box.js'
import { endOfValue } from '../../../engine/record/extent.js'
import { encodeValue } from '../../../engine/record/pack.js'

const bytes = fc.uint8Array({ maxLength: 600 }).map(array => Buffer.from(array))

t.test('the holder of the key reads what went in', t => {
  const key = newDataKey()
  fc.assert(fc.property(bytes, plain => {
    const box = encrypt(key, plain)
    return isBox(box) && keyIdOf(box) === key.id && decrypt(key, box)!.equals(plain)
      && (plain.length < 4 || !box.includes(plain))
  }), { seed: 41, numRuns: 300 })
  t.end()
})

t.test('V1 V2 values shut in together are what each is alone, of every length around a block', t => {
  const key = newDataKey()
  const some = fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 40 })
  fc.assert(fc.property(some, values => encryptAll(key, values).every((box, i) =>
    decrypt(key, box)!.equals(values[i]) && box.equals(byOpenssl(key, box, values[i])))),
  { seed: 44, numRuns: 200 })
  const long = [0, 1, 15, 16, 17, 31, 32, 33, 4_096, 70_000, 300_000].map(length =>
    Buffer.alloc(length, 'many a winding path '))
  encryptAll(key, long).forEach((box, i) =>
    t.ok(box.equals(byOpenssl(key, box, long[i])), `${long[i].length}`))
  const nonces = new Set(encryptAll(key, Array.from({ length: 3_000 }, () => Buffer.from('a')))
    .map(box => box.toString('hex', 10, 22)))
  t.equal(nonces.size, 3_000, 'a nonce each')
  t.end()
})

t.test('values of several keys are shut in each with its own, in their order', t => {
  const [ada, bob] = [newDataKey(), newDataKey()]
  const values = [ada, bob, bob, ada, bob].map((key, i) => ({ key, value: Buffer.from(`value ${i}`) }))
  encryptEach(values).forEach((box, i) => {
    t.equal(keyIdOf(box), values[i].key.id)
    t.equal(String(decrypt(values[i].key, box)), `value ${i}`)
  })
  t.end()
})

t.test('X3 a box of form 1 is opened: of the key, unchanged, and under no secret of another purpose', t => {
  const key = dataKeyOf('0123456789abcdef', Buffer.alloc(32, 7))
  const stored = Buffer.from('c1010123456789abcdef303132333435363738396162'
    + 'a93578c5a0d958abc223b4ef843cdedd18f930fbd25224c1805f', 'hex')
  t.equal(String(decrypt(key, stored)), 'ginger tea')
  stored[25] ^= 1
  t.equal(decrypt(key, stored), undefined)
  const secrets = [key.secret, key.boxSecret, key.nameSecret].map(secret => secret.toString('hex'))
  t.equal(new Set(secrets).size, 3)
  t.end()
})

t.test('another key, or one changed bit, opens nothing', t => {
  const [key, other] = [newDataKey(), newDataKey()]
  fc.assert(fc.property(bytes, fc.nat(), (plain, at) => {
    const box = encrypt(key, plain)
    const changed = Buffer.from(box)
    const bit = 80 + at % (8 * box.length - 80) // behind the id, which names the key and is not secret
    changed[bit >> 3] ^= 1 << (bit & 7)
    return decrypt(other, box) === undefined && decrypt(key, changed) === undefined
      && decrypt(key, box.subarray(0, box.length - 1)) === undefined
  }), { seed: 42, numRuns: 300 })
  t.equal(decrypt(key, shutForGood()), undefined)
  t.end()
})

t.test('the same bytes make another box each time, the same name the same name', t => {
  const [key, other] = [newDataKey(), newDataKey()]
  const nonces = new Set(Array.from({ length: 3_000 }, () =>
    encrypt(key, Buffer.from('a')).toString('hex', 10, 22)))
  t.equal(nonces.size, 3_000, 'over several fillings of the pool')
  t.equal(hiddenName(key, 'knee surgery'), hiddenName(key, 'knee surgery'))
  t.not(hiddenName(key, 'knee surgery'), hiddenName(key, 'knee'))
  t.not(hiddenName(key, 'knee surgery'), hiddenName(other, 'knee surgery'))
  t.match(hiddenName(key, 'knee surgery'), /^[\w-]{22}$/)
  t.end()
})

t.test('a packed value ends where it ends, whatever it is, and is never a box', t => {
  const value = fc.anything({ withTypedArray: false, withBigInt: false, maxDepth: 4 }).filter(isPackable)
  const some = fc.array(fc.oneof(value, bytes, fc.double(), fc.integer()), { maxLength: 6 })
  fc.assert(fc.property(some, values => {
    const packed = values.map(encodeValue)
    const joined = Buffer.concat(packed)
    let at = 0
    return packed.every(one => !isBox(one) && (at = endOfValue(joined, at)) !== 0
      && joined.subarray(at - one.length, at).equals(one)) && at === joined.length
  }), { seed: 43, numRuns: 500 })
  for (const length of [15, 31, 32, 255, 256, 65_535, 65_536]) {
    const ones = new Array(length).fill(1)
    for (const one of ['x'.repeat(length), Buffer.alloc(length), new Uint8Array(length), ones]) {
      const packed = encodeValue(one)
      t.equal(endOfValue(packed, 0), packed.length)
      t.throws(() => endOfValue(packed.subarray(0, -1), 0), RangeError)
    }
  }
  t.end()
})

/** The box as OpenSSL makes it, with the same nonce. */
function byOpenssl({ boxSecret }: DataKey, box: Buffer, value: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-ocb', boxSecret, box.subarray(10, 22), { authTagLength: 16 })
  return Buffer.concat([box.subarray(0, 22), cipher.update(value), cipher.final(), cipher.getAuthTag()])
}

function isPackable(value: unknown): boolean {
  try {
    encodeValue(value)
    return true
  } catch {
    return false
  }
}
