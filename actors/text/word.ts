/**
 * A word form: what can be known of a token's text whatever stands around it, computed once. It is remembered
 * with the chunk that it stands in (tagger.ts).
 */
import { isStopWord } from './stop-words.js'
import { vocableOf, type Vocable } from './vocable.js'

/** One written form. What only some readers need is found on first use. */
export class Word {
  /** In lower case. */
  readonly vocable: Vocable
  /** Neither letter nor digit in it: a mark, whatever its part of speech. */
  readonly isMark: boolean
  /** The base form as a noun and as an adjective, once reading.ts has found it. */
  nounBase: Vocable | undefined = undefined
  adjectiveBase: Vocable | undefined = undefined
  #tellsName: boolean | undefined = undefined
  #isCapitalised: boolean | undefined = undefined

  constructor(readonly text: string) {
    this.vocable = vocableOf(text.toLowerCase())
    this.isMark = !isLatinLetter(text.charCodeAt(0)) && !HAS_LETTER.test(text)
  }

  /** Begins with # or @. */
  get isTagged(): boolean {
    return this.text.startsWith('#') || this.text.startsWith('@')
  }

  /** The tail of a contraction: 's, n't. */
  get isTail(): boolean {
    const first = this.text.charCodeAt(0)
    return first === 0x27 || first === 0x2019 || this.text === 'n\'t'
  }

  /** In lower case. */
  get lower(): string {
    return this.vocable.text
  }

  get isStop(): boolean {
    return this.vocable.isStop
  }

  /** The stem of the lower-case form. */
  get stem(): string {
    return this.vocable.stem
  }

  /** The way of writing alone tells that it is a name: inner capitals, digits, marks; an acronym. */
  get tellsName(): boolean {
    this.#tellsName ??= !PLAIN.test(this.text)
      && (TELLING.test(this.text) || (!this.isStop && ACRONYM.test(this.text)))
    return this.#tellsName
  }

  /** Begins with a capital that a common word would not have; days and months have it anyway. */
  get isCapitalised(): boolean {
    this.#isCapitalised ??= this.text.length > 1 && CAPITALISED.test(this.text)
      && !isStopWord(this.lower.split(/['’]/)[0]) && !CALENDAR.test(this.lower)
    return this.#isCapitalised
  }
}

const HAS_LETTER = /[\p{L}\p{N}]/u

const PLAIN = /^[a-z]+$/
const TELLING = new RegExp([
  /^\p{L}+\p{Ll}\p{Lu}[\p{L}\p{N}]*$/u, // TypeScript, PostgreSQL
  /^\p{Ll}\p{Lu}\p{L}+$/u, // iPhone
  /^\p{Lu}[\p{L}\p{N}]*[.+#-][\p{L}\p{N}+#.-]*$/u, // Node.js, C++, GPT-4
  /^\p{Ll}{2,}\.\p{Ll}{2,}$/u, // node.js
  /^\p{Lu}+\p{N}+$/u, // DB2
  /^#\p{L}[\p{L}\p{N}_-]+$/u, // #topic
].map(({ source }) => source).join('|'), 'u')
const ACRONYM = /^\p{Lu}{2,6}s?$/u
const CAPITALISED = /^\p{Lu}[\p{L}\p{M}\p{N}'’.+#-]*$/u

const CALENDAR = new RegExp('^(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|' +
  'may|june|july|august|september|october|november|december)$')

/** A..Z, a..z. */
function isLatinLetter(code: number): boolean {
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x7a && code < 0x80
}
