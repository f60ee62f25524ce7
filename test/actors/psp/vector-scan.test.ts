/** The scan is exact: the same numbers as actors/embedding gives, whatever was scanned before. */
import fc from 'fast-check'
import t from 'tap'
import { similarity } from '../../../actors/embedding/index.js'
import { VectorScan } from '../../../actors/psp/vector-scan.js'

const vector = fc
  .array(fc.integer({ min: -127, max: 127 }), { minLength: 384, maxLength: 384 })
  .map(numbers => Int8Array.from(numbers))

t.test('cosines equal similarity, over any window and any order of scans', async t => {
  const scan = new VectorScan(8)
  fc.assert(
    fc.property(
      fc.array(vector, { minLength: 1, maxLength: 20 }),
      vector,
      fc.integer({ min: 0, max: 5 }),
      (rows, query, skip) => {
        const bytes = rows.map(row => new Uint8Array(row.buffer))
        const window = bytes.slice(Math.min(skip, rows.length - 1))
        const found = Array.from(
          scan.cosines(new Uint8Array(query.buffer), window).subarray(0, window.length),
        )
        const expected = window.map(row => similarity(query, new Int8Array(row.buffer)))
        return JSON.stringify(found) === JSON.stringify(expected)
      },
    ),
    { seed: 3, numRuns: 60 },
  )
  t.equal(scan.cosines(new Uint8Array(384), [new Uint8Array(384)])[0], 0, 'nothing is similar to nothing')
})
