/**
 * The one place that touches wink-nlp and its English model: the parts of its pipeline, and its stemmer,
 * loaded on first use, per thread.
 *
 * wink's own entry (readDoc) cuts and looks up every word of every text anew and makes several objects per
 * token. Here only its lexicon, its cutter and its lemmas are used: chunk-cutter.ts cuts the plain chunks,
 * annotators.ts runs its state machines, tagger.ts remembers chunks. A token is three numbers:
 *
 *   | place in the lexicon, UNKNOWN if it has none | spaces before + expansion << 16 | lemma + pos << 20 |
 *
 * M1 Cutting is a function of the chunk alone: unknown words that it adds to the lexicon are hidden from
 *    later chunks, and features that nobody here reads (prefix, suffix, shape) are not computed, for their
 *    tables overflow.
 */
import { createRequire } from 'node:module'
import model from 'wink-eng-lite-web-model'
import { annotatorsOf, type Annotators } from './annotators.js'

const MODEL = 'wink-eng-lite-web-model'
const partOf = createRequire(import.meta.url)

/** wink's place for a word that the lexicon lacks: no hint, no class, no abbreviation. */
export const UNKNOWN = 0
const POS_MASK = 0x3f00000
const POS_SHIFT = 20
const EXPANSION_MIN = 65_536
const UNKNOWN_POS = 8

/** What is used of wink's lexicon. */
export interface WordCache {
  /** Places of a text that is known: one, or four numbers for each part of a contraction. */
  lookup(text: string): readonly number[] | null
  value(index: number): string
  normal(index: number): number
  nox(expansion: number): number
  posOf(index: number): number
  mappedSpelling(index: number): number
  property(index: number, name: string): unknown
  isMemberPOS(normal: number, pos: number): boolean
}

/** wink's pipeline, part by part. */
export interface Pipeline {
  readonly cache: WordCache
  readonly words: readonly string[]
  /** Names of the parts of speech. */
  readonly tags: readonly string[]
  readonly annotators: Annotators
  /** Place in the lexicon of a text that was there from the start. */
  readonly places: ReadonlyMap<string, number>
  /** The most likely part of speech of an unknown text of a category. */
  guessPos(text: string, category: number): number
  /** Beginnings and ends of hyphenated words that stay in one token. */
  readonly joined: { readonly first: object, readonly last: object }
  /**
   * Cuts a chunk, whatever it is: the tokens' numbers, one after the other. Unknown words get places of their
   * own, which later chunks do not find (M1).
   */
  cut(chunk: string): number[]
  /** The base form of one token, given its three numbers. */
  lemma(token: readonly number[]): string
  /** The base form of a word that has no place in the lexicon, given its normal form. */
  baseForm(normal: string, pos: number): string
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

/** A token's third number with the part of speech that was found; contractions have theirs already. */
export function withPos(lemmaAndPos: number, pos: number): number {
  return lemmaAndPos === 0 ? pos << POS_SHIFT : lemmaAndPos
}

/** Loads the model: 80 ms. */
export function loadPipeline(): Pipeline {
  const core = asObject(asPart(model.core, 'core model')(), 'core model')
  const features = asObject(core['features'], 'features')
  const lexemes = asObject(features['lexeme'], 'lexemes')
  const words = asStrings(lexemes['list'])
  const known = words.length
  const traits = traitsOf(asObject(core['packing'], 'packing')['config'])
  const cache = part('cache')(core, () => traits)
  if (!isWordCache(cache)) throw missing('lexicon')
  const trex = part('compile-trex')(core['trex'])
  const categories = asObject(core['tcat'], 'categories')['hash']
  const preserve = asObject(core['preserve'], 'hyphens')
  const tokenize = asPart(part('tokenizer')(trex, categories, preserve), 'tokenizer')
  const lemma = asPart(asObject(partOf('wink-nlp/src/its.js'), 'its')['lemma'], 'lemma')
  const lemmatize = asPart(model.addons.lemmatize, 'lemmas')
  const guess = asPart(traits['pos'], 'parts of speech')
  const tags = asStrings(asObject(features['pos'], 'parts of speech')['list'])
  const places = new Map(words.map((word, place) => [word, place]))
  const seen = { lookup: (text: string) => places.has(text) ? cache.lookup(text) : [known],
    intrinsicSize: () => known, posOf: cache.posOf }
  const hash = asObject(lexemes['hash'], 'lexemes')
  const wrap = part('dd-wrapper')
  return {
    cache, words, tags, places,
    annotators: annotatorsOf({ cache, sentences: machinesOf(model.sbd, 'sentences'),
      negations: machinesOf(model.negation, 'negation'), pos: machinesOf(model.pos, 'parts of speech') }),
    guessPos: (text, category) => Number(guess(text, category, seen)) || UNKNOWN_POS,
    joined: { first: asObject(preserve['prefix'], 'hyphens'), last: asObject(preserve['suffix'], 'hyphens') },
    cut(chunk) {
      const from = words.length
      const raw = { tokens: [], nonBreakingSpaces: {}, cache }
      tokenize(wrap(raw), chunk)
      for (let i = from; i < words.length; i += 1) delete hash[words[i]]
      return threeOfFour(raw.tokens)
    },
    lemma: token => String(lemma(0, { tokens: [...token, 0], cache }, model.addons)),
    baseForm: (normal, pos) => String(lemmatize(normal, tags[pos], cache)),
    unknownWords: () => words.length - known,
  }
}

/** The fourth number of wink's tokens is for its own marks. */
function threeOfFour(tokens: readonly number[]): number[] {
  return tokens.filter((_, i) => i % 4 < 3)
}

function machinesOf(load: unknown, name: string): readonly string[] {
  return asStrings(asObject(asPart(load, name)(), name)['machines'])
}

/** wink's features of an unknown word, without those that only fill tables (M1). */
function traitsOf(config: unknown): Record<string, unknown> {
  const own = asObject(asPart(model.featureFn, 'features')(config), 'features')
  const none = (): string => ''
  return Object.assign(own, { prefix: none, suffix: none, shape: none })
}

function part(name: string): Part {
  return asPart(partOf(`wink-nlp/src/${name}.js`), name)
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
  const names = ['lookup', 'value', 'normal', 'nox', 'posOf', 'mappedSpelling', 'property', 'isMemberPOS']
  return isObject(value) && names.every(name => isPart(value[name]))
}

function missing(what: string): Error {
  return new Error(`${MODEL}: expected ${what}, found none`)
}
