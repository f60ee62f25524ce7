/**
 * The one place that touches wink-nlp and its English model: a reader of documents and a stemmer, loaded on
 * first use, per thread.
 *
 * M1 Reading is a function of the text alone. wink keeps every unknown word it has met and would cut later
 *    texts differently because of it (and, after some 10^5 of them, overflow its packed features); so unknown
 *    words are forgotten after each text.
 * M2 Memory is bounded: the lists that cannot be shortened are dropped with their model after FORGOTTEN_MAX
 *    words (80 ms to reload).
 */
import model from 'wink-eng-lite-web-model'
import winkNLP from 'wink-nlp'
import type { Document, WinkMethods } from 'wink-nlp'

/** Words forgotten before the model is loaded anew: far below the 2^20 that a lemma's index can hold. */
const FORGOTTEN_MAX = 200_000
const MODEL = 'wink-eng-lite-web-model'
const PIPE = ['sbd', 'pos', 'negation']

/** A vocabulary of the model: index by value and value by index, open at the end for unknown values. */
interface Feature {
  hash: Record<string, number>
  list: string[]
  index: number
}

interface Reader {
  readonly wink: WinkMethods
  readonly lexemes: Feature
  readonly shapes: readonly Feature[]
  readonly shapeSizes: readonly number[]
  readonly knownLexemes: number
}

let reader: Reader | undefined
let isReading = false

/** Reads `text` and gives the document to `use`; the document must not be kept after `use` has returned. */
export function withDocument<T>(text: string, use: (doc: Document, wink: WinkMethods) => T): T {
  if (isReading) throw new Error('withDocument: one document at a time')
  reader ??= load()
  const { lexemes } = reader
  const firstUnknown = lexemes.list.length
  isReading = true
  try {
    return use(reader.wink.readDoc(text), reader.wink)
  } finally {
    isReading = false
    forget(reader, firstUnknown)
    if (lexemes.list.length - reader.knownLexemes > FORGOTTEN_MAX) reader = undefined
  }
}

/** The Porter stem of a lower-case word. */
export function porterStem(word: string): string {
  const { stem } = model.addons
  if (typeof stem !== 'function') throw new Error(`${MODEL}: expected a stemmer, found none`)
  return String(stem(word))
}

function load(): Reader {
  const cores: unknown[] = []
  const core = model.core
  if (typeof core !== 'function') throw new Error(`${MODEL}: expected a core model, found none`)
  const watched = { ...model, core: () => {
    const loaded: unknown = core()
    cores.push(loaded)
    return loaded
  } }
  const wink = winkNLP(watched, PIPE)
  const lexemes = featureOf(cores[0], 'lexeme')
  const shapes = ['prefix', 'suffix', 'shape'].map(name => featureOf(cores[0], name))
  return { wink, lexemes, shapes, shapeSizes: shapes.map(({ list }) => list.length),
    knownLexemes: lexemes.list.length }
}

function featureOf(core: unknown, name: string): Feature {
  const features: unknown = isObject(core) ? core['features'] : undefined
  const feature: unknown = isObject(features) ? features[name] : undefined
  if (!isFeature(feature)) throw new Error(`${MODEL}: expected the feature ${name}, found none`)
  return feature
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isFeature(value: unknown): value is Feature {
  return isObject(value) && isObject(value['hash']) && Array.isArray(value['list'])
    && typeof value['index'] === 'number'
}

function forget({ lexemes, shapes, shapeSizes }: Reader, firstUnknown: number): void {
  for (let i = firstUnknown; i < lexemes.list.length; i += 1) delete lexemes.hash[lexemes.list[i]]
  for (let k = 0; k < shapes.length; k += 1) {
    const feature = shapes[k]
    const size = shapeSizes[k]
    for (let i = size; i < feature.list.length; i += 1) delete feature.hash[feature.list[i]]
    feature.list.length = size
    feature.index = size
  }
}
