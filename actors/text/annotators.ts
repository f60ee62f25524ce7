/**
 * What wink's state machines say of a row of tokens: where sentences end, what is negated, which part of
 * speech a word is among its neighbours.
 *
 * N1 What a machine needs to know of a token is a function of the token (Codes), so that it is computed once
 *    per chunk and not once per text.
 */
import { Automaton, type Match } from './automaton.js'
import type { WordCache } from './model.js'

/** A token as the machines see it: columns of their tables, and a hint instead of the part of speech. */
export interface Codes {
  readonly sentence: number
  readonly spacedSentence: number
  readonly negation: number
  readonly hint: number
}

/** The machines of a loaded model. */
export interface Annotators {
  /** The codes of a token: its place in the lexicon and that of its normal form (N1). */
  codesOf(index: number, normal: number): Codes
  /** First and last token of each sentence. `row`: sentence codes. */
  findSentences(row: Uint8Array, count: number): number[][]
  /** Sets 1 for the negated tokens in `negated`. `row`: negation codes. */
  markNegations(row: Uint8Array, text: NegatedText): void
  /** Corrects the likely parts of speech in `pos` by their neighbours. */
  tagWords(pos: Uint8Array, hints: Uint8Array, normals: Int32Array, count: number): void
}

/** What negation looks at. */
interface NegatedText {
  readonly count: number
  /** Places in the lexicon. */
  readonly indexes: Int32Array
  readonly sentences: readonly (readonly number[])[]
  readonly negated: Uint8Array
}

/** The machines, as JSON. */
interface Machines {
  readonly cache: WordCache
  readonly sentences: readonly string[]
  readonly negations: readonly string[]
  readonly pos: readonly string[]
}

const HINT_BASE = 1_080_000
/** Sentence hints: a quote that may end or begin one, such a quote after a blank, ends of abbreviations. */
const QUOTE = 4
const SPACED_QUOTE = 6
const ABBREVIATION = 7
const SHORT_ABBREVIATION = 8
const SHORT_CHARS = 2
/** A pattern of this name looks like negation and is none. */
const NO_NEGATION = '2'
const NEVER_NEGATED: ReadonlySet<unknown> = new Set(['punctuation', 'emoji', 'emoticon'])
const POS_MAX = 31
const HINTS_MAX = 63

/** Makes the machines ready. */
export function annotatorsOf({ cache, sentences, negations, pos }: Machines): Annotators {
  const lineFeed = cache.lookup('\n')?.[0] ?? -1
  const sentenceEnds = new Automaton(sentences[0], lineFeed)
  const negation = new Automaton(negations[0], lineFeed)
  const taggers = pos.map(json => new Tagger(new Automaton(json, 0), cache))
  return {
    codesOf(index, normal) {
      const [plain, spaced] = normal === lineFeed ? [lineFeed, lineFeed] : endTokensOf(index, normal, cache)
      return {
        sentence: sentenceEnds.columnOf(plain),
        spacedSentence: sentenceEnds.columnOf(spaced),
        negation: negation.columnOf(normal),
        hint: Number(cache.property(index, 'posHint')),
      }
    },
    findSentences: (row, count) => sentencesOf(sentenceEnds.recognise(row, count), count),
    markNegations: (row, text) => markNegated(negation.recognise(row, text.count), text, cache),
    tagWords(tags, hints, normals, count) {
      for (const tagger of taggers) tagger.correct(tags, hints, normals, count)
    },
  }
}

/** What the machine of sentences reads for a token: without and with a blank before it. */
function endTokensOf(index: number, normal: number, cache: WordCache): readonly [number, number] {
  const hint = Number(cache.property(normal, 'sbdHint') || cache.property(index, 'sbdHint'))
  if (hint === QUOTE) return [HINT_BASE + QUOTE, HINT_BASE + SPACED_QUOTE]
  if (hint !== 0) return [HINT_BASE + hint, HINT_BASE + hint]
  if (!cache.property(normal, 'isAbbrev')) return [normal, normal]
  const isShort = cache.value(normal).length === SHORT_CHARS
  const token = HINT_BASE + (isShort ? SHORT_ABBREVIATION : ABBREVIATION)
  return [token, token]
}

/** A match begins at the last token of its sentence. */
function sentencesOf(ends: readonly Match[], count: number): number[][] {
  if (ends.length === 0) return [[0, count - 1]]
  const sentences: number[][] = []
  let from = 0
  for (const [end] of ends) {
    sentences.push([from, end])
    from = end + 1
  }
  if (from < count) sentences.push([from, count - 1])
  return sentences
}

/** Negation reaches from its word to the next one, or to the end of the sentence. */
function markNegated(found: readonly Match[], text: NegatedText, cache: WordCache): void {
  for (let k = 0; k < found.length; k += 1) {
    const [, last, name] = found[k]
    if (name === NO_NEGATION) continue
    const end = text.sentences.find(sentence => last <= sentence[1])?.[1] ?? text.count - 1
    const to = k + 1 < found.length ? Math.min(end, found[k + 1][0]) : end + 1
    for (let i = last + 1; i < to; i += 1) {
      if (!NEVER_NEGATED.has(cache.property(text.indexes[i], 'tokenType'))) text.negated[i] = 1
    }
  }
}

/** One of the machines that correct parts of speech, in the order of the model. */
class Tagger {
  readonly #machine: Automaton
  readonly #cache: WordCache
  readonly #posColumns: Uint8Array
  readonly #hintColumns: Uint8Array
  #row = new Uint8Array(0)

  constructor(machine: Automaton, cache: WordCache) {
    this.#machine = machine
    this.#cache = cache
    this.#posColumns = Uint8Array.from({ length: POS_MAX + 1 }, (_, pos) => machine.columnOf(pos))
    this.#hintColumns = Uint8Array.from({ length: HINTS_MAX + 1 },
      (_, hint) => machine.columnOf(HINT_BASE + hint))
  }

  correct(pos: Uint8Array, hints: Uint8Array, normals: Int32Array, count: number): void {
    if (this.#row.length < count) this.#row = new Uint8Array(pos.length)
    const row = this.#row
    for (let i = 0; i < count; i += 1) {
      row[i] = hints[i] === 0 || pos[i] === 0 ? this.#posColumns[pos[i]] : this.#hintColumns[hints[i]]
    }
    for (const [first, , name] of this.#machine.recognise(row, count)) {
      const target = Number(name)
      if (target < 0) pos[first] = -target
      else if (this.#cache.isMemberPOS(normals[first], target)) pos[first] = target
    }
  }
}
