/**
 * Wording: what a statement says, word by word. Similar statements differ in one word that matters (a guitar,
 * a flute; at noon, at night), and no vector tells it; so whether two say the same is decided on the words.
 *
 * W1 Same: the same content words, in the same order or turned around as a whole (in June I plan a trip, I
 *    plan a trip in June); in another voice (X is done by Y, Y does X) the order must differ, and Y come
 *    first.
 * W2 Particles that turn a meaning (on and off are not the same), the tense, yes and no, how much of it (few,
 *    most), what a negation stands before, and whether it is about me or you must agree.
 * W3 Articles, auxiliaries and words that only move a statement (FILLERS) do not count, nor do measures that
 *    measure nothing (a piece of, a group of) and the youth of children; synonyms are one word, and so are a
 *    number and its digits, and a compound and its parts.
 */
import { hash32, vocablesOf } from '../text/index.js'
import { firstSynonym } from './synonyms.js'

/** The words of a statement in the form that is compared. */
export interface Wording {
  /** Hashes of the content words, in order; names and numbers are among them. */
  readonly words: readonly number[]
  /** Hashes of what turns the meaning: particles, negations, question words, past forms; in order. */
  readonly turns: readonly number[]
  /** Hash of the content words without what is between them. */
  readonly joined: number
  /** Hash of the first content word after the last "by": who does it, in the passive; 0 without. */
  readonly agent: number
  readonly negations: number
  /** How often it joins things: and, or. */
  readonly joints: number
}

/**
 * same: says the same. more: one has one word more, nothing else differs, and it joins no other things.
 * other: they differ.
 */
export type Likeness = 'same' | 'more' | 'other'

const NEGATIONS = new Set('not no never nobody nothing none neither nor without cannot'.split(' '))
const TURNING = new Set(
  (
    'off up down out from before after above below under against until into away toward towards behind ' +
    'inside outside who what which when where why how yes than if unless whether you your yours ' +
    'few fewer less most only almost nearly half'
  ).split(' '),
)
/** Words that move or order a statement without being what it is about. */
const FILLERS = new Set(
  (
    'anymore again now really always usually often currently still already even rather much lot kind ' +
    'way thing things stuff something anything everything someone somebody anyone everyone person people ' +
    'human humans time times good better best there here ' +
    'wearing another together across around along quite actually basically simply ' +
    'also too well indeed definitely honestly like say says said think thinks'
  ).split(' '),
)
const PAST_CHARS_MIN = 4
const NEGATION = hash32('not', 0)
const DIGITS = new Map(
  'one two three four five six seven eight nine ten eleven twelve'
    .split(' ')
    .map((word, i) => [word, `${i + 1}`]),
)

/** "a piece of cake" is cake, "little boys" are boys. */
const EMPTY_MEASURE = new RegExp(
  '\\b(?:(?:piece|set|group|bunch|pair|bit)s? of|(?:young|little) (?=(?:boy|girl|child|kid|bab)))', 'giu',
)

/** Does the lower-case word only move or order a statement? */
export function isFiller(word: string): boolean {
  return FILLERS.has(word)
}

/** Reads a statement. */
export function wordingOf(text: string): Wording {
  const words: number[] = []
  const turns: number[] = []
  let joined = ''
  let agentAt = -1
  let negations = 0
  let joints = 0
  for (const { text: word, stem, isStop } of vocablesOf(plainOf(text))) {
    const isNegation = NEGATIONS.has(word)
    if (isNegation) negations += 1
    const isOwn = words.length === 0 && (word === 'i' || word === 'we')
    if (word === 'and' || word === 'or') joints += 1
    if (isNegation || isOwn || TURNING.has(word)) turns.push(isNegation ? NEGATION : hash32(word, 0))
    else if (word === 'by') agentAt = words.length
    else if (!isStop && !isFiller(word)) {
      const one = digitsOf(word) ?? firstSynonym(stem)
      words.push(hash32(one, 0))
      joined += one
      if (word.endsWith('ed') && word.length > PAST_CHARS_MIN) turns.push(hash32(stem, 1))
    }
  }
  const agent = agentAt < 0 ? 0 : words[agentAt] ?? 0
  return { words, turns, joined: hash32(joined, 0), agent, negations, joints }
}

/** The digits of a number's lower-case name, "3" for "three"; undefined for other words. */
export function digitsOf(word: string): string | undefined {
  return DIGITS.get(word)
}

/** "don't" says not, "U.S." is one word. */
function plainOf(text: string): string {
  return text.replace(/n['’]t\b/giu, ' not').replace(/\b(\p{L})\.(?=\p{L}\b)/gu, '$1')
    .replace(EMPTY_MEASURE, '')
}

/** Compares two wordings, but for what they negate as a whole. Symmetric. */
export function compareWordings(a: Wording, b: Wording): Likeness {
  const [long, short] = a.words.length >= b.words.length ? [a, b] : [b, a]
  if (short.words.length === 0) return 'other'
  const isTurnedAlike = a.negations === b.negations
    ? isEqual(a.turns, b.turns)
    : isEqual(a.turns.filter(isNoNegation), b.turns.filter(isNoNegation))
  if (isTurnedAlike && a.joined === b.joined) return 'same'
  const more = long.words.length - short.words.length
  const extra = extraWords(long.words, short.words)
  if (more > 1 || extra.length !== more) return 'other'
  if ((a.agent === 0) !== (b.agent === 0)) return more === 0 && isOtherVoice(a, b) ? 'same' : 'other'
  if (!isTurnedAlike) return 'other'
  if (more === 0) return isTurnedAround(a, b) ? 'same' : 'other'
  const isInOrder = isEqual(withoutOne(long.words, extra[0]), short.words)
  return isInOrder && a.joints === b.joints ? 'more' : 'other'
}

/** Who does it stands behind "by" in one, and first in the other; and the order is another one. */
function isOtherVoice(a: Wording, b: Wording): boolean {
  const [passive, active] = a.agent === 0 ? [b, a] : [a, b]
  return active.words[0] === passive.agent && !isEqual(active.words, passive.words)
}

function isNoNegation(turn: number): boolean {
  return turn !== NEGATION
}

/** What `long` has beyond `short`, as often as it has it. */
function extraWords(long: readonly number[], short: readonly number[]): number[] {
  const left = [...short]
  return long.filter(word => {
    const at = left.indexOf(word)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

function withoutOne(words: readonly number[], word: number): number[] {
  const at = words.indexOf(word)
  return words.filter((_, i) => i !== at)
}

function isEqual(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((word, i) => word === b[i])
}

/** Is one what the other is when some of its first words go to the end? Things that are joined stay. */
function isTurnedAround({ words: a, joints }: Wording, { words: b }: Wording): boolean {
  const turns = joints === 0 ? a.length : 1
  for (let by = 0; by < turns; by += 1) {
    if (a.every((word, i) => word === b[(i + by) % b.length])) return true
  }
  return false
}
