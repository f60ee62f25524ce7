/**
 * Reading: the one pass over a text that everything else reuses. Tokens with class and lemma, and sentences.
 *
 * R1 A function of the prose alone (see M1 in model.ts); the same text gives the same reading in any process
 *    and any order.
 * R2 Offsets are places in `prose.shown`. Code and URLs are in no token.
 * R3 An empty line ends a sentence, whatever the sentence's last character.
 * R4 Texts of other scripts are cut by the runtime's Unicode rules (foreign.ts); they have words and
 *    sentences, but no classes.
 */
import type { Document, ItemToken, WinkMethods } from 'wink-nlp'
import { isMostlyForeign, readForeign } from './foreign.js'
import { withDocument } from './model.js'
import type { Prose } from './prose.js'
import { isStopWord } from './stop-words.js'

/** What a token is for us; everything that carries no topic is `other`. */
export type WordClass = 'name' | 'noun' | 'adjective' | 'verb' | 'number' | 'other' | 'mark'

/** One token. */
export interface Token {
  /** As written. */
  readonly text: string
  /** Lower-case base form for nouns and adjectives, lower-case text for the rest. */
  readonly lemma: string
  readonly kind: WordClass
  readonly start: number
  readonly end: number
  readonly isNegated: boolean
}

/** One sentence: tokens [from, to). */
export interface Sentence {
  readonly start: number
  readonly end: number
  readonly from: number
  readonly to: number
  readonly words: number
  /** A heading, or a highlight that does not end as a sentence does. */
  readonly isTitle: boolean
  readonly hasNegation: boolean
}

/** A text that was read. */
export interface Reading {
  readonly prose: Prose
  readonly tokens: readonly Token[]
  readonly sentences: readonly Sentence[]
  readonly words: number
}

