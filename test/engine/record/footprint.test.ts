/** The footprint of a packed value is what the collector finds of it, roughly; and it reads every form. */
import fc from 'fast-check'
import t from 'tap'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { footprintOf } from '../../../engine/record/footprint.js'
import { decodeValue, encodeValue } from '../../../engine/record/pack.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes that decoded copies of the value hold, each. */
function heldBy(value: unknown): number {
  const packed = encodeValue(value)
  const copies = new Array<unknown>(2_000).fill(null)
  for (let i = 0; i < 200; i += 1) decodeValue(packed)
  collect()
  const before = process.memoryUsage()
  for (let i = 0; i < copies.length; i += 1) copies[i] = decodeValue(Buffer.from(packed))
  collect()
  const after = process.memoryUsage()
  const held = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers
  return held / copies.filter(copy => copy !== null).length
}

const instant = 1_760_000_000_000
const topic = {
  records: 7, labels: [['Git', 5], ['git', 2]], component: 'c12', describedAt: 4, isGiven: true,
  terms: Array.from({ length: 24 }, (_, i) => [`term${i}`, i % 2 === 0 ? `term${i}` : `the terms ${i}`, i]),
  firstAt: instant, lastAt: instant + 5, waiting: [], traces: [1.25, 2.5, 3.75, 4.125], tracedAt: instant,
}
const numbers = Array.from({ length: 40 }, (_, i) => 0x9000_0000 + i)

for (const [name, value] of Object.entries({
  topic, numbers, texts: Array.from({ length: 30 }, (_, i) => `a text of some length ${i}`),
  fields: { a: 1.5, b: 2, c: [3], d: 4, e: 5, f: ['six'], g: 7, h: 8 },
})) {
  t.test(`${name}: within a third of what is held`, async t => {
    const [held, thought] = [heldBy(value), footprintOf(encodeValue(value))]
    t.ok(thought > held * 0.66 && thought < held * 1.5, `${Math.round(thought)} for ${Math.round(held)}`)
  })
}

const value: fc.Arbitrary<unknown> = fc.letrec(tie => ({
  value: fc.oneof({ depthSize: 'small' }, fc.string({ maxLength: 400 }), fc.double(), fc.integer(),
    fc.boolean(), fc.constant(null), fc.uint8Array({ maxLength: 300 }), fc.maxSafeInteger(),
    fc.uint8Array({ maxLength: 70_000, minLength: 65_530 }).map(bytes => Buffer.from(bytes)),
    fc.array(tie('value'), { maxLength: 20 }), fc.dictionary(fc.string({ maxLength: 40 }), tie('value'))),
})).value

t.test('it reads every form to its end: what stands behind a value counts as if it stood alone', async t => {
  fc.assert(fc.property(value, value, (first, second) => {
    const both = footprintOf(encodeValue([first, second]))
    const pair = footprintOf(encodeValue([0, 0]))
    return both === pair + footprintOf(encodeValue(first)) + footprintOf(encodeValue(second))
  }), { seed: 11, numRuns: 100 })
  t.pass('100 pairs')
})
