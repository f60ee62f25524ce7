/** Quantised vectors and the calibrated scale. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { calibrate, quantise, similarity } from '../../../actors/embedding/index.js'

const steps = fc.array(fc.integer({ min: -127, max: 127 }),
  { minLength: 7, maxLength: 7 }).map(values => Int8Array.from(values))

t.test('rounds to steps of 1/127 and clamps', async t => {
  t.same(quantise(Float32Array.of(0, 1, -1, 0.5, 2, -2)), Int8Array.of(0, 127, -127, 64, 127, -127))
})

t.test('Q1 Q2 similarity is symmetric, in -1..1, a multiple of 1e-4, and 1 with itself', async () => {
  fc.assert(fc.property(steps, steps, (a, b) => {
    const s = similarity(a, b)
    const isEmpty = a.every(x => x === 0)
    return s === similarity(b, a) && Math.abs(s) <= 1 && s === Math.round(s * 1e4) / 1e4
      && similarity(a, a) === (isEmpty ? 0 : 1)
  }), { seed: 2, numRuns: 300 })
})

t.test('exact values, also where the length is no multiple of four', async t => {
  t.equal(similarity(Int8Array.of(3, 4, 0, 0, 0), Int8Array.of(4, 3, 0, 0, 0)), 0.96)
  t.equal(similarity(Int8Array.of(0, 0, 0, 0, 5), Int8Array.of(0, 0, 0, 0, -9)), -1)
  const full = new Int8Array(384).fill(127)
  t.equal(similarity(full, full), 1, 'no overflow at the largest sums')
  t.throws(() => similarity(new Int8Array(2), new Int8Array(3)), /expected 2 numbers, found 3/)
})

t.test('C1 calibration is monotone and keeps its ends', async t => {
  for (const id of ['static-hash', 'use-lite']) {
    for (const end of [-1, 0, 1]) t.equal(calibrate(end, id), end)
    fc.assert(fc.property(fc.double({ min: -1, max: 1, noNaN: true }),
      fc.double({ min: -1, max: 1, noNaN: true }), (x, y) =>
      (x <= y) === (x === y || calibrate(x, id) <= calibrate(y, id))
        || calibrate(x, id) === calibrate(y, id)), { seed: 4 })
  }
  t.same([0.82, 0.91, 0.95].map(cosine => calibrate(cosine, 'static-hash')), [0.7, 0.8, 0.9])
  t.throws(() => calibrate(0.5, 'unknown'), /expected one of static-hash, use-lite, found unknown/)
})

t.test('the table on disk is the one that its description names', async t => {
  const folder = new URL('../../../../assets/', import.meta.url)
  const bytes = readFileSync(new URL('word-vectors.bin', folder))
  const about = JSON.parse(readFileSync(new URL('word-vectors.json', folder), 'utf8'))
  t.equal(createHash('sha256').update(bytes).digest('hex'), about.sha256)
  t.ok(bytes.length <= 6e6)
})
