/** From the words of a statement to the claim that the guard compares. Pure. */
import { tokenSetOf, vocableOf, wordsOf } from '../text/index.js'
import type { Claim } from './component.js'
import { digitsOf, isFiller, wordingOf } from './wording.js'

const CALENDAR =
  '(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|june|july|august|september|' +
  'october|november|december|tomorrow|once|twice|daily|weekly|monthly|yearly'
const COUNTED = 'one|two|three|four|five|six|seven|eight|nine|ten'
const NUMBER = new RegExp(`\\b\\d+(?:[.,:/-]\\d+)*(?:st|nd|rd|th)?\\b|\\b(?:${CALENDAR}|${COUNTED})\\b`, 'gi')
const NAME = /(?<=\S\s+|^)\p{Lu}[\p{L}\p{N}+#.-]*(?:\s+\p{Lu}[\p{L}\p{N}+#.-]*)*/gu
const NO_WORDING = wordingOf('')
const COMPARED = /\s+(?:over|rather than|instead of|more than|than)\s+/i
/**
 * Makes a claim of what a statement is about. `isSingle`: one value at a time in this slot. `whole` is the
 * statement's object with its asides, when `object` is only its core.
 */
export function claimOf(
  slot: string,
  object: string,
  polarity: 1 | -1,
  isSingle: boolean,
  whole = object,
): Claim {
  const [subject, other] = object.split(COMPARED, 2)
  const numbers = subject.match(NUMBER) ?? []
  const names = (subject.replace(NUMBER, ' ').match(NAME) ?? []).filter(name => name !== 'I')
  const bare = [...names, ...numbers].reduce((text, part) => text.replace(part, ' '), subject)
  const wording = wordingOf(whole)
  const named = names.flatMap(name => wordsOf(name))
  const bareStems = contentStems(wordsOf(bare))
  return {
    slot,
    isSingle,
    polarity: wording.negations % 2 === 0 ? polarity : polarity === 1 ? -1 : 1,
    wording,
    numbers: unique(numbers.map(number => digitsOf(number.toLowerCase()) ?? number)),
    entities: unique(named),
    stems: bareStems.length > 0 || named.length === 0 ? bareStems : contentStems(named),
    against: other === undefined ? [] : contentStems(wordsOf(other)),
  }
}

/** The claim of a value in a slot with one value at a time; two claims agree when their values do. */
export function valueClaim(slot: string, value: string): Claim {
  return {
    slot,
    isSingle: true,
    polarity: 1,
    wording: NO_WORDING,
    numbers: [],
    entities: [value.toLowerCase()],
    stems: [],
    against: [],
  }
}

function contentStems(words: readonly string[]): number[] {
  return tokenSetOf(words.filter(word => !isFiller(word)).map(vocableOf))
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words.map(word => word.toLowerCase()))].sort()
}
