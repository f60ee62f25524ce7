/** A token of a text that was read: a word where it stands, with its class and base form. */
import type { Vocable } from './vocable.js'
import type { Word } from './word.js'

/** What a token is for us; everything that carries no topic is `other`. */
export type WordClass = 'name' | 'noun' | 'adjective' | 'verb' | 'number' | 'other' | 'mark'

const CLASSES: Readonly<Record<string, WordClass>> = {
  PROPN: 'name', NOUN: 'noun', ADJ: 'adjective', VERB: 'verb', NUM: 'number',
  PUNCT: 'mark', SYM: 'mark', SPACE: 'mark',
}

/** The class of a word that wink calls `pos`. */
export function classOf(word: Word, pos: string): WordClass {
  if (word.isMark) return 'mark'
  const kind = CLASSES[pos] ?? 'other'
  if (kind !== 'mark') return kind
  return word.isTagged ? 'name' : 'other'
}

/** One token. */
export class Token {
  constructor(
    /** What is known of the text whatever stands around it. */
    readonly word: Word,
    /** Base form for nouns and adjectives, the word itself for the rest. */
    readonly base: Vocable,
    readonly kind: WordClass,
    readonly start: number,
    readonly end: number,
    readonly isNegated: boolean,
  ) {}

  /** As written. */
  get text(): string {
    return this.word.text
  }

  get lower(): string {
    return this.word.vocable.text
  }

  /** The base form in lower case. */
  get lemma(): string {
    return this.base.text
  }
}
