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
import { posIn } from './model.js'
import { Remembered } from './remembered.js'
import { tagText, type Chunk, type ChunkToken, type Tagged } from './tagger.js'
import { classOf, Token, type WordClass } from './token.js'
import { vocableOf, vocablesOf, type Vocable } from './vocable.js'
import { Word } from './word.js'

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
  /** The words (wordsOf) before the place where the second of two joined proses begins, and those after. */
  readonly first: readonly Vocable[]
  readonly second: readonly Vocable[]
  /** What the text was cut into, and where each begins; undefined for another script. */
  readonly chunks: readonly Chunk[] | undefined
  readonly places: readonly number[]
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
const NEGATIONS: ReadonlySet<string> = new Set(['not', 'n\'t', 'n’t', 'no', 'never', 'none', 'nothing',
  'nobody', 'neither', 'nor', 'without', 'cannot', 'hardly'])
/** Words that nobody looks for under the model's lemma (datum, medium, application). */
const OWN_LEMMAS: ReadonlySet<string> = new Set(['data', 'media', 'app', 'metadata', 'news'])

const OTHER_WORDS_MAX = 10_000

const otherWords = new Remembered<Word>(OTHER_WORDS_MAX)

/** Reads a prose. */
export function readProse(prose: Prose): Reading {
  if (isMostlyForeign(prose.read)) return readForeign(prose)
  const isLong = hasLongRun(prose.read)
  return readingOf(prose, tagText(guarded(prose.read, isLong), 'all'), isLong)
}

/** Reads the words of a prose and their classes alone: the same as readProse finds, for less. */
export function readClasses(prose: Prose): readonly Token[] {
  if (isMostlyForeign(prose.read)) return readForeign(prose).tokens
  return tokensOf(prose, tagText(guarded(prose.read, hasLongRun(prose.read)), 'classes'), noLemma)
}

function guarded(read: string, isLong: boolean): string {
  let text = read
  if (isLong) text = text.replace(LONG_RUN, run => ' '.repeat(run.length))
  if (HAS_INNER_MARK.test(text)) text = text.replace(INNER_MARK, mark => INNER_LETTER.repeat(mark.length))
  return text
}

/** Cheap and never too optimistic: other blanks than the space only make runs shorter. */
export function hasLongRun(text: string): boolean {
  let from = 0
  while (text.length - from > RUN_CHARS_MAX) {
    const space = text.indexOf(' ', from)
    if (space < 0 || space - from > RUN_CHARS_MAX) return true
    from = space + 1
  }
  return false
}

function readingOf(prose: Prose, tagged: Tagged, isLong: boolean): Reading {
  const tokens = tokensOf(prose, tagged, baseOf)
  const sentences: Sentence[] = []
  const titles = new Set(prose.titleStarts)
  for (const [first, last] of tagged.sentences) {
    pushSentences(first, last, { prose, tokens, titles }, sentences)
  }
  let words = 0
  for (const sentence of sentences) words += sentence.words
  const { chunks, places } = tagged
  const { read, secondAt } = prose
  if (isLong) {
    const [first, second] = [vocablesOf(read.slice(0, secondAt)), vocablesOf(read.slice(secondAt))]
    return { prose, tokens, sentences, words, first, second, chunks, places }
  }
  const first: Vocable[] = []
  const second: Vocable[] = []
  for (let c = 0; c < chunks.length; c += 1) {
    const { text, vocables } = chunks[c]
    // What was read as a letter may be a mark: such a chunk is cut as it was written.
    const at = places[c]
    const own = text.includes(INNER_LETTER) ? vocablesOf(read.slice(at, at + text.length)) : vocables
    for (const vocable of own) (at < secondAt ? first : second).push(vocable)
  }
  return { prose, tokens, sentences, words, first, second, chunks, places }
}

type BaseOf = (word: Word, kind: WordClass, token: ChunkToken, pos: number, tagged: Tagged) => Vocable

/**
 * Places the tokens in the prose: a chunk stands where it was cut. The tokens of a chunk that wink rewrote
 * are placed one after the other.
 */
function tokensOf(prose: Prose, tagged: Tagged, base: BaseOf): Token[] {
  const { shown, read } = prose
  const { chunks, places, pos, negated, tags } = tagged
  const tokens: Token[] = []
  let at = 0
  for (let c = 0; c < chunks.length; c += 1) {
    const { tokens: ownTokens, isExact, isLineEnd } = chunks[c]
    if (!isLineEnd) at = places[c]
    for (const token of ownTokens) {
      const i = tokens.length
      const value = token.word.text
      const start = isExact ? at : placeOf(value, read, at)
      at = Math.min(start + value.length, shown.length)
      const word = !isExact ? new Word(shown.slice(start, at))
        : value.includes(INNER_LETTER) ? wordAt(shown.slice(start, at)) : token.word
      const tag = token.lemmaAndPos === 0 ? pos[i] : posIn(token.lemmaAndPos)
      const kind = classOf(word, tags[tag])
      tokens.push(new Token(word, base(word, kind, token, tag, tagged), kind, start, at, negated[i] === 1))
    }
  }
  return tokens
}

/** Where the token stands: after blanks, or, if wink rewrote it, where the last one ended. */
function placeOf(value: string, read: string, from: number): number {
  let at = from
  if (value.charCodeAt(0) > 32 || value.trim() !== '') {
    while (at < read.length && read.charCodeAt(at) <= 32) at += 1
  }
  return Math.min(at, read.length)
}

/** A word with marks inside, which wink read as letters. */
function wordAt(text: string): Word {
  const known = otherWords.get(text)
  if (known !== undefined) return known
  const word = new Word(text)
  otherWords.set(text, word)
  return word
}

function baseOf(word: Word, kind: WordClass, token: ChunkToken, pos: number, tagged: Tagged): Vocable {
  if (word.isStop) return word.vocable
  if (kind === 'noun') return word.nounBase ??= readBase(word, token, pos, tagged)
  return kind === 'adjective' ? word.adjectiveBase ??= readBase(word, token, pos, tagged) : word.vocable
}

function readBase({ vocable }: Word, token: ChunkToken, pos: number, tagged: Tagged): Vocable {
  if (OWN_LEMMAS.has(vocable.text)) return vocable
  const lemma = tagged.lemma(token, pos).toLowerCase()
  return lemma === vocable.text || lemma.includes(INNER_LETTER) ? vocable : vocableOf(lemma)
}

/** For who asks for classes alone. */
function noLemma({ vocable }: Word): Vocable {
  return vocable
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
    const { kind, word, lemma, isNegated } = tokens[i]
    if (kind === 'mark') continue
    if (!word.isTail) words += 1
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
