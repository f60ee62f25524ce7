/**
 * The one place that touches wink-nlp and its English model: the parts of its pipeline, and its stemmer,
 * loaded on first use, per thread.
 *
 * wink's own entry (readDoc) cuts and looks up every word of every text anew and makes several objects per
 * token. tagger.ts drives the same parts, in the same order, over remembered chunks. A text between the parts
 * is a list of numbers, four per token:
 *
 *   | place in the lexicon | spaces before + expansion << 16 | lemma + pos << 20 | negated << 31 |
 *
 * M1 Cutting is a function of the chunk alone: unknown words that it adds to the lexicon are hidden from
 *    later chunks, and features that nobody here reads (prefix, suffix, shape) are not computed, for their
 *    tables overflow.
 */
import { createRequire } from 'node:module'
import model from 'wink-eng-lite-web-model'

const MODEL = 'wink-eng-lite-web-model'
const partOf = createRequire(import.meta.url)

/** Numbers per token. */
export const TOKEN_NUMBERS = 4
const POS_MASK = 0x3f00000
const POS_SHIFT = 20
const EXPANSION_MIN = 65_536
const UNKNOWN_POS = 8

/** A text between the parts of the pipeline, as wink names its fields. */
export interface RawText {
  readonly tokens: number[]
  readonly sentences: number[][]
  readonly numOfTokens: number
  readonly document: number[]
  readonly nonBreakingSpaces: Record<string, unknown>
  readonly cache: WordCache
}

/** What is used of wink's lexicon. */
interface WordCache {
  normal(index: number): number
  nox(expansion: number): number
  posOf(index: number): number
  mappedSpelling(index: number): number
}

/** wink's pipeline, part by part. */
export interface Pipeline {
  readonly cache: WordCache
  readonly words: readonly string[]
  /** Names of the parts of speech. */
  readonly tags: readonly string[]
  /** Splits a text into chunks and what separates them. */
  readonly splitter: RegExp
  /** Cuts the one chunk of `raw`, which has no token yet. */
  cut(raw: RawText, chunk: string): void
  findSentences(raw: RawText, normals: readonly number[]): void
  markNegations(raw: RawText, normals: readonly number[]): void
  /** Corrects the most likely parts of speech by their neighbours and writes them into the tokens. */
  tagWords(raw: RawText, normals: readonly number[], pos: number[]): void
  lemma(raw: RawText, token: number): string
  /** Unknown words that were met: their places in the lexicon cannot be freed. */
  unknownWords(): number
}

type Part = (...given: readonly unknown[]) => unknown

/** The Porter stem of a lower-case word. */
export function porterStem(word: string): string {
  return String(asPart(model.addons.stem, 'stemmer')(word))
}

/** Place of the token's normal form in the lexicon. */
export function normalOf(index: number, spaces: number, cache: WordCache): number {
  return spaces >= EXPANSION_MIN ? cache.nox(spaces) : cache.normal(index)
}

/** The most likely part of speech of a token, before its neighbours are looked at. */
export function likelyPosOf(index: number, lemmaAndPos: number, cache: WordCache): number {
  return lemmaAndPos === 0 ? cache.posOf(cache.mappedSpelling(index)) || UNKNOWN_POS : posIn(lemmaAndPos)
}

/** The part of speech that a token's third number holds. */
export function posIn(lemmaAndPos: number): number {
  return (lemmaAndPos & POS_MASK) >>> POS_SHIFT
}

/** Loads the model: 80 ms. */
export function loadPipeline(): Pipeline {
  const core = asObject(asPart(model.core, 'core model')(), 'core model')
  const features = asObject(core['features'], 'features')
  const lexemes = asObject(features['lexeme'], 'lexemes')
  const words = asStrings(lexemes['list'])
  const known = words.length
  const cache = part('cache')(core, withoutTables)
  if (!isWordCache(cache)) throw missing('lexicon')
  const trex = asObject(part('compile-trex')(core['trex']), 'expressions')
  const splitter = asObject(trex['helpers'], 'expressions')['splitter']
  if (!(splitter instanceof RegExp)) throw missing('splitter')
  const categories = asObject(core['tcat'], 'categories')['hash']
  const tokenize = asPart(part('tokenizer')(trex, categories, core['preserve']), 'tokenizer')
  const lemma = asPart(asObject(partOf('wink-nlp/src/its.js'), 'its')['lemma'], 'lemma')
  const hash = asObject(lexemes['hash'], 'lexemes')
  const wrap = part('dd-wrapper')
  return {
    cache, words, splitter, tags: asStrings(asObject(features['pos'], 'parts of speech')['list']),
    ...annotators(cache),
    cut(raw, chunk) {
      const from = words.length
      tokenize(wrap(raw), chunk)
      for (let i = from; i < words.length; i += 1) delete hash[words[i]]
    },
    lemma: (raw, token) => String(lemma(token, raw, model.addons)),
    unknownWords: () => words.length - known,
  }
}