/** Longer runs without a space are keys and hashes, not prose; the tokenizer takes quadratic time on them. */
const RUN_CHARS_MAX = 64
const LONG_RUN = /\S{65,}/g
/** Marks inside a word. They are read as a letter that wink keeps inside a word; offsets stay. */
const INNER_MARK = new RegExp([
  /(?<=[\p{L}\p{N}]{2})\.(?=\p{Ll}{2})/u, // node.js
  /(?<=[\p{L}\p{N}])_(?=[\p{L}\p{N}])/u, // my_hash
  /(?<=\b[A-Z])(?:\+\+|#(?!\w))/u, // C++, C#
].map(({ source }) => source).join('|'), 'gu')
const HAS_INNER_MARK = /[_+#]|\.\S/
const INNER_LETTER = 'ÿ'
const END_MARK = /[.!?…:;][)\]"'”’]{0,3}\s*$/
const LATIN_START = /^[A-Za-z]/
const HAS_LETTER = /[\p{L}\p{N}]/u
const NEGATION = /^(?:not|n['’]t|no|never|none|nothing|nobody|neither|nor|without|cannot|hardly)$/
const LEMMAS_MAX = 20_000
/** Words that nobody looks for under the model's lemma (datum, medium, application). */
const OWN_LEMMAS: ReadonlySet<string> = new Set(['data', 'media', 'app', 'metadata', 'news'])

const CLASSES: Readonly<Record<string, WordClass>> = {
  PROPN: 'name', NOUN: 'noun', ADJ: 'adjective', VERB: 'verb', NUM: 'number',
  PUNCT: 'mark', SYM: 'mark', SPACE: 'mark',
}

const lemmas = new Map<string, string>()

/** Reads a prose. */
export function readProse(prose: Prose): Reading {
  if (isMostlyForeign(prose.read)) return readForeign(prose)
  return withDocument(guarded(prose.read), (doc, wink) => readingOf(prose, doc, wink))
}

function guarded(read: string): string {
  let text = read
  if (text.length > RUN_CHARS_MAX) text = text.replace(LONG_RUN, run => ' '.repeat(run.length))
  if (HAS_INNER_MARK.test(text)) text = text.replace(INNER_MARK, mark => INNER_LETTER.repeat(mark.length))
  return text
}

function readingOf(prose: Prose, doc: Document, { its }: WinkMethods): Reading {
  const all = doc.tokens()
  const values = all.out(its.value)
  const classes = all.out(its.pos)
  const negated = all.out(its.negationFlag)
  const tokens: Token[] = []
  let at = 0
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i]
    const start = placeOf(value, prose.read, at)
    const end = Math.min(start + value.length, prose.shown.length)
    const text = prose.shown.slice(start, end)
    const kind = classOf(text, classes[i])
    tokens.push({ text, lemma: lemmaOf(text, kind, () => all.itemAt(i), its), kind, start, end,
      isNegated: negated[i] === true })
    at = end
  }
  const spans: unknown[] = doc.sentences().out(its.span)
  const titles = new Set(prose.titleStarts)
  const sentences = spans.flatMap(span => sentencesOf(span, prose, titles, tokens))
  return { prose, tokens, sentences, words: sentences.reduce((sum, { words }) => sum + words, 0) }
}

/** Where the token stands: after blanks, or, if wink rewrote it, where the last one ended. */
function placeOf(value: string, read: string, from: number): number {
  let at = from
  if (value.trim() !== '') while (at < read.length && read.charCodeAt(at) <= 32) at += 1
  return Math.min(at, read.length)
}

function classOf(text: string, pos: string): WordClass {
  const kind = CLASSES[pos] ?? 'other'
  if (LATIN_START.test(text)) return kind === 'mark' ? 'other' : kind
  if (!HAS_LETTER.test(text)) return 'mark'
  if (kind !== 'mark') return kind
  return /^[#@]/.test(text) ? 'name' : 'other'
}

function lemmaOf(text: string, kind: WordClass, itemOf: () => ItemToken, its: WinkMethods['its']): string {
  const lower = text.toLowerCase()
  if ((kind !== 'noun' && kind !== 'adjective') || isStopWord(lower)) return lower
  const key = kind === 'noun' ? text : `${text}/a`
  const known = lemmas.get(key)
  if (known !== undefined) return known
  const item = itemOf()
  // The declared type of its.lemma does not fit the declared type of out(); the function does.
  const found = String(Reflect.apply(item.out, item, [its.lemma])).toLowerCase()
  const lemma = found.includes(INNER_LETTER) || OWN_LEMMAS.has(lower) ? lower : found
  if (lemmas.size >= LEMMAS_MAX) lemmas.clear()
  lemmas.set(key, lemma)
  return lemma
}

/** One of wink's sentences is several of ours where an empty line runs through it. */
function sentencesOf(
  span: unknown, prose: Prose, titles: ReadonlySet<number>, tokens: readonly Token[],
): Sentence[] {
  if (!Array.isArray(span)) return []
  const last = Number(span[1])
  const sentences: Sentence[] = []
  let from = Number(span[0])
  for (let i = from; i <= last; i += 1) {
    const isBreak = tokens[i].text.includes('\n\n')
    if (!isBreak && i < last) continue
    const sentence = sentenceOf(from, isBreak ? i : i + 1, tokens)
    if (sentence !== undefined) {
      const isOpen = !END_MARK.test(prose.shown.slice(sentence.start, sentence.end))
      sentences.push({ ...sentence, isTitle: isOpen && titles.has(sentence.start) })
    }
    from = i + 1
  }
  return sentences
}

function sentenceOf(
  from: number, to: number, tokens: readonly Token[],
): Omit<Sentence, 'isTitle'> | undefined {
  let words = 0
  let hasNegation = false
  for (let i = from; i < to; i += 1) {
    const token = tokens[i]
    if (token.kind === 'mark') continue
    if (!token.text.startsWith('\'') && !token.text.startsWith('’') && token.text !== 'n\'t') words += 1
    if (token.isNegated || NEGATION.test(token.lemma)) hasNegation = true
  }
  if (words === 0) return undefined
  const { start } = tokens[from]
  const { end } = tokens[to - 1]
  return { start, end, from, to, words, hasNegation }
}

/** Mean words per sentence. A title belongs to the sentence after it, as if the text were read out. */
export function meanSentenceWords(reading: Reading): number {
  let count = 0
  for (const { isTitle } of reading.sentences) if (!isTitle) count += 1
  return reading.words / Math.max(1, count)
}

/** The sentence as printed: with its code and URLs. */
export function textOf(sentence: Sentence, { prose }: Reading): string {
  return prose.shown.slice(sentence.start, sentence.end).trim()
}
