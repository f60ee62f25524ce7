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
import { Finding, type Reading, type Vocable } from '../text/index.js'
import type { Naming } from './names.js'
import { tagOf, type Tag } from './tag.js'

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

/** What a lemma is worth as a tag, whatever the text. */
interface Trait {
  readonly tag: Tag
  readonly isJunk: boolean
  readonly isTopic: boolean
  readonly rarity: number
}

/** One tag that was found, before the choice. */
interface Candidate {
  readonly tag: Tag
  readonly isName: boolean
  readonly rarity: number
  count: number
}

/** Enhanced tags of a text; `given` are the person's own, `excluded` the words that must not appear. */
export function tagsOf(
  reading: Reading, naming: Naming, given: readonly Tag[], excluded: ReadonlySet<string>,
): Tag[] {
  const candidates = candidatesOf(reading, naming, excluded).sort(byWeight)
  const tags: Tag[] = []
  let names = 0
  for (const { tag, isName } of candidates) {
    if (tags.length === TAGS_MAX) break
    if ((isName && names === NAMES_MAX) || given.some(({ key }) => key === tag.key)) continue
    tags.push(tag)
    if (isName) names += 1
  }
  return tags
}

/** Every key once. */
function candidatesOf(reading: Reading, naming: Naming, excluded: ReadonlySet<string>): Candidate[] {
  const found: Candidate[] = []
  const named: string[] = []
  for (const { tag, parts } of naming.names) {
    if (tag.text.length > TAG_CHARS_MAX || parts.some(({ text }) => excluded.has(text))) continue
    let rarity = 0
    for (const part of parts) {
      named.push(part.text)
      rarity = Math.max(rarity, traits.of(part).rarity)
    }
    add(found, tag, true, rarity)
  }
  reading.sentences.forEach(({ from, to }, index) => {
    const isPlain = naming.styles[index] === 'plain'
    for (let i = from; i < to; i += 1) {
      const { base, kind } = reading.tokens[i]
      const isNoun = kind === 'noun' || (kind === 'name' && !isPlain)
      if (!isNoun && kind !== 'adjective') continue
      const { isTopic, rarity, tag } = traits.of(base)
      if (!isTopic || named.includes(base.text) || excluded.has(base.text)) continue
      add(found, tag, false, isNoun ? rarity : rarity * ADJECTIVE_WEIGHT)
    }
  })
  return found
}

function add(found: Candidate[], tag: Tag, isName: boolean, rarity: number): void {
  for (const known of found) {
    if (known.tag.key !== tag.key) continue
    known.count += 1
    return
  }
  found.push({ tag, isName, rarity, count: 1 })
}

/**
 * What a lower-case word is worth: how rare it is in English (the root of its rank, so that very rare words
 * do not win all), and whether it is too common or too empty to be a topic.
 */
export const traits = new Finding<Vocable, Trait>(({ text, isStop }) => {
  const rank = wordRank(text)
  const isJunk = JUNK.has(text) || isStop || (rank ?? UNKNOWN_RANK) < COMMON_RANK_MAX
  const rarity = Math.sqrt(rank ?? UNKNOWN_RANK)
  return { tag: tagOf(text), isJunk, isTopic: !isJunk && isTopicWord(text), rarity }
})

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
  return a.tag.text < b.tag.text ? -1 : a.tag.text > b.tag.text ? 1 : 0
}