/** wink's readers of token sequences: sentences, negation, parts of speech. */
function annotators(cache: WordCache): Pick<Pipeline, 'findSentences' | 'markNegations' | 'tagWords'> {
  const [constants, search]: unknown[] = [partOf('wink-nlp/src/constants.js'), part('search')]
  const sbd = asObject(asPart(model.sbd, 'sentences')(), 'sentences')
  const negation = asObject(asPart(model.negation, 'negation')(), 'negation')
  const pos = asObject(asPart(model.pos, 'parts of speech')(), 'parts of speech')
  const sentenceEnds = automataOf(sbd, cache)
  const negations = automataOf(negation, cache)
  const taggers = automataOf(pos, cache, 0)
  const setters = [sbd, negation, pos].map(own => asPart(own['setter'], 'setter'))
  const [setSentences, setNegations, setPos] = setters
  const update = asPart(pos['updater'], 'updater')
  const endOf = firstOf(sbd['transformers'])
  const hintOf = firstOf(pos['transformers'])
  return {
    findSentences: (raw, normals) => setSentences(sentenceEnds[0](normals, endOf, raw.tokens), raw),
    markNegations: (raw, normals) => setNegations(negations[0](normals), raw, constants, search),
    tagWords(raw, normals, tags) {
      for (const recognize of taggers) update(recognize(tags, hintOf, raw.tokens), cache, tags, normals)
      setPos(raw, tags, TOKEN_NUMBERS, POS_SHIFT)
    },
  }
}

/** The machines of one model; `ignored`: the place of a word that they skip. */
function automataOf(own: Record<string, unknown>, cache: WordCache, ignored?: number): Part[] {
  const machines = own['machines']
  if (!Array.isArray(machines)) throw missing('machines')
  const value = asPart(asObject(cache, 'lexicon')['value'], 'lexicon')
  return machines.map((machine: unknown) => {
    const skipped = ignored === undefined ? undefined : value(ignored)
    const automaton = asObject(part('automaton')(cache, skipped), 'automaton')
    asPart(automaton['importJSON'], 'automaton')(machine)
    return asPart(automaton['recognize'], 'automaton')
  })
}

/** wink's features of an unknown word, without those that only fill tables (M1). */
function withoutTables(...settings: readonly unknown[]): unknown {
  const own = asObject(asPart(model.featureFn, 'features')(...settings), 'features')
  const none = (): string => ''
  return Object.assign(own, { prefix: none, suffix: none, shape: none })
}

function part(name: string): Part {
  return asPart(partOf(`wink-nlp/src/${name}.js`), name)
}

function firstOf(list: unknown): unknown {
  if (!Array.isArray(list)) throw missing('transformers')
  return list[0]
}

function asPart(value: unknown, name: string): Part {
  if (!isPart(value)) throw missing(name)
  return value
}

function isPart(value: unknown): value is Part {
  return typeof value === 'function'
}

function asObject(value: unknown, name: string): Record<string, unknown> {
  if (!isObject(value)) throw missing(name)
  return value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function asStrings(value: unknown): string[] {
  if (!isStrings(value)) throw missing('list')
  return value
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && typeof value[0] === 'string'
}

function isWordCache(value: unknown): value is WordCache {
  return isObject(value) && ['normal', 'nox', 'posOf', 'mappedSpelling'].every(name => isPart(value[name]))
}

function missing(what: string): Error {
  return new Error(`${MODEL}: expected ${what}, found none`)
}
