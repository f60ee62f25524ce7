/**
 * Hashes are part of the stored format: these values may never change, or keys would change their partition.
 */
import t from 'tap'
import { hashText, markOf, partitionOf } from '../../../engine/record/hash.js'
import { compareEntries, formatPosition, timeOfEntry } from '../../../engine/record/record.js'

t.test('golden values', async t => {
  const golden = { '': 2872998923, ada: 4227604346, 'user-1': 987844803, 'ключ 🔑': 1921248764 }
  t.strictSame(Object.fromEntries(Object.keys(golden).map(text => [text, hashText(text)])), golden)
  t.equal(hashText('ada', 1), 2389496985, 'another seed, another hash')
  t.strictSame(['ada', 'bob', 'cyd', 'dan'].map(key => partitionOf(key, 16)), [10, 4, 14, 11])
})

t.test('partitions are filled evenly', async t => {
  const counts = new Array<number>(16).fill(0)
  for (let i = 0; i < 16_000; i++) counts[partitionOf(`person-${i}`, 16)]++
  t.ok(Math.min(...counts) > 900, `the least has ${Math.min(...counts)} of 1,000`)
  t.ok(Math.max(...counts) < 1_100, `the most has ${Math.max(...counts)} of 1,000`)
})

t.test('entry ids order as the log does, by number and not by text', async t => {
  const ids = ['9-0', '10-0', '10-2', '10-10', '11-0']
  t.strictSame([...ids].reverse().sort(compareEntries), ids)
  t.equal(timeOfEntry('1700000000000-12'), 1_700_000_000_000)
  t.equal(formatPosition({ entry: '5-1', index: 7 }), '5-1:7')
})

t.test('a mark is two hashes of eight characters each, and never changes', async t => {
  for (const text of ['', 'ada', 'ünï 😀', 'x'.repeat(1_000)]) {
    const hex = (seed?: number): string => hashText(text, seed).toString(16).padStart(8, '0')
    t.equal(markOf(text), hex() + hex(0x9747b28c))
  }
})
