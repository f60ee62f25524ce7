/**
 * The default embedder: meaning of known words beside the look of all words. 384 = 100 + 284.
 *
 * The first 100 numbers are the sum of SIF-weighted word vectors (Arora, Liang, Ma 2017). The other 284 are
 * signed hashes of stems and of their character 4-grams (for cased alphabets) or 2-grams (for other scripts),
 * with the same weights. Each half has length 1/√2, so that one half's empty text leaves the other alone.
 *
 * E1 A function of the text alone, the same in every process on one kind of processor: sums run in the order
 *    of the words.
 * E2 Every row has length 1, or 0 if the text has no word.
 * E3 Synchronous, no I/O after the table is read.
 */
import { Finding, hashPart32, isUnspaced, vocablesOf, type Vocable } from '../text/index.js'
import type { Embedder } from './embedder.js'
import { wordVectors } from './word-vectors.js'

const DIM = 384
const WORD_DIM = 100
const HASH_DIM = DIM - WORD_DIM
/** Longer words are identifiers: their beginning is enough. */
const GRAM_CHARS_MAX = 40
const SIF_A = 1e-3
const ZIPF_SHIFT = 2.7
/** Sum of 1 / (rank + 2.7) over the table's 50,000 ranks: makes chances of Zipf's law add up to 1. */
const ZIPF_TOTAL = 10.02
const STEM_SEED = 0x5ee7
const GRAM_SEED = 0x96a3
const SIGN_BIT = 0x8000_0000

/** What one word adds to a text. */
interface WordPart {
  /** Row in the table, -1 if the word is not in it. */
  readonly row: number
  readonly weight: number
  /** Places in the hashed half; the sign is that of the contribution, and the place is |entry| - 1. */
  readonly places: Int16Array
  /** Written without spaces: its edge and its neighbour's are a feature. */
  readonly isForeign: boolean
}

const parts = new Finding<Vocable, WordPart>(partOf)
const sums = new Float64Array(DIM)

/** Word vectors and hashed word forms; deterministic and synchronous. */
export const staticHash: Embedder = {
  id: 'static-hash',
  version: '1',
  dim: DIM,
  embedBatch(texts) {
    const rows = new Float32Array(texts.length * DIM)
    texts.forEach((text, i) => embedWords(vocablesOf(text), rows, i * DIM))
    return rows
  },
}

/**
 * Embeds words that were cut already (vocablesOf) into `rows` from place `at`; the same numbers as embedBatch
 * of their text.
 */
export function embedWords(words: readonly Vocable[], rows: Float32Array, at: number): void {
  sums.fill(0)
  const table = wordVectors()
  let last = ''
  for (const word of words) {
    const part = parts.of(word)
    if (part.row >= 0) addRow(table.rows, part.row * WORD_DIM, table.scales[part.row])
    for (let k = 0; k < part.places.length; k += 1) addPlace(part.places[k], part.weight)
    if (part.isForeign && last !== '') addEdge(last + firstChar(word.text), part.weight)
    last = part.isForeign ? lastChar(word.text) : ''
  }
  const squareOfWords = squareOf(0, WORD_DIM)
  const squareOfForms = squareOf(WORD_DIM, DIM)
  const share = squareOfWords > 0 && squareOfForms > 0 ? 0.5 : 1
  if (squareOfWords > 0) writeHalf(rows, at, 0, WORD_DIM, Math.sqrt(share / squareOfWords))
  if (squareOfForms > 0) writeHalf(rows, at, WORD_DIM, DIM, Math.sqrt(share / squareOfForms))
}

function addEdge(gram: string, weight: number): void {
  addPlace(placeOf(gram, 0, gram.length, GRAM_SEED), weight)
}

function addRow(rows: Int8Array, from: number, scale: number): void {
  for (let d = 0; d < WORD_DIM; d += 1) sums[d] += scale * rows[from + d]
}

function addPlace(place: number, weight: number): void {
  if (place < 0) sums[WORD_DIM - 1 - place] -= weight
  else sums[WORD_DIM - 1 + place] += weight
}

function writeHalf(rows: Float32Array, at: number, from: number, to: number, factor: number): void {
  for (let d = from; d < to; d += 1) rows[at + d] = sums[d] * factor
}

function squareOf(from: number, to: number): number {
  let square = 0
  for (let d = from; d < to; d += 1) square += sums[d] * sums[d]
  return square
}

function partOf({ text, stem }: Vocable): WordPart {
  const row = wordVectors().ranks.get(text) ?? -1
  const chance = 1 / ((row + ZIPF_SHIFT) * ZIPF_TOTAL)
  const weight = row < 0 ? 1 : SIF_A / (SIF_A + chance)
  return { row, weight, places: placesOf(stem.slice(0, GRAM_CHARS_MAX)), isForeign: isUnspaced(text) }
}

function placesOf(stem: string): Int16Array {
  const isCased = stem.charCodeAt(0) < 0x0590
  const framed = isCased ? `<${stem}>` : stem
  const size = isCased ? 4 : 2
  const grams = Math.max(1, framed.length - size + 1)
  const places = new Int16Array(grams + 1)
  places[0] = placeOf(stem, 0, stem.length, STEM_SEED)
  for (let i = 0; i < grams; i += 1) {
    places[i + 1] = placeOf(framed, i, Math.min(i + size, framed.length), GRAM_SEED)
  }
  return places
}

/** Place 1..284 of a part of a text, negative for half of them, so that collisions cancel out on average. */
function placeOf(text: string, from: number, to: number, seed: number): number {
  const hash = hashPart32(text, from, to, seed)
  const place = hash % HASH_DIM + 1
  return hash >= SIGN_BIT ? -place : place
}

function firstChar(word: string): string {
  return Array.from(word.slice(0, 2))[0]
}

function lastChar(word: string): string {
  const end = Array.from(word.slice(-2))
  return end[end.length - 1]
}
