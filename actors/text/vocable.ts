/**
 * A vocable: a word in lower case, with all that is known of it whatever stands around it. A text's words are
 * looked up once, when they are cut; every reader of the text takes what it needs from the vocable.
 *
 * V1 What is known of a vocable is a function of its text; that it is remembered only saves time.
 * V2 At most VOCABLES_MAX are remembered by their text. Remembered chunks hold theirs besides (tagger.ts).
 */
import { hash32 } from './hash.js'
import { porterStem } from './model.js'
import { Remembered } from './remembered.js'
import { isStopWord } from './stop-words.js'
import { wordsOf } from './words.js'

const VOCABLES_MAX = 50_000
/** Longer "words" are identifiers or noise; the stemmer takes quadratic time on them. */
const STEMMED_CHARS_MAX = 32

/** Words that end otherwise have no ending that the stemmer would take off or change. */
const HAS_ENDING = /(?:[esy]|ed|ing|ion|[ae]nt|er|tor|ism|ic|al|ful|ll|[cgltb]i)$|[^a-z]/

/** The hash of a stop word's stem; no hash is negative. */
export const STOP_WORD = -1

/** Something that findings can be made about. */
export interface Subject {
  /** By place of the Finding. */
  readonly findings: unknown[]
}

/** One word. */
export class Vocable implements Subject {
  readonly isStop: boolean
  readonly findings: unknown[] = noFindings()
  #stem: string | undefined = undefined
  #stemHash: number | undefined = undefined

  constructor(readonly text: string) {
    this.isStop = isStopWord(text)
  }

  /** Words of other alphabets come back as they are. */
  get stem(): string {
    this.#stem ??= stemmed(this.text)
    return this.#stem
  }

  /** Of the stem; STOP_WORD for a stop word. */
  get stemHash(): number {
    this.#stemHash ??= this.isStop ? STOP_WORD : hash32(this.stem, 0)
    return this.#stemHash
  }
}

const FINDINGS_MAX = 8
let places = 0

/** Room for what all readers find. */
export function noFindings(): unknown[] {
  return new Array<unknown>(FINDINGS_MAX).fill(undefined)
}

function placeOfFinding(): number {
  if (places === FINDINGS_MAX) throw new RangeError(`findings: expected at most ${FINDINGS_MAX} kinds`)
  return places++
}

/** What a reader outside this folder finds out about a subject: once, and kept with it. */
export class Finding<S extends Subject, V extends object | string | boolean> {
  readonly #place = placeOfFinding()
  readonly #find: (subject: S) => V

  constructor(find: (subject: S) => V) {
    this.#find = find
  }

  /** What was found, or is found now. */
  of(subject: S): V {
    const known = subject.findings[this.#place] as V | undefined
    if (known !== undefined) return known
    const found = this.#find(subject)
    subject.findings[this.#place] = found
    return found
  }
}

const vocables = new Remembered<Vocable>(VOCABLES_MAX)

/** The vocable of a word in lower case. */
export function vocableOf(text: string): Vocable {
  const known = vocables.get(text)
  if (known !== undefined) return known
  const vocable = new Vocable(text)
  vocables.set(text, vocable)
  return vocable
}

/** The words of a text (wordsOf). */
export function vocablesOf(text: string): Vocable[] {
  return wordsOf(text).map(vocableOf)
}

function stemmed(word: string): string {
  const isStem = !HAS_ENDING.test(word) || word.length > STEMMED_CHARS_MAX || !/[a-z]/.test(word)
  return isStem ? word : porterStem(word)
}
