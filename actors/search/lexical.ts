/**
 * BM25 over a record's own words and, with less weight, its neighbours'.
 *
 *     score = Σ idf(t) · f (k1 + 1) / (f + k1 (1 − b + b · length / mean length))  /  Σ idf(t)
 *     idf(t) = ln(1 + (N + 50 − df + .5) / (df + .5))
 *
 * over the terms t of the question; f counts t in the record and, weighted, in its neighbours
 * (neighbourhood.ts). Counts are joined before they saturate, so that a word that both have is not paid
 * twice. Divided by what a record of mean length with each term once would get, the score means the same
 * for any question: 1 = says everything that was asked, once. 50 = as if the person had written fifty other
 * records: among three records no word would be rare otherwise.
 *
 * minisearch was left out: it scores whole documents, so that neighbours cannot lend counts
 * before they saturate, and to index each record with its neighbours' text is to index them seven times and
 * again when one comes.
 *
 * L1 A score is a function of the living records, not of their slots.
 */
import type { Entry } from './entry.js'
import { HOME_WEIGHT, LINKS_MAX, LINK_WEIGHTS, type Neighbourhood } from './neighbourhood.js'
import { countOf, slotOf, type Postings } from './postings.js'
import { NOTE_COUNT, type QuestionTerm } from './terms.js'

const K1 = 1.2
const B = 0.75
const BACKGROUND_RECORDS = 50
/** Counts are whole numbers: halves (terms.ts) of tenths (neighbourhood.ts). */
const UNIT = NOTE_COUNT * HOME_WEIGHT
/** The first terms of a question have a bit each in the masks of `LexicalScores`. */
export const NAMED_TERMS_MAX = 31

/** The lexical part of an answer, per slot. */
export interface LexicalScores {
  /** 0 where no term matches. */
  readonly scores: Float64Array
  /** Bit i: the record has term i itself. */
  readonly own: Uint32Array
  /** Bit i: a neighbour lends term i. */
  readonly lent: Uint32Array
}

/** Scores all slots of one person. A slot without an entry is dead; `records` is the number of the others. */
export function scoreWords(
  terms: readonly QuestionTerm[], postings: Postings, near: Neighbourhood,
  entries: readonly (Entry | undefined)[], records: number,
): LexicalScores {
  const slots = near.lengths.length
  const found = { scores: new Float64Array(slots), own: new Uint32Array(slots), lent: new Uint32Array(slots) }
  const counts = new Int32Array(slots)
  let best = 0
  terms.forEach(({ term }, i) => {
    const bit = i < NAMED_TERMS_MAX ? 1 << i : 0
    const { touched, holders } = spread(postings.of(term), near, entries, counts, found, bit)
    const idf = Math.log(1 + (records + BACKGROUND_RECORDS - holders + 0.5) / (holders + 0.5))
    best += idf
    for (const slot of touched) {
      const count = counts[slot] / UNIT
      counts[slot] = 0
      const share = near.lengths[slot] / near.meanLength
      found.scores[slot] += idf * count * (K1 + 1) / (count + K1 * (1 - B + B * share))
    }
  })
  if (best > 0) for (let slot = 0; slot < slots; slot += 1) found.scores[slot] /= best
  return found
}

/** Adds one term's counts to its slots and their neighbours; answers which slots were touched. */
function spread(
  list: readonly number[], { links }: Neighbourhood, entries: readonly (Entry | undefined)[],
  counts: Int32Array, found: LexicalScores, bit: number,
): { readonly touched: readonly number[], readonly holders: number } {
  const touched: number[] = []
  let holders = 0
  for (const posting of list) {
    const slot = slotOf(posting)
    if (entries[slot] === undefined) continue
    const count = countOf(posting)
    holders += 1
    if (counts[slot] === 0) touched.push(slot)
    counts[slot] += HOME_WEIGHT * count
    found.own[slot] |= bit
    for (let k = 0; k < LINKS_MAX; k += 1) {
      const to = links[slot * LINKS_MAX + k]
      if (to < 0) continue
      if (counts[to] === 0) touched.push(to)
      counts[to] += LINK_WEIGHTS[k] * count
      found.lent[to] |= bit
    }
  }
  return { touched, holders }
}
