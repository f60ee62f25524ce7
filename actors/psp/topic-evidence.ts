/**
 * Topic evidence: what one record is about, in the words the person chose. Tags come first; a record without
 * tags speaks through its best names and nouns. Runs in the pool stage. The person's actor gathers it into
 * topics (topic.ts).
 */
import { holdsPii, tagKey, type Analysed } from '../enrichment/index.js'
import { isEmptyWord, isFilingWord } from './empty-words.js'
import {
  proseOf, readClasses, Remembered, stemOf, type Token, type WordClass,
} from '../text/index.js'
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
const NAMES_MAX = 20_000
const names = new Remembered<boolean>(NAMES_MAX)

/** What the record is about. */
export function aboutnessOf(record: HinataRecord, { enrichment }: Analysed): Aboutness {
  const given = record.tag.filter(isTopic).slice(0, TOPICS_GIVEN_MAX)
  const names = given.length > 0 ? given : enrichment.enhancedTags.filter(isTopic).slice(0, TOPICS_FOUND_MAX)
  const isHidden = enrichment.sensitivity === 'confidential' || enrichment.piiKinds.length > 0
  return {
    topics: topicsOf(names, `${record.highlight} ${record.note}`, given.length > 0),
    terms: isHidden ? [] : termsOf(record.highlight, enrichment.enhancedTags),
    hasLearningCue: LEARNING.test(record.highlight),
  }
}

function topicsOf(names: readonly string[], text: string, isGiven: boolean): TopicEvidence[] {
  const lower = text.toLowerCase()
  return names.map(name => ({ key: tagKey(name), label: spellingOf(name, text, lower), isGiven }))
}

/** Tags by which people file things, whatever they are about, name no topic. */
function isTopic(tag: string): boolean {
  return isName(tag) && !isFilingWord(tag)
}

/** A tag that is markup, punctuation or PII is no topic's name. */
function isName(tag: string): boolean {
  const known = names.get(tag)
  if (known !== undefined) return known
  const isOne = tag.length <= TERM_CHARS_MAX && /\p{L}/u.test(tag)
    && !/[[\]()<>{}]|:\/\//.test(tag) && !holdsPii(tag)
  names.set(tag, isOne)
  return isOne
}

/** The topic's name as the text spells it (JavaScript, tmux); as the tag does when the text lacks it. */
function spellingOf(tag: string, text: string, lower: string): string {
  const at = lower.indexOf(tag.replace(/[-_]/g, ' '))
  const found = at < 0 ? '' : text.slice(at, at + tag.length)
  const isWord = found !== '' && !/[\p{L}\p{N}]/u.test(text.charAt(at - 1) + text.charAt(at + tag.length))
  return isWord ? found : tag.replace(/[-_]/g, ' ')
}

/** Nouns and pairs of words of the title, then the tags that enrichment found in the note. */
function termsOf(highlight: string, found: readonly string[]): Aboutness['terms'] {
  const terms = new Map<string, string>()
  for (const run of runsOf(highlight)) {
    for (const { word, kind } of run) if (kind !== 'adjective') add(terms, word.stem, word.text)
    for (let i = 1; i < run.length; i += 1) if (isNoun(run[i].kind)) addPair(terms, run[i - 1], run[i])
  }
  const inTitle = terms.size
  for (const tag of found) {
    if (terms.size >= TERMS_MAX) break
    if (!isEmptyWord(tag) && isName(tag)) add(terms, termKey(tag), tag)
  }
  return [...terms].slice(0, TERMS_MAX).map(([key, surface], i) => [key, surface, i < inTitle ? 2 : 1])
}

function isNoun(kind: WordClass): boolean {
  return kind === 'noun' || kind === 'name'
}

function addPair(terms: Map<string, string>, { word: first }: Token, { word: second }: Token): void {
  add(terms, `${first.stem} ${second.stem}`, `${first.text} ${second.text}`)
}

function add(terms: Map<string, string>, key: string, surface: string): void {
  if (surface.length < TERM_CHARS_MIN || surface.length > TERM_CHARS_MAX) return
  if (!terms.has(key)) terms.set(key, surface)
}

/** Variants of a word are one term. */
function termKey(tag: string): string {
  return tag.includes(' ') ? tag.split(' ').map(stemOf).join(' ') : stemOf(tag)
}

/**
 * Runs of nouns, names, adjectives and verbs in -ing of the lower-cased title: Title Case Misleads Taggers.
 */
function runsOf(highlight: string): Token[][] {
  const runs: Token[][] = []
  let run: Token[] = []
  for (const token of readClasses(proseOf(highlight.toLowerCase()))) {
    if (!isTelling(token)) {
      run = []
      continue
    }
    if (run.length === 0) runs.push(run)
    run.push(token)
  }
  return runs
}

function isTelling({ kind, word: { text, isStop } }: Token): boolean {
  if (kind === 'mark' || kind === 'other' || kind === 'number') return false
  if (kind === 'verb' && !text.endsWith('ing')) return false
  return text.length >= TERM_CHARS_MIN && !isStop && !isEmptyWord(text) && TERM.test(text)
}
