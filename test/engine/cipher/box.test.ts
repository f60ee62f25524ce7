/** Boxes: what goes in comes out for the holder of the key, for nobody else, and not when it was changed. */
import fc from 'fast-check'
import t from 'tap'
import {
  decrypt, encrypt, hiddenName, isBox, keyIdOf, newDataKey, shutForGood,
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

function isPackable(value: unknown): boolean {
  try {
    encodeValue(value)
    return true
  } catch {
    return false
  }
}
