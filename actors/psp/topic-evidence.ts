/**
 * Topic evidence: what one record is about, in the words the person chose. Tags come first; a record without
 * tags speaks through its best names and nouns. Runs in the pool stage. The person's actor gathers it into
 * topics (topic.ts).
 */
import type { Analysed, Tag } from '../enrichment/index.js'
import { isEmptyWord, isFilingWord } from './empty-words.js'
import { Finding, readTitle, stemOf, type Reading, type Word, type WordClass } from '../text/index.js'
import type { HinataRecord } from '../record/index.js'

/** One topic that a record speaks of. */
export interface TopicEvidence {
  /** The same for all variants of the topic's name. */
  readonly key: string
  /** The name as this record writes it. */
  readonly label: string
  /** The person's own tag; else found in the text. */
  readonly isGiven: boolean
}

/** What a record is about. */
export interface Aboutness {
  readonly topics: readonly TopicEvidence[]
  /**
   * Telling words and phrases, lower-case: [key, surface, how often it counts]. A title's words count twice.
   */
  readonly terms: readonly (readonly [key: string, surface: string, times: number])[]
  /** The record says that it is for learning: how to, guide, understand … */
  readonly hasLearningCue: boolean
}

const TOPICS_GIVEN_MAX = 3
const TOPICS_FOUND_MAX = 2
const TERMS_MAX = 8
const TERM_CHARS_MAX = 32
const TERM_CHARS_MIN = 3
const TERM = /^\p{L}[\p{L}\p{N}+#.'-]*$/u
const LEARNING =
  /\b(?:learn(?:ing|ed|t)?|understand(?:ing)?|study(?:ing)?|tutorial|guide|how to|introduction|course)\b/i

/** What the record is about. */
export function aboutnessOf(record: HinataRecord, { enrichment, text }: Analysed): Aboutness {
  const given = text.given.filter(isTopic).slice(0, TOPICS_GIVEN_MAX)
  const names = given.length > 0 ? given : text.found.filter(isTopic).slice(0, TOPICS_FOUND_MAX)
  const isHidden = enrichment.sensitivity === 'confidential' || enrichment.piiKinds.length > 0
  return {
    topics: topicsOf(names, `${record.highlight} ${record.note}`, given.length > 0),
    terms: isHidden ? [] : termsOf(record.highlight, text.reading, text.found),
    hasLearningCue: LEARNING.test(record.highlight),
  }
}

function topicsOf(names: readonly Tag[], text: string, isGiven: boolean): TopicEvidence[] {
  if (names.length === 0) return []
  const lower = text.toLowerCase()
  return names.map(tag => ({ key: tag.key, label: spellingOf(spaced.of(tag), text, lower), isGiven }))
}

/** Tags by which people file things, whatever they are about, name no topic. */
function isTopic(tag: Tag): boolean {
  return isName.of(tag) && !isFilingWord(tag.text)
}

/** A tag that is markup, punctuation or PII is no topic's name. */
const isName = new Finding<Tag, boolean>(({ text, holdsPii }) => text.length <= TERM_CHARS_MAX
  && /\p{L}/u.test(text) && !/[[\]()<>{}]|:\/\//.test(text) && !holdsPii)

/** A tag with blanks for what joins its words. */
const spaced = new Finding<Tag, string>(({ text }) => text.replace(/[-_]/g, ' '))

/** The topic's name as the text spells it (JavaScript, tmux); as the tag does when the text lacks it. */
function spellingOf(tag: string, text: string, lower: string): string {
  const at = lower.indexOf(tag)
  const found = at < 0 ? '' : text.slice(at, at + tag.length)
  const isWord = found !== '' && !/[\p{L}\p{N}]/u.test(text.charAt(at - 1) + text.charAt(at + tag.length))
  return isWord ? found : tag
}

/** Nouns and pairs of words of the title, then the tags that enrichment found in the note. */
function termsOf(highlight: string, reading: Reading, found: readonly Tag[]): Aboutness['terms'] {
  const terms: [string, string, number][] = []
  for (const run of highlight === '' ? [] : runsOf(highlight, reading)) {
    for (const { word, kind } of run) if (kind !== 'adjective') add(terms, word.stem, word.text, 2)
    for (let i = 1; i < run.length; i += 1) if (isNoun(run[i].kind)) addPair(terms, run[i - 1], run[i])
  }
  for (const tag of found) {
    if (terms.length >= TERMS_MAX) break
    if (!isEmptyWord(tag.text) && isName.of(tag)) add(terms, termKey.of(tag), tag.text, 1)
  }
  return terms.length > TERMS_MAX ? terms.slice(0, TERMS_MAX) : terms
}

function isNoun(kind: WordClass): boolean {
  return kind === 'noun' || kind === 'name'
}

function addPair(terms: [string, string, number][], { word: first }: Told, { word: second }: Told): void {
  add(terms, `${first.stem} ${second.stem}`, `${first.text} ${second.text}`, 2)
}

function add(terms: [string, string, number][], key: string, surface: string, times: number): void {
  if (surface.length < TERM_CHARS_MIN || surface.length > TERM_CHARS_MAX) return
  for (const [known] of terms) if (known === key) return
  terms.push([key, surface, times])
}

/** Variants of a word are one term. */
const termKey = new Finding<Tag, string>(({ text }) => text.split(' ').map(stemOf).join(' '))

/** A word of the title. */
interface Told {
  readonly word: Word
  readonly kind: WordClass
}

/** Runs of nouns, names, adjectives and verbs in -ing of the lower-cased title. */
function runsOf(highlight: string, reading: Reading): Told[][] {
  const runs: Told[][] = []
  let run: Told[] = []
  for (const told of readTitle(highlight, reading)) {
    if (!isTelling(told)) {
      run = []
      continue
    }
    if (run.length === 0) runs.push(run)
    run.push(told)
  }
  return runs
}

function isTelling({ kind, word: { text, isStop } }: Told): boolean {
  if (kind === 'mark' || kind === 'other' || kind === 'number') return false
  if (kind === 'verb' && !text.endsWith('ing')) return false
  return text.length >= TERM_CHARS_MIN && !isStop && !isEmptyWord(text) && TERM.test(text)
}
