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
 * L2 A word that very many records have is lent to none; nor is the name of who says a line (terms.ts).
 * L3 Only slots that a word touches cost time. Scores stand in memory that the next question takes over.
 */
import type { Columns } from './columns.js'
import type { Entry } from './entry.js'
import { LENDERS_MAX } from './limits.js'
import { HOME_WEIGHT, LINKS_MAX, LINK_WEIGHTS, type Neighbourhood } from './neighbourhood.js'
import { countOf, slotOf, type Postings } from './postings.js'
import { NOTE_COUNT, type QuestionTerm } from './terms.js'

const K1 = 1.2
const B = 0.5
/** What holds down the counts of a record without length: K1 (1 − b). */
const SHORTEST = K1 * (1 - B)
const BACKGROUND_RECORDS = 50
/** Counts are whole numbers: halves (terms.ts) of tenths (neighbourhood.ts). */
const UNIT = NOTE_COUNT * HOME_WEIGHT
const CAPACITY_MIN = 1_024

/** Below so many of them, dead slots are looked up in a list of postings; more, and the list is walked. */
const DEAD_LOOKED_UP_SHARE = 1 / 32

/** What is scored: a person's index, as far as words go. */
interface Words {
  readonly postings: Postings
  readonly neighbourhood: Neighbourhood
  readonly entries: readonly (Entry | undefined)[]
  readonly columns: Pick<Columns, 'isAlive' | 'isSpoken'>
  /** Living records. */
  readonly records: number
  /** Slots of records that are no more. */
  readonly dead: readonly number[]
}

/**
 * The lexical part of an answer, by slot, 0 where no term matches; to be read before the next question is
 * scored. Dead slots may have a score.
 */
export function scoreWords(terms: readonly QuestionTerm[], index: Words): Float64Array {
  board.clear(index.entries.length)
  let best = 0
  for (const { term } of terms) {
    const list = index.postings.of(term)
    const holders = holdersOf(term, list, index)
    const idf = idfOf(holders, index.records)
    best += idf
    if (holders <= LENDERS_MAX) board.addLent(term, list, idf, index)
    else board.addCommon(list, idf, index)
  }
  return board.divided(best)
}

/** Does a neighbour lend the term to the slot? */
export function isLentTo(slot: number, term: string, index: Words): boolean {
  const { postings, neighbourhood, entries } = index
  if (holdersOf(term, postings.of(term), index) > LENDERS_MAX) return false
  const { links } = neighbourhood
  for (let at = slot * LINKS_MAX; at < (slot + 1) * LINKS_MAX; at += 1) {
    const other = links[at] // links go both ways
    if (other >= 0 && postings.has(term, other) && !entries[other]?.speaker.includes(term)) return true
  }
  return false
}

/** How many living records have the term. */
function holdersOf(term: string, list: readonly number[], { postings, columns, dead }: Words): number {
  if (dead.length < list.length * DEAD_LOOKED_UP_SHARE) {
    let gone = 0
    for (const slot of dead) if (postings.has(term, slot)) gone += 1
    return list.length - gone
  }
  let holders = 0
  for (let i = 0; i < list.length; i += 1) if (columns.isAlive(slotOf(list[i]))) holders += 1
  return holders
}

function idfOf(holders: number, records: number): number {
  return Math.log(1 + (records + BACKGROUND_RECORDS - holders + 0.5) / (holders + 0.5))
}

/** The sums of one question. */
class Scoreboard {
  private scores = new Float64Array(CAPACITY_MIN)
  /** Of the term at hand, and which slots have any. */
  private counts = new Int32Array(CAPACITY_MIN)
  private counted = new Int32Array(CAPACITY_MIN)
  private countedEnd = 0
  private touched = new Int32Array(CAPACITY_MIN)
  private touchedEnd = 0

  /** Begins a question over `slots` slots. */
  clear(slots: number): void {
    for (let i = 0; i < this.touchedEnd; i += 1) this.scores[this.touched[i]] = 0
    this.touchedEnd = 0
    if (slots <= this.scores.length) return
    const capacity = Math.max(slots, 2 * this.scores.length)
    this.scores = new Float64Array(capacity)
    this.counts = new Int32Array(capacity)
    this.counted = new Int32Array(capacity)
    this.touched = new Int32Array(capacity)
  }

  /** Adds a term to the scores of its slots and of their neighbours. */
  addLent(term: string, list: readonly number[], idf: number, words: Words): void {
    const { neighbourhood: { links, lengths, meanLength }, entries, columns } = words
    const perLength = K1 * B / meanLength
    for (let i = 0; i < list.length; i += 1) {
      const slot = slotOf(list[i])
      const count = countOf(list[i])
      this.add(slot, HOME_WEIGHT * count)
      if (columns.isSpoken(slot) && entries[slot]?.speaker.includes(term)) continue
      for (let k = 0; k < LINKS_MAX; k += 1) {
        const to = links[slot * LINKS_MAX + k]
        if (to >= 0) this.add(to, LINK_WEIGHTS[k] * count)
      }
    }
    for (let i = 0; i < this.countedEnd; i += 1) {
      const slot = this.counted[i]
      this.gain(slot, idf, this.counts[slot] / UNIT, SHORTEST + perLength * lengths[slot])
      this.counts[slot] = 0
    }
    this.countedEnd = 0
  }

  /** Adds a term that is lent to none: a slot has one count, and needs no sum. */
  addCommon(list: readonly number[], idf: number, { neighbourhood }: Words): void {
    const { lengths, meanLength } = neighbourhood
    const perLength = K1 * B / meanLength
    for (let i = 0; i < list.length; i += 1) {
      const slot = slotOf(list[i])
      this.gain(slot, idf, HOME_WEIGHT * countOf(list[i]) / UNIT, SHORTEST + perLength * lengths[slot])
    }
  }

  /** The result. */
  divided(best: number): Float64Array {
    const { scores, touched, touchedEnd } = this
    if (best > 0) for (let i = 0; i < touchedEnd; i += 1) scores[touched[i]] /= best
    return scores
  }

  /** `slack`: how much the record's length holds its counts down, K1 for the mean length. */
  private gain(slot: number, idf: number, count: number, slack: number): void {
    if (this.scores[slot] === 0) this.touched[this.touchedEnd++] = slot
    this.scores[slot] += idf * count * (K1 + 1) / (count + slack)
  }

  private add(slot: number, count: number): void {
    if (this.counts[slot] === 0) this.counted[this.countedEnd++] = slot
    this.counts[slot] += count
  }
}

/** One per thread: a question is scored and answered before the next one begins. */
const board = new Scoreboard()
