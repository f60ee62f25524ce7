/**
 * Wording: what a person says in the first person, as it is told about them. English only; other text stays
 * as it is.
 */

const PRONOUNS: Readonly<Record<string, string>> = {
  i: 'they',
  me: 'them',
  my: 'their',
  mine: 'theirs',
  myself: 'themselves',
  we: 'they',
  us: 'them',
  our: 'their',
  ours: 'theirs',
  ourselves: 'themselves',
  "i'm": 'they are',
  "i've": 'they have',
  "i'll": 'they will',
  "i'd": 'they would',
  "we're": 'they are',
  "we've": 'they have',
  "we'll": 'they will',
  am: 'are',
}
const CONTRACTED = "[Ii]['’](?:m|ve|ll|d)|[Ww]e['’](?:re|ve|ll)"
const PRONOUN = new RegExp(
  `\\b(?:${CONTRACTED}|I|[Mm]e|[Mm]y|[Mm]ine|[Mm]yself|[Ww]e|us|[Oo]urs?|[Oo]urselves|am)\\b`,
  'g',
)
const IRREGULAR: Readonly<Record<string, string>> = {
  have: 'has',
  do: 'does',
  go: 'goes',
  am: 'is',
  are: 'is',
  be: 'is',
  "don't": "doesn't",
  "can't": "can't",
  can: 'can',
  cannot: 'cannot',
  will: 'will',
  would: 'would',
  should: 'should',
  must: 'must',
  could: 'could',
}
const OBJECT_CHARS_MAX = 110
/** Where a reason or an aside begins; the claim stands before it. */
const REASONS = 'because|since|due to|so that|although|even though|as i|as they|which|thanks to'
const ASIDE = new RegExp(`\\s*(?:[,;:(]|\\s[–—-]\\s)|\\s+(?:${REASONS})\\s`, 'i')

/** Turns first-person pronouns into third-person ones. */
export function inThirdPerson(text: string): string {
  return text.replace(PRONOUN, found => PRONOUNS[found.toLowerCase().replace('’', "'")] ?? found)
}

/** The verb as one person does it: work → works, try → tries. */
export function conjugated(verb: string): string {
  const lower = verb.toLowerCase()
  const irregular = IRREGULAR[lower]
  if (irregular !== undefined) return irregular
  if (/[^aeiou]y$/.test(lower)) return `${lower.slice(0, -1)}ies`
  return /(?:s|x|z|ch|sh|o)$/.test(lower) ? `${lower}es` : `${lower}s`
}

/** A verb phrase with its first verb conjugated; adverbs before it stay. */
export function withVerb(phrase: string): string {
  return phrase.replace(
    /^((?:\w+ly|always|never|often|just|also|really)\s+)*([\w'’]+)/i,
    (all, _adverbs, verb: string) => all.slice(0, all.length - verb.length) + conjugated(verb),
  )
}

/** A text with a capital at its beginning. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** What follows the cue, tidied: one clause, no end mark, bounded at a word. */
export function tidiedObject(text: string): string {
  const plain = text
    .replace(/\s+/g, ' ')
    .replace(/["“”`*_]/g, '')
    .trim()
    .replace(/[.!?,;:…)\]]+$/, '')
  if (plain.length <= OBJECT_CHARS_MAX) return plain
  const cut = plain.slice(0, OBJECT_CHARS_MAX)
  const aside = cut.search(ASIDE)
  return aside > OBJECT_CHARS_MAX / 4 ? cut.slice(0, aside) : cut.slice(0, cut.lastIndexOf(' '))
}

/** The part that says what it is about, without reasons and asides. */
export function coreOf(object: string): string {
  const aside = object.search(ASIDE)
  return aside > 3 ? object.slice(0, aside) : object
}
