/** P1: the bytes of a packed value are those of msgpackr, whatever the value, whatever was packed before. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Packr } from 'msgpackr'
import t from 'tap'
import { fieldNamesMax } from '../../../engine/limits/limits.js'
import { decodeStored, decodeValue, encodeTriple, encodeValue } from '../../../engine/record/pack.js'

const reference = new Packr({ useRecords: false, encodeUndefinedAsNil: true, moreTypes: true })

function assertSame(value: unknown): void {
  assert.equal(encodeValue(value).toString('hex'), Buffer.from(reference.pack(value)).toString('hex'))
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 90 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 70 })
    .map(units => String.fromCharCode(...units)),
)
const bytes = fc.uint8Array({ maxLength: 600 })
const leaf = fc.oneof(
  text, fc.integer(), fc.double(), fc.maxSafeInteger(), fc.boolean(),
  fc.constantFrom(null, undefined, -0, NaN),
  bytes, bytes.map(content => Buffer.from(content)), bytes.map(content => new Int8Array(content)),
  fc.date({ noInvalidDate: true }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }),
)
const { value } = fc.letrec(tie => ({
  value: fc.oneof({ depthSize: 'small' }, leaf, tie('array'), tie('object'), tie('odd')),
  array: fc.array(tie('value'), { maxLength: 20 }),
  object: fc.dictionary(text, tie('value'), { maxKeys: 20 }),
  odd: fc.oneof(
    fc.array(fc.tuple(text, tie('value'))).map(entries => new Map(entries)),
    fc.array(leaf).map(entries => new Set(entries)),
  ),
}))

t.test('P1: any value', async t => {
  fc.assert(fc.property(value, assertSame), { seed: 31, numRuns: 2_000 })
  t.pass('2,000 runs')
})

t.test('P1: every number and every length at which the head changes', async t => {
  for (const edge of [0, 0x20, 0x40, 0x80, 0x100, 0x8000, 0x1_0000, 0x8000_0000, 0x1_0000_0000, 2 ** 53]) {
    for (const by of [-1, 0, 1, 0.5]) for (const sign of [1, -1]) assertSame(sign * (edge + by))
  }
  for (const size of [0, 1, 31, 32, 33, 63, 64, 255, 256, 65_535, 65_536, 70_000]) {
    for (const letter of ['k', 'é', '漢', '🦊', '\ud800', '\udc00']) {
      assertSame(letter.repeat(size))
      assertSame({ [letter.repeat(size)]: [letter] })
    }
    for (const by of [-3, -2, -1, 0]) {
      if (size + by < 0) continue
      assertSame(new Uint8Array(size + by).fill(7))
      assertSame(Buffer.alloc(size + by, 7))
      assertSame(Array.from({ length: size + by }, (_, i) => i))
    }
  }
  t.pass('edges')
})

t.test('P1: what outgrows the memory, and what follows it', async t => {
  const list = Array.from({ length: 5_000 }, (_, i) => ({ i, bytes: new Uint8Array(i) }))
  const large = { text: 'ä'.repeat(300_000), list }
  for (const each of [{ a: 1 }, large, { a: 1 }, [large, large], 'x']) assertSame(each)
  assert.ok(encodeTriple('o', 'ada', { large }).equals(encodeValue(['o', 'ada', { large }])))
  t.pass('grown and given back')
})

t.test('P1: more names of fields than are kept, and fields that look like methods', async t => {
  for (let i = 0; i < fieldNamesMax + 10; i += 1) assertSame({ id: i, [`name${i}`]: i })
  assertSame(JSON.parse('{"constructor":1,"hasOwnProperty":2,"__proto__":{"a":1},"length":3}'))
  assertSame(Object.create(null))
  assertSame({ 2: 'b', 1: 'a', z: undefined })
  t.pass('names')
})

t.test('a packed value is not changed by what is packed later', async t => {
  const packed = Array.from({ length: 500 }, (_, i) => encodeValue({ i, text: 'x'.repeat(i) }))
  packed.forEach((each, i) => t.ok(each.equals(reference.pack({ i, text: 'x'.repeat(i) })), `${i}`))
})

t.test('U1: what is read is what msgpackr reads, of the same kinds: it packs to the same bytes', async t => {
  fc.assert(fc.property(value, one => {
    const packed = encodeValue(one)
    const read = decodeStored(packed)
    assert.deepEqual(read, decodeValue(packed))
    assert.equal(encodeValue(read).toString('hex'), encodeValue(decodeValue(packed)).toString('hex'))
  }), { seed: 37, numRuns: 2_000 })
  t.pass('2,000 runs')
})

t.test('U1: numbers and lengths at which the head changes, names that are rare', async t => {
  const values: unknown[] = [JSON.parse('{"__proto__": 1, "a": 2}'), { é: 1, b: 2 }, -0]
  for (const edge of [0, 0x20, 0x80, 0x100, 0x8000, 0x1_0000, 0x8000_0000, 0x1_0000_0000, 2 ** 53]) {
    for (const by of [-1, 0, 1, 0.5]) for (const sign of [1, -1]) values.push(sign * (edge + by))
  }
  for (const size of [0, 1, 4, 5, 6, 31, 32, 63, 64, 65, 191, 192, 193, 255, 256, 65_535, 65_536]) {
    for (const letter of ['k', 'é', '漢', '🦊', '\ud800', '\udc00']) {
      values.push({ [letter]: letter.repeat(size) })
    }
    values.push({ ['n'.repeat(size)]: size }, new Uint8Array(size).fill(7), Buffer.alloc(size, 7),
      new Array<number>(size).fill(size))
  }
  for (const one of values) {
    const packed = encodeValue(one)
    assert.deepEqual(decodeStored(packed), decodeValue(packed))
  }
  t.throws(() => decodeStored(encodeValue('a text that was cut').subarray(0, 9)), 'bytes are missing')
})
