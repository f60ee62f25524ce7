/**
 * L1: what the columns write is what ClickHouse reads, at the borders of the format: lengths, dictionaries,
 * lists, numbers.
 */
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import t from 'tap'
import { ByteWriter } from '../../analytics/byte-writer.js'
import {
  flag, instant, instantOrNull, score, scoreSum, text, texts, uint16, uint32, uint64, word, words,
  type Column,
} from '../../analytics/column.js'
import { openAnalytics } from '../../analytics/index.js'
import { TestServer } from './server.js'

const server = await TestServer.start()
const analytics = await openAnalytics({ url: server.url })
t.teardown(async () => {
  await analytics.close()
  await server.remove()
})

/** Writes one column of a table of its own and reads it back, in order. */
async function storedCells<V>(column: Column<V>, values: readonly V[]): Promise<unknown[]> {
  await analytics.client.command({ query: 'DROP TABLE IF EXISTS cells' })
  await analytics.client.command({
    query: `CREATE TABLE cells (n UInt32, cell ${column.type}) ENGINE = MergeTree ORDER BY n`,
  })
  const to = new ByteWriter(1)
  to.varint(2)
  to.varint(values.length)
  const numbered: readonly [string, Column<V>][] = [['n', uint32(value => values.indexOf(value))],
    ['cell', column]]
  for (const [name, { type, write }] of numbered) {
    to.text(name)
    to.text(type)
    write(to, values)
  }
  const { stream } = await analytics.client.exec({
    query: 'INSERT INTO cells (n, cell) FORMAT Native',
    values: Readable.from(to.written, { objectMode: false }),
  })
  await finished(stream.resume())
  const rows = await analytics.query<{ cell: unknown }>(
    'SELECT cell FROM cells ORDER BY n SETTINGS output_format_json_quote_64bit_integers = 0')
  return rows.map(({ cell }) => cell)
}

t.test('texts of every length whose head changes, in one, two and three bytes per unit', async t => {
  const lengths = [0, 1, 41, 42, 43, 63, 64, 127, 128, 129, 5_461, 5_462, 16_383, 16_384, 70_000]
  const written = lengths.flatMap(length => ['a', 'é', '日'].map(unit => unit.repeat(length)))
  const unlike = [...new Set(written), 'a'.repeat(126) + '日', '👩‍👩‍👧'.repeat(9)]
  t.strictSame(await storedCells(text<string>(value => value), unlike), unlike)
  const halves = await storedCells(text<string>(value => value), ['half \ud83d', '\udc00'])
  t.strictSame(halves, ['half \ufffd', '\ufffd'])
})

t.test('dictionaries whose indexes take one, two and four bytes', async t => {
  for (const size of [1, 255, 256, 257, 65_536, 65_537]) {
    const written = Array.from({ length: size }, (_, number) => `word ${number}`)
    const last = written.slice(-300).map(value => ({ value }))
    const all = [...written.map(value => ({ value })), ...last]
    const lists = [written, [], ['', 'word 0', '']]
    const cells = await storedCells(words<readonly string[]>(list => list), lists)
    t.ok(JSON.stringify(cells) === JSON.stringify(lists), `${size} words in lists`)
    if (size > 257) continue
    t.strictSame(await storedCells(word<{ value: string }>(({ value }) => value), all),
      all.map(({ value }) => value), `${size} words`)
  }
  const halves = await storedCells(words<readonly string[]>(list => list), [['\ud83d', '\udc00', '\ufffd']])
  t.strictSame(halves, [['\ufffd', '\ufffd', '\ufffd']])
})

t.test('lists, empty ones too', async t => {
  const lists = [[], ['a'], [], ['b', '', 'ccc'], []]
  t.strictSame(await storedCells(texts<readonly string[]>(list => list), lists), lists)
  t.strictSame(await storedCells(words<readonly string[]>(list => list), lists), lists)
  t.strictSame(await storedCells(words<readonly string[]>(list => list), [[]]), [[]])
})

t.test('numbers at their borders', async t => {
  const counts = [0, 1, 65_535]
  t.strictSame(await storedCells(uint16<number>(value => value), counts), counts)
  t.strictSame(await storedCells(uint32<number>(value => value), [7, 2 ** 32 - 1]), [7, 2 ** 32 - 1])
  const large = [0, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER]
  t.strictSame(await storedCells(uint64<number>(value => value), large), large)
  const scores = await storedCells(score<number>(value => value), [0.12345, -1, NaN, Infinity])
  t.strictSame(scores, [0.1235, -1, 0, 0])
  const sums = await storedCells(scoreSum<number>(value => value), [123_456.78912, -Infinity])
  t.strictSame(sums, [123_456.7891, 0])
  t.strictSame(await storedCells(flag<boolean>(value => value), [true, false]), [true, false])
})

t.test('instants before 1970, beyond the borders, and none', async t => {
  const shown = ['1969-12-31 23:59:59.999', '1900-01-01 00:00:00.000', '2299-12-31 23:59:59.999']
  t.strictSame(await storedCells(instant<number>(value => value), [-1, -1e15, 8.64e15]), shown)
  t.strictSame(await storedCells(instantOrNull<number | null>(value => value), [-1, null]), [shown[0], null])
})
