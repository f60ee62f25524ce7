/**
 * Tagging: a text cut into tokens with their parts of speech, sentences and negation, through wink's parts
 * (model.ts), chunk by chunk.
 *
 * G1 A function of the text alone: a chunk (what stands between blanks) is cut by itself, so that what is
 *    remembered of it is what would be found anew.
 * G2 Memory is bounded: at most CHUNKS_MAX chunks are remembered, and the model is loaded anew after
 *    UNKNOWN_MAX unknown words.
 */
import type { Codes } from './annotators.js'
import { cutChunk, type Cut } from './chunk-cutter.js'
import { likelyPosOf, loadPipeline, normalOf, UNKNOWN, withPos, type Pipeline } from './model.js'
import { Remembered } from './remembered.js'
import { vocablesOf, type Vocable } from './vocable.js'
import { Word } from './word.js'

const CHUNKS_MAX = 50_000
/** Far below the 2^20 that a lemma's index can hold. */
const UNKNOWN_MAX = 200_000
const ROWS_MIN = 1_024

/** A text as wink tagged it. Everything holds until the next call. */
export interface Tagged {
  readonly count: number
  /** The chunks in order, and where they begin in the text. */
  readonly chunks: readonly Chunk[]
  readonly places: readonly number[]
  /** Per token, a place in `tags`. */
  readonly pos: Uint8Array
  /** Universal part-of-speech tags. */
  readonly tags: readonly string[]
  /** Per token, 1 or 0. */
  readonly negated: Uint8Array
  /** First and last token of each sentence. */
  readonly sentences: readonly (readonly number[])[]
  lemma(token: ChunkToken, pos: number): string
}

/** What stands between blanks, without its neighbours. */
export class Chunk {
  /** The chunk in lower case, once it was asked for. */
  lower: Chunk | undefined = undefined
  #vocables: readonly Vocable[] | undefined = undefined

  constructor(
    readonly text: string,
    readonly tokens: readonly ChunkToken[],
    /** The tokens' texts, one after the other, are the chunk; else wink rewrote it. */
    readonly isExact: boolean,
    /** Blanks that are a token: line ends and tabs. */
    readonly isLineEnd: boolean,
  ) {}

  /** Its words (wordsOf): the same as in any text, for no word reaches across a blank. */
  get vocables(): readonly Vocable[] {
    const { text, tokens } = this
    return this.#vocables ??= tokens.length === 1 && LETTERS.test(text) ? [tokens[0].word.vocable]
      : vocablesOf(text)
  }
}

const LETTERS = /^[A-Za-z]+$/

/** A token of a chunk: wink's three numbers, its normal form, its class, and what the machines read of it. */
export interface ChunkToken extends Codes {
  readonly index: number
  readonly spaces: number
  readonly lemmaAndPos: number
  readonly normal: number
  readonly pos: number
  readonly word: Word
}

/** The tokens of one text, as rows of numbers; reused from text to text. */
class Rows {
  readonly indexes: Int32Array
  readonly normals: Int32Array
  readonly pos: Uint8Array
  readonly hints: Uint8Array
  readonly sentences: Uint8Array
  readonly negations: Uint8Array
  readonly negated: Uint8Array

  constructor(readonly size: number) {
    this.indexes = new Int32Array(size)
    this.normals = new Int32Array(size)
    this.pos = new Uint8Array(size)
    this.hints = new Uint8Array(size)
    this.sentences = new Uint8Array(size)
    this.negations = new Uint8Array(size)
    this.negated = new Uint8Array(size)
  }
}

const NO_CODES: Codes = { sentence: 0, spacedSentence: 0, negation: 0, hint: 0 }
const NO_SENTENCES: Tagged['sentences'] = []

let pipeline: Pipeline | undefined
let rows = new Rows(ROWS_MIN)
const chunksKnown = new Remembered<Chunk>(CHUNKS_MAX)

/**
 * Tags a text. 'classes' leaves out sentences and negation, for who asks for parts of speech alone.
 */
export function tagText(text: string, want: 'all' | 'classes'): Tagged {
  const wink = pipelineNow()
  const chunks: Chunk[] = []
  const places: number[] = []
  const count = cutText(text, wink, chunks, places)
  if (rows.size < count) rows = new Rows(count * 2)
  fillRows(text, chunks, places)
  const { annotators } = wink
  let sentences = NO_SENTENCES
  if (want === 'all') {
    sentences = annotators.findSentences(rows.sentences, count)
    rows.negated.fill(0, 0, count)
    annotators.markNegations(rows.negations,
      { count, indexes: rows.indexes, sentences, negated: rows.negated })
  }
  annotators.tagWords(rows.pos, rows.hints, rows.normals, count)
  return {
    count, chunks, places, sentences, pos: rows.pos, negated: rows.negated, tags: wink.tags,
    lemma: (token, pos) => lemmaOf(token, pos, wink),
  }
}

/** Parts of speech alone. */
export interface TaggedTokens extends Pick<Tagged, 'pos' | 'tags'> {
  readonly tokens: readonly ChunkToken[]
}

/**
 * Tags the first `count` of a text's chunks as if they were written in lower case: what 'classes' finds in
 * the lower-cased text, without cutting it. Undefined if wink rewrites one of them.
 */
