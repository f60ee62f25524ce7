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
import { isMostlyForeign, readForeign } from './foreign.js'
import type { Prose } from './prose.js'
import { isStopWord } from './stop-words.js'
import { tagText, type Tagged } from './tagger.js'

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
const HAS_LETTER = /[\p{L}\p{N}]/u
const NEGATIONS: ReadonlySet<string> = new Set(['not', 'n\'t', 'n’t', 'no', 'never', 'none', 'nothing',
  'nobody', 'neither', 'nor', 'without', 'cannot', 'hardly'])
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
  return readingOf(prose, tagText(guarded(prose.read), 'all'))
}

/** Reads the words of a prose and their classes alone: the same as readProse finds, for less. */
export function readClasses(prose: Prose): Pick<Token, 'text' | 'kind'>[] {
  if (isMostlyForeign(prose.read)) return [...readForeign(prose).tokens]
  const tagged = tagText(guarded(prose.read), 'classes')
  const words: Pick<Token, 'text' | 'kind'>[] = []
  let at = 0
  for (let i = 0; i < tagged.count; i += 1) {
    const value = tagged.value(i)
    const start = placeOf(value, prose.read, at)
    at = Math.min(start + value.length, prose.shown.length)
    const text = prose.shown.slice(start, at)
    words.push({ text, kind: classOf(text, tagged.pos(i)) })
  }
  return words
}

function guarded(read: string): string {
  let text = read
  if (hasLongRun(text)) text = text.replace(LONG_RUN, run => ' '.repeat(run.length))
  if (HAS_INNER_MARK.test(text)) text = text.replace(INNER_MARK, mark => INNER_LETTER.repeat(mark.length))
  return text
}

/** Cheap and never too optimistic: other blanks than the space only make runs shorter. */
function hasLongRun(text: string): boolean {
  let from = 0
  while (text.length - from > RUN_CHARS_MAX) {
    const space = text.indexOf(' ', from)
    if (space < 0 || space - from > RUN_CHARS_MAX) return true
    from = space + 1
  }
  return false
}

function readingOf(prose: Prose, tagged: Tagged): Reading {
  const tokens: Token[] = []
  let at = 0
  for (let i = 0; i < tagged.count; i += 1) {
    const value = tagged.value(i)
    const start = placeOf(value, prose.read, at)
    const end = Math.min(start + value.length, prose.shown.length)
    const text = prose.shown.slice(start, end)
    const kind = classOf(text, tagged.pos(i))
    tokens.push({ text, lemma: lemmaOf(text, kind, tagged, i), kind, start, end,
      isNegated: tagged.isNegated(i) })
    at = end
  }
  const sentences: Sentence[] = []
  const titles = new Set(prose.titleStarts)
  for (const [first, last] of tagged.sentences) {
    pushSentences(first, last, { prose, tokens, titles }, sentences)
  }
  let words = 0
  for (const sentence of sentences) words += sentence.words
  return { prose, tokens, sentences, words }
}

/** Where the token stands: after blanks, or, if wink rewrote it, where the last one ended. */
function placeOf(value: string, read: string, from: number): number {
  let at = from
  if (value.charCodeAt(0) > 32 || value.trim() !== '') {
    while (at < read.length && read.charCodeAt(at) <= 32) at += 1
  }
  return Math.min(at, read.length)
}

function classOf(text: string, pos: string): WordClass {
  const kind = CLASSES[pos] ?? 'other'
  if (isLatinLetter(text.charCodeAt(0))) return kind === 'mark' ? 'other' : kind
  if (!HAS_LETTER.test(text)) return 'mark'
  if (kind !== 'mark') return kind
  return /^[#@]/.test(text) ? 'name' : 'other'
}

/** A..Z, a..z. */
function isLatinLetter(code: number): boolean {
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x7a && code < 0x80
}

function lemmaOf(text: string, kind: WordClass, tagged: Tagged, token: number): string {
  const lower = text.toLowerCase()
  if ((kind !== 'noun' && kind !== 'adjective') || isStopWord(lower)) return lower
  const key = kind === 'noun' ? text : `${text}/a`
  const known = lemmas.get(key)
  if (known !== undefined) return known
  const found = tagged.lemma(token).toLowerCase()
  const lemma = found.includes(INNER_LETTER) || OWN_LEMMAS.has(lower) ? lower : found
  if (lemmas.size >= LEMMAS_MAX) lemmas.clear()
  lemmas.set(key, lemma)
  return lemma
}

/** What sentences are made of. */
interface Cut {
  readonly prose: Prose
  readonly tokens: readonly Token[]
  readonly titles: ReadonlySet<number>
}

/** One of wink's sentences is several of ours where an empty line runs through it (R3). */
function pushSentences(first: number, last: number, cut: Cut, sentences: Sentence[]): void {
  let from = first
  for (let i = from; i <= last; i += 1) {
    const isBreak = cut.tokens[i].text.includes('\n\n')
    if (!isBreak && i < last) continue
    const sentence = sentenceOf(from, isBreak ? i : i + 1, cut)
    if (sentence !== undefined) sentences.push(sentence)
    from = i + 1
  }
}

function sentenceOf(from: number, to: number, { prose, tokens, titles }: Cut): Sentence | undefined {
  let words = 0
  let hasNegation = false
  for (let i = from; i < to; i += 1) {
    const { kind, text, lemma, isNegated } = tokens[i]
    if (kind === 'mark') continue
    if (!text.startsWith('\'') && !text.startsWith('’') && text !== 'n\'t') words += 1
    if (isNegated || NEGATIONS.has(lemma)) hasNegation = true
  }
  if (words === 0) return undefined
  const { start } = tokens[from]
  const { end } = tokens[to - 1]
  const isTitle = titles.has(start) && !END_MARK.test(prose.shown.slice(start, end))
  return { start, end, from, to, words, isTitle, hasNegation }
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
