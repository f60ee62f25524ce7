/** Packing once: what is emitted and stored has the same bytes (C3), whatever the names before it. */
import t from 'tap'
import { decodeValue, encodeShared, encodeTriple, encodeValue } from '../../../engine/record/pack.js'

t.test('an emitted object is stored with the bytes it has alone', async t => {
  for (const size of [0, 1, 31, 32, 255, 256, 65_535, 65_536]) {
    for (const letter of ['k', 'é', '漢', '\ud800']) {
      const value = { id: `r-${size}`, tags: ['a', 'b'], vector: new Uint8Array([1, 2, 255]) }
      const key = letter.repeat(size)
      const packed = encodeTriple('records', key, value)
      t.ok(packed.equals(encodeValue(['records', key, value])), `${letter} ${size}`)
      t.ok(encodeShared(value).equals(encodeValue(value)), `${letter} ${size}: shared`)
      t.ok(encodeTriple('records', key, value).equals(packed), `${letter} ${size}: again`)
    }
  }
})

t.test('a stored object is emitted with the same bytes', async t => {
  const value = { id: 'r-1' }
  const stored = encodeShared(value)
  t.strictSame(decodeValue(encodeTriple('records', 'ada', value)), ['records', 'ada', value])
  t.equal(encodeShared(value), stored)
})

t.test('what is no object is packed as it is', async t => {
  for (const value of [null, 5, 'text', true]) {
    t.strictSame(decodeValue(encodeTriple('o', 'k', value)), ['o', 'k', value])
    t.strictSame(decodeValue(encodeShared(value)), value)
  }
})
