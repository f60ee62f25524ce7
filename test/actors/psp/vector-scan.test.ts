/** The scan is exact: the same numbers as actors/embedding gives, whatever was scanned before. */
import fc from 'fast-check'
import t from 'tap'
import { quantise, similarity } from '../../../actors/embedding/index.js'
import { VectorScan } from '../../../actors/psp/vector-scan.js'
import { blended, cosine } from '../../../actors/psp/vectors.js'

const vector = fc.oneof(
  fc.array(fc.integer({ min: -127, max: 127 }), { minLength: 384, maxLength: 384 }),
  fc.integer({ min: 0, max: 127 }).map(number => new Array<number>(384).fill(number)),
).map(numbers => Int8Array.from(numbers))

function bytesOf(row: Int8Array): Uint8Array {
  return new Uint8Array(row.buffer)
}

t.test('cosines equal similarity, over any rows and any order of scans', async t => {
  const scan = new VectorScan(8)
  fc.assert(
    fc.property(
      fc.array(vector, { minLength: 1, maxLength: 20 }),
      vector,
      fc.integer({ min: 0, max: 5 }),
      (rows, query, skip) => {
        const window = rows.slice(Math.min(skip, rows.length - 1))
        window.forEach((row, i) => scan.put(i, bytesOf(row)))
        const expected = window.map(row => similarity(query, row))
        const found = [...scan.cosines(bytesOf(query), window.length).subarray(0, window.length)]
        return JSON.stringify(found) === JSON.stringify(expected) &&
          scan.nearest(bytesOf(query), window.length) === Math.max(0, ...expected) &&
          cosine(bytesOf(query), bytesOf(window[0])) === expected[0]
      },
    ),
    { seed: 3, numRuns: 120 },
  )
  scan.put(0, new Uint8Array(384))
  t.equal(scan.cosines(new Uint8Array(384), 1)[0], 0, 'nothing is similar to nothing')
  t.equal(scan.nearest(new Uint8Array(384).fill(1), 0), 0, 'no rows')
})

t.test('rows stay when more of them make room', async t => {
  const scan = new VectorScan(2)
  const rows = Array.from({ length: 40 }, (_, i) => Int8Array.from({ length: 384 }, (__, j) => (i * j) % 101))
  rows.forEach((row, i) => scan.put(i, bytesOf(row)))
  const query = Int8Array.from({ length: 384 }, (_, j) => (j * 7) % 89)
  t.same([...scan.cosines(bytesOf(query), 40).subarray(0, 40)], rows.map(row => similarity(query, row)))
})

t.test('a blend is the quantised mean, to the byte', async t => {
  fc.assert(
    fc.property(vector, vector, fc.double({ min: 0, max: 1, noNaN: true }), (old, next, factor) => {
      const row = Float32Array.from(old, (number, i) => number * (1 - factor) + next[i] * factor)
      let square = 0
      old.forEach((number, i) => { square += (number * (1 - factor) + next[i] * factor) ** 2 })
      const scale = 1 / Math.sqrt(square)
      const expected = square === 0 ? old : quantise(row.map(number => number * scale))
      return Buffer.from(expected.buffer).equals(blended(bytesOf(old), bytesOf(next), factor))
    }),
    { seed: 7, numRuns: 500 },
  )
  t.pass('500 runs')
})
