/**
 * Tags: the names and the most telling nouns and adjectives of a text, at most ten.
 *
 * T1 A tag is lower-case and never a variant (tagKey) of one that the person gave, nor of another tag in the
 *    list.
 * T2 Names first, then words by rarity in English and by how often the text has them; never by their place in
 *    the text.
 * T3 What reading found to be PII is no tag.
 */
import { wordRank } from '../embedding/index.js'
import { isStopWord, Remembered, type Reading } from '../text/index.js'
import type { Naming } from './names.js'

/** Default of hinata_processing.max_enhanced_tags. */
export const TAGS_MAX = 10
/** Names are good tags, but a text that lists thirty of them is about something. */
const NAMES_MAX = 6
const TAG_CHARS_MIN = 4
const TAG_CHARS_MAX = 40
/**
 * A word that is not among the 50,000 most frequent: as telling as a rare one, but it may be a slip of the
 * pen.
 */
const UNKNOWN_RANK = 12_000
/** The most frequent words of English are about nothing. */
const COMMON_RANK_MAX = 120
const ADJECTIVE_WEIGHT = 0.5
/** Ends in s without being a plural. */
const INVARIANT = /(?:us|is|js|os|as|news|series|species|lens)$/
const JUNK: ReadonlySet<string> = new Set((
  'thing things stuff lots many much several various example examples instance case cases kind sort type ' +
  'part parts place side point points reason reasons result results today yesterday tomorrow tonight ' +
  'morning evening week month year years time times people person someone something anything everything ' +
  'nothing anyone everyone bit couple number amount idea problem issue question answer note notes link ' +
  'source article page post blog website site http https www html title good great nice best better bad ' +
  'worse worst different same certain able available possible sure true real whole main new next last ' +
  'first second third previous current following above below entire similar specific particular general ' +
  'common simple easy hard simply handy useful important interesting little large small long short high ' +
  'full open free ready likely more most less least other another such that this these those what which ' +
  'here there need want make made used uses using look lots work works working help start stop line lines ' +
  'word words name names text item items file files folder thanks hello dear okay please etc end top ' +
  'bottom left right way ways fact sense matter total order extra favorite favourite email address phone ' +
  'password user users application'
).split(' '))

/** Tags and words come again and again. */
const KNOWN_MAX = 20_000
const keys = new Remembered<string>(KNOWN_MAX)
const traits = new Remembered<Trait>(KNOWN_MAX)

/** What a lemma is worth as a tag, whatever the text. */
interface Trait {
  readonly key: string
  readonly isJunk: boolean
  readonly isTopic: boolean
  readonly rarity: number
}

/** One tag that was found, before the choice. */
interface Candidate {
  readonly tag: string
  readonly key: string
  readonly isName: boolean
  readonly rarity: number
  count: number
}

/**
 * The same for every variant of a tag: plural, hyphens, blanks, dots, case. "Web-Apps", "web app", "webapps"
 * are one.
 */
export function tagKey(tag: string): string {
  const known = keys.get(tag)
  if (known !== undefined) return known
  const key = keyOf(tag)
  keys.set(tag, key)
  return key
}

function keyOf(tag: string): string {
  const compact = tag.normalize('NFKC').toLowerCase().replace(/[\s\-_./'’]+/gu, '')
  return compact === '' ? tag.trim().toLowerCase() : singularOf(compact)
}

/** Enhanced tags of a text; `given` are the person's own, `excluded` the words that must not appear. */
export function tagsOf(
  reading: Reading, naming: Naming, given: readonly string[], excluded: ReadonlySet<string>,
): string[] {
  const taken = new Set(given.map(tagKey))
  const candidates = Array.from(candidatesOf(reading, naming, excluded).values()).sort(byWeight)
  const tags: string[] = []
  let names = 0
  for (const { tag, key, isName } of candidates) {
    if (tags.length === TAGS_MAX || taken.has(key) || (isName && names === NAMES_MAX)) continue
    taken.add(key)
    tags.push(tag)
    if (isName) names += 1
  }
  return tags
}

function candidatesOf(
  reading: Reading, naming: Naming, excluded: ReadonlySet<string>,
): Map<string, Candidate> {
  const found = new Map<string, Candidate>()
  const named = new Set<string>()
  for (const { tag } of naming.names) {
    const parts = tag.split(/[\s-]/)
    if (tag.length > TAG_CHARS_MAX || parts.some(part => excluded.has(part))) continue
    let rarity = 0
    for (const part of parts) {
      named.add(part)
      rarity = Math.max(rarity, traitOf(part).rarity)
    }
    add(found, tagKey(tag), { tag, isName: true, rarity })
  }
  reading.sentences.forEach(({ from, to }, index) => {
    const isPlain = naming.styles[index] === 'plain'
    for (let i = from; i < to; i += 1) {
      const { lemma, kind } = reading.tokens[i]
      const isNoun = kind === 'noun' || (kind === 'name' && !isPlain)
      if (!isNoun && kind !== 'adjective') continue
      const { isTopic, rarity, key } = traitOf(lemma)
      if (!isTopic || named.has(lemma) || excluded.has(lemma)) continue
      add(found, key, { tag: lemma, isName: false, rarity: isNoun ? rarity : rarity * ADJECTIVE_WEIGHT })
    }
  })
  return found
}

function add(found: Map<string, Candidate>, key: string, one: Omit<Candidate, 'count' | 'key'>): void {
  const known = found.get(key)
  if (known !== undefined) known.count += 1
  else found.set(key, { tag: one.tag, key, isName: one.isName, rarity: one.rarity, count: 1 })
}

/**
 * What a lower-case word is worth: how rare it is in English (the root of its rank, so that very rare words
 * do not win all), and whether it is too common or too empty to be a topic.
 */
export function traitOf(lemma: string): Trait {
  const known = traits.get(lemma)
  if (known !== undefined) return known
  const rank = wordRank(lemma)
  const isJunk = JUNK.has(lemma) || isStopWord(lemma) || (rank ?? UNKNOWN_RANK) < COMMON_RANK_MAX
  const rarity = Math.sqrt(rank ?? UNKNOWN_RANK)
  const trait = { key: tagKey(lemma), isJunk, isTopic: !isJunk && isTopicWord(lemma), rarity }
  traits.set(lemma, trait)
  return trait
}

function isTopicWord(lemma: string): boolean {
  const isForeign = lemma.charCodeAt(0) >= 0x370
  const isLong = lemma.length >= TAG_CHARS_MIN || isForeign
  return isLong && lemma.length <= TAG_CHARS_MAX && /^\p{L}[\p{L}\p{M}\p{N}+#.-]*$/u.test(lemma)
}

/**
 * Names first; then rarity × √count; ties by the alphabet of code units, so that the order is the same
 * everywhere.
 */
function byWeight(a: Candidate, b: Candidate): number {
  if (a.isName !== b.isName) return a.isName ? -1 : 1
  const difference = b.rarity * Math.sqrt(b.count) - a.rarity * Math.sqrt(a.count)
  if (difference !== 0) return difference
  return a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : 0
}

function singularOf(word: string): string {
  if (word.length < TAG_CHARS_MIN || !/[^s]s$/.test(word) || INVARIANT.test(word)) return word
  if (/[^aeiou]ies$/.test(word)) return `${word.slice(0, -3)}y`
  return /(?:[sxz]|ch|sh)es$/.test(word) ? word.slice(0, -2) : word.slice(0, -1)
}