export function tagLowerCase(chunks: readonly Chunk[], count: number): TaggedTokens | undefined {
  const wink = pipeline
  if (wink === undefined) return undefined
  const tokens: ChunkToken[] = []
  for (let c = 0; c < count; c += 1) {
    const lower = chunks[c].lower ??= lowerOf(chunks[c], wink)
    if (!lower.isExact && !lower.isLineEnd) return undefined
    for (const token of lower.tokens) tokens.push(token)
  }
  if (rows.size < tokens.length) rows = new Rows(tokens.length * 2)
  const { pos, hints, normals } = rows
  tokens.forEach((token, i) => {
    pos[i] = token.pos
    hints[i] = token.hint
    normals[i] = token.normal
  })
  wink.annotators.tagWords(pos, hints, normals, tokens.length)
  return { tokens, pos, tags: wink.tags }
}

function lowerOf(chunk: Chunk, wink: Pipeline): Chunk {
  const text = chunk.text.toLowerCase()
  return text === chunk.text ? chunk : chunkOf(text, wink)
}

function lemmaOf(token: ChunkToken, pos: number, wink: Pipeline): string {
  const { word, index, spaces, lemmaAndPos, normal } = token
  if (index !== UNKNOWN) return wink.lemma([index, spaces, withPos(lemmaAndPos, pos)])
  return wink.baseForm(normal === UNKNOWN ? word.lower : wink.words[normal], pos)
}

/** Loads the model anew when its lexicon has grown too much; chunks hold places in the old one. */
function pipelineNow(): Pipeline {
  if (pipeline === undefined || pipeline.unknownWords() > UNKNOWN_MAX) {
    chunksKnown.clear()
    pipeline = loadPipeline()
  }
  return pipeline
}

/** Cuts at blanks; line ends between chunks are a chunk. Answers the number of tokens. */
function cutText(text: string, wink: Pipeline, chunks: Chunk[], places: number[]): number {
  let count = 0
  let from = 0
  while (from < text.length) {
    const kind = separationOf(text.charCodeAt(from))
    let to = from + 1
    while (to < text.length && separationOf(text.charCodeAt(to)) === kind) to += 1
    if (kind !== BLANK) {
      const chunk = chunkOf(text.slice(from, to), wink)
      chunks.push(chunk)
      places.push(from)
      count += chunk.tokens.length
    }
    from = to
  }
  return count
}

const NO_SEPARATION = 0
const BLANK = 1
const LINE_END = 2

/** How wink separates chunks. */
function separationOf(code: number): number {
  if (code > 0x20 && code < 0xa0) return NO_SEPARATION
  if (code === 0x20 || code === 0xa0) return BLANK
  if (code === 0x0a || code === 0x0d || code === 0x09) return LINE_END
  const isWide = (code >= 0x2002 && code <= 0x2005) || code === 0x2009 || code === 0x200a || code === 0x202f
    || code === 0x205f
  return isWide ? BLANK : NO_SEPARATION
}

function fillRows(text: string, chunks: readonly Chunk[], places: readonly number[]): void {
  let at = 0
  for (let i = 0; i < chunks.length; i += 1) {
    const place = places[i]
    let isSpaced = place > 0 && separationOf(text.charCodeAt(place - 1)) === BLANK
    for (const token of chunks[i].tokens) {
      rows.indexes[at] = token.index
      rows.normals[at] = token.normal
      rows.pos[at] = token.pos
      rows.hints[at] = token.hint
      rows.sentences[at] = isSpaced ? token.spacedSentence : token.sentence
      rows.negations[at] = token.negation
      isSpaced = false
      at += 1
    }
  }
}

function chunkOf(piece: string, wink: Pipeline): Chunk {
  const known = chunksKnown.get(piece)
  if (known !== undefined) return known
  const chunk = readChunk(piece, wink)
  chunksKnown.set(piece, chunk)
  return chunk
}

function readChunk(piece: string, wink: Pipeline): Chunk {
  const cuts = cutChunk(piece, wink)
  const tokens = cuts.map(cut => tokenOf(cut, wink))
  const isExact = cuts.length === 1 ? cuts[0].text === piece : cuts.map(({ text }) => text).join('') === piece
  const isLineEnd = piece.trim() === ''
  return new Chunk(piece, tokens, isExact && !isLineEnd, isLineEnd)
}

function tokenOf({ text, category, index, spaces, lemmaAndPos }: Cut, wink: Pipeline): ChunkToken {
  const { cache, annotators, places } = wink
  const word = new Word(text)
  if (index !== UNKNOWN) {
    const normal = normalOf(index, spaces, cache)
    const pos = likelyPosOf(index, lemmaAndPos, cache)
    return { word, index, spaces, lemmaAndPos, normal, pos, ...annotators.codesOf(index, normal) }
  }
  const place = places.get(word.vocable.text)
  const normal = place === undefined ? UNKNOWN : cache.mappedSpelling(place)
  const codes = place === undefined ? NO_CODES : annotators.codesOf(index, normal)
  return { word, index, spaces, lemmaAndPos, normal, pos: wink.guessPos(text, category), ...codes }
}
