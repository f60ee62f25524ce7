/**
 * Tagging: a text cut into tokens with their parts of speech, sentences and negation, through wink's parts
 * (model.ts), chunk by chunk.
 *
 * G1 A function of the text alone: a chunk (what stands between blanks) is cut by itself, so that what is
 *    remembered of it is what would be found anew.
 * G2 Memory is bounded: at most CHUNKS_MAX chunks are remembered, and the model is loaded anew after
 *    UNKNOWN_MAX unknown words.
 */
import {
  likelyPosOf, loadPipeline, normalOf, posIn, TOKEN_NUMBERS, type Pipeline, type RawText,
} from './model.js'

const CHUNKS_MAX = 50_000
/** Far below the 2^20 that a lemma's index can hold. */
const UNKNOWN_MAX = 200_000
const NEGATED_MIN = 2 ** 31
const BLANK_START = /^[ \u00a0\u2002-\u2005\u2009\u200a\u202f\u205f]/

/** A text as wink tagged it. */
export interface Tagged {
  readonly count: number
  value(token: number): string
  /** A universal part-of-speech tag. */
  pos(token: number): string
  isNegated(token: number): boolean
  lemma(token: number): string
  /** First and last token of each sentence. */
  readonly sentences: readonly (readonly number[])[]
}

/** A chunk without its neighbours: per token, three of wink's numbers, its normal form, its class. */
type Chunk = readonly number[]

const CHUNK_NUMBERS = 5

let pipeline: Pipeline | undefined
const chunks = new Map<string, Chunk>()

/**
 * Tags a text. 'classes' leaves out sentences and negation, for who asks for parts of speech alone.
 * The answer's lemmas hold until the next call.
 */
export function tagText(text: string, want: 'all' | 'classes'): Tagged {
  const wink = pipelineNow()
  const normals: number[] = []
  const pos: number[] = []
  const tokens: number[] = []
  let spaces = 0
  for (const piece of text.split(wink.splitter)) {
    if (piece === '') continue
    if (BLANK_START.test(piece)) {
      spaces = 1
      continue
    }
    const chunk = chunkOf(piece, wink)
    for (let i = 0; i < chunk.length; i += CHUNK_NUMBERS) {
      tokens.push(chunk[i], chunk[i + 1] | spaces, chunk[i + 2], 0)
      normals.push(chunk[i + 3])
      pos.push(chunk[i + 4])
      spaces = 0
    }
  }
  const raw = rawText(tokens, wink)
  if (want === 'all') {
    wink.findSentences(raw, normals)
    wink.markNegations(raw, normals)
  }
  wink.tagWords(raw, normals, pos)
  return taggedOf(raw, wink)
}

/** Loads the model anew when its lexicon has grown too much; chunks hold places in the old one. */
function pipelineNow(): Pipeline {
  if (pipeline === undefined || pipeline.unknownWords() > UNKNOWN_MAX) {
    chunks.clear()
    pipeline = loadPipeline()
  }
  return pipeline
}

function chunkOf(piece: string, wink: Pipeline): Chunk {
  const known = chunks.get(piece)
  if (known !== undefined) return known
  const chunk = cutChunk(piece, wink)
  if (chunks.size >= CHUNKS_MAX) chunks.clear()
  chunks.set(piece, chunk)
  return chunk
}

function cutChunk(piece: string, wink: Pipeline): Chunk {
  const raw = rawText([], wink)
  wink.cut(raw, piece)
  const { tokens, cache } = raw
  const chunk: number[] = []
  for (let i = 0; i < tokens.length; i += TOKEN_NUMBERS) {
    const index = tokens[i]
    const spaces = tokens[i + 1]
    const lemmaAndPos = tokens[i + 2]
    const normal = normalOf(index, spaces, cache)
    chunk.push(index, spaces, lemmaAndPos, normal, likelyPosOf(index, lemmaAndPos, cache))
  }
  return chunk
}

function rawText(tokens: number[], { cache }: Pipeline): RawText {
  const numOfTokens = tokens.length / TOKEN_NUMBERS
  const document = [0, numOfTokens - 1, 0, 0]
  return { tokens, sentences: [], numOfTokens, document, nonBreakingSpaces: {}, cache }
}

function taggedOf(raw: RawText, wink: Pipeline): Tagged {
  const { tokens, sentences, numOfTokens } = raw
  return {
    count: numOfTokens,
    sentences,
    value: token => wink.words[tokens[token * TOKEN_NUMBERS]],
    pos: token => wink.tags[posIn(tokens[token * TOKEN_NUMBERS + 2])],
    isNegated: token => tokens[token * TOKEN_NUMBERS + 3] >= NEGATED_MIN,
    lemma: token => wink.lemma(raw, token),
  }
}
