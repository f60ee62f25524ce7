/**
 * The table of word vectors in assets/word-vectors.bin: 50,000 English words, most frequent first, each with
 * 100 numbers.
 *
 * Owns the file's format. deploy/scripts/build-word-vectors.mjs makes it; all numbers are little endian:
 *
 *   0        4        8        12          16
 *   | "HWV1" | words  | dim    | textBytes |
 *   | u8 × 4 | u32    | u32    | u32       |
 *   | scale of each word            f32 × words       |
 *   | row of each word              i8  × words × dim |   number = step × scale, weighted already
 *   | the words, "\n" between them  UTF-8, textBytes  |   the place in the list is the rank by frequency
 *
 * V1 Read once per thread, on first use (one read, one split); afterwards it never changes.
 */
import { readFileSync } from 'node:fs'

const NAME = 'assets/word-vectors.bin'
const FILE = new URL(`../../../${NAME}`, import.meta.url)
const MAGIC = 'HWV1'
const HEADER_BYTES = 16

/** The decoded table. */
interface WordVectors {
  readonly dim: number
  readonly scales: Float32Array
  /** Row-major, words × dim. */
  readonly rows: Int8Array
  /** Rank by frequency of a lower-case word, 0 = most frequent. */
  readonly ranks: ReadonlyMap<string, number>
}

let table: WordVectors | undefined

/** The table, read on first use. */
export function wordVectors(): WordVectors {
  table ??= decode(readFileSync(FILE))
  return table
}

/**
 * Rank of a lower-case word among the most frequent of English, or undefined if it is not one of them. A
 * measure of rarity.
 */
export function wordRank(word: string): number | undefined {
  return wordVectors().ranks.get(word)
}

function decode(file: Buffer): WordVectors {
  const magic = file.toString('latin1', 0, 4)
  if (magic !== MAGIC) throw new Error(`${NAME}: expected ${MAGIC}, found ${JSON.stringify(magic)}`)
  const count = file.readUInt32LE(4)
  const dim = file.readUInt32LE(8)
  const rowsAt = HEADER_BYTES + count * 4
  const textAt = rowsAt + count * dim
  const expected = textAt + file.readUInt32LE(12)
  if (file.length !== expected) {
    throw new Error(`${NAME}: expected ${expected} bytes, found ${file.length}; run build-word-vectors.mjs`)
  }
  const scales = new Float32Array(count)
  for (let i = 0; i < count; i += 1) scales[i] = file.readFloatLE(HEADER_BYTES + i * 4)
  const ranks = new Map<string, number>()
  for (const word of file.toString('utf8', textAt).split('\n')) ranks.set(word, ranks.size)
  return { dim, scales, rows: new Int8Array(file.buffer, file.byteOffset + rowsAt, count * dim), ranks }
}
