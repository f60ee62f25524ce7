/** Blocks and packed values: what is stored must come back, and its bytes must never change. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { decodeBlock, encodeRecord } from '../../../engine/record/block.js'
import { encodeEmission } from '../../../engine/record/emission.js'
import { decodeValue, decodeValues, encodeValue } from '../../../engine/record/pack.js'
import type { LogRecord } from '../../../engine/record/record.js'

/** Any JSON value. msgpackr renames the one key that could change a prototype. */
const json = fc.jsonValue({ maxDepth: 3 }).map(value => JSON.stringify(value))
  .filter(text => !text.includes('__proto__')).map(text => JSON.parse(text) as unknown)
const record: fc.Arbitrary<LogRecord> = fc.record({
  key: fc.string({ unit: 'binary' }), eventTime: fc.integer({ min: 0, max: 2 ** 45 }), value: json,
}, { noNullPrototype: true })

t.test('records joined to a block come back in order', async t => {
  fc.assert(fc.property(fc.array(record, { maxLength: 20 }), records => {
    assert.deepEqual(decodeBlock('1-0', Buffer.concat(records.map(encodeRecord))), records)
  }), { seed: 7, numRuns: 100 })
  t.pass('100 runs')
})

t.test('a script may leave a record out of a block without understanding it', async t => {
  const packed = ['a', 'b', 'c'].map(key => encodeRecord({ key, eventTime: 1, value: { key } }))
  t.strictSame(decodeBlock('1-0', Buffer.concat([packed[0], packed[2]])).map(({ key }) => key), ['a', 'c'])
})

t.test('the stored form is fixed', async t => {
  const packed = encodeRecord({ key: 'ada', eventTime: 1_700_000_000_000,
    value: { note: 'é', n: [1, -1, 0.5] } })
  t.equal(packed.toString(
    'hex'), '93a3616461cb4278bcfe56800000de0002a46e6f7465a2c3a9a16e9301ffcb3fe0000000000000')
})

t.test('a block that cannot be read says which', async t => {
  t.throws(() => decodeBlock('12-3', Buffer.from([0xc1])), { code: 'BLOCK_CORRUPT', message: /12-3/ })
  const whole = encodeRecord({ key: 'a', eventTime: 1, value: 'text' })
  for (let length = 1; length < whole.length; length++) {
    t.throws(() => decodeBlock('12-3', whole.subarray(0, length)), { code: 'BLOCK_CORRUPT' })
  }
})

t.test('values keep their types, typed arrays included, and equal values have equal bytes', async t => {
  const value = { text: 'x', list: [1, null, true], vector: Int8Array.of(1, -2, 3),
    wide: Float32Array.of(0.5) }
  t.same(decodeValue(encodeValue(value)), value)
  t.ok((decodeValue(encodeValue(value)) as typeof value).vector instanceof Int8Array)
  fc.assert(fc.property(json, one => encodeValue(one).equals(encodeValue(structuredClone(one)))), { seed: 7 })
})

t.test('an emission is the array of its three parts', async t => {
  fc.assert(fc.property(fc.string(), fc.string(), json, (output, key, value) => {
    const { packed } = encodeEmission(output, key, value)
    assert.deepEqual(decodeValues(Buffer.concat([packed, packed])),
      [[output, key, value], [output, key, value]])
  }), { seed: 7, numRuns: 50 })
  t.pass('50 runs')
})
