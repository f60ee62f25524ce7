/**
 * One tag, a person's own or one that was found, with what is known of it whatever record has it. Tags come
 * again and again: a record's tags are looked up once and handed along.
 */
import { Finding, hash32, noFindings, Remembered, type Subject, type Vocable } from '../text/index.js'
import { findPii } from './pii.js'

const TAGS_KNOWN_MAX = 20_000
const SINGULAR_CHARS_MIN = 4
/** Ends in s without being a plural. */
const INVARIANT = /(?:us|is|js|os|as|news|series|species|lens)$/

/** A tag as it is written. */
export class Tag implements Subject {
  readonly findings: unknown[] = noFindings()
  /**
   * The same for every variant of a tag: plural, hyphens, blanks, dots, case. "Web-Apps", "web app",
   * "webapps" are one.
   */
  readonly key: string
  #hash: number | undefined = undefined
  #holdsPii: boolean | undefined = undefined

  constructor(readonly text: string) {
    const compact = compactOf(text)
    this.key = compact === '' ? text.trim().toLowerCase() : singularOf(compact)
  }

  /** Of the key. */
  get hash(): number {
    this.#hash ??= hash32(this.key, 0)
    return this.#hash
  }

  get holdsPii(): boolean {
    this.#holdsPii ??= findPii(this.text).length > 0
    return this.#holdsPii
  }
}

const tags = new Remembered<Tag>(TAGS_KNOWN_MAX)

/** The tag that is written so. */
export function tagOf(text: string): Tag {
  const known = tags.get(text)
  if (known !== undefined) return known
  const tag = new Tag(text)
  tags.set(text, tag)
  return tag
}

/** The key of the tag that is written so. */
export function tagKey(text: string): string {
  return tagOf(text).key
}

const compacts = new Finding<Vocable, string>(({ text }) => compactOf(text))

/** The key of the phrase that words make, with blanks between them; none of them is all marks. */
export function phraseKey(words: readonly Vocable[]): string {
  let compact = ''
  for (const word of words) compact += compacts.of(word)
  return singularOf(compact)
}

/** Plain words need no normal form. */
function compactOf(tag: string): string {
  return PLAIN.test(tag) ? tag : tag.normalize('NFKC').toLowerCase().replace(/[\s\-_./'’]+/gu, '')
}

const PLAIN = /^[a-z0-9]+$/

function singularOf(word: string): string {
  if (word.length < SINGULAR_CHARS_MIN || !word.endsWith('s')) return word
  if (!/[^s]s$/.test(word) || INVARIANT.test(word)) return word
  if (/[^aeiou]ies$/.test(word)) return `${word.slice(0, -3)}y`
  return /(?:[sxz]|ch|sh)es$/.test(word) ? word.slice(0, -2) : word.slice(0, -1)
}
