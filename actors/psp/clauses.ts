/**
 * Clauses: a sentence cut where one statement ends and the next begins, without the words that only open it.
 * Sentences that ask, suppose, or are code have none: they state nothing about a person.
 */

const SENTENCE_CHARS_MAX = 400
const CLAUSES_MAX = 24
const OPENERS_MAX = 3
const CODE = /[{}<>=`$\\|]|;$|\w\(|::|->|\/\//
const QUESTION = /\?\s*$/
const CONDITION =
  /^\W*(?:if|when|whenever|unless|until|once|suppose|imagine|let's say|say|assume|assuming)\b/i
const OPINION_VERBS = 'prefer|avoid|refuse|dislike|enjoy|love|hate'
/** A clause may leave out the I before these. */
export const OPINION = new RegExp(OPINION_VERBS, 'i')
const BARE_VERB = new RegExp(`^(?=(?:${OPINION_VERBS})\\s)`, 'i')
const OWN_SUBJECT = "(?=i\\b|i'|we\\b|my\\b)"
const CLAUSE_END = new RegExp(
  `;\\s+|,?\\s+but\\s+${OWN_SUBJECT}|,\\s+(?:and|so)\\s+${OWN_SUBJECT}|` +
    `\\s+and\\s+(?=i\\s|i'm\\b|(?:${OPINION_VERBS})\\s)`,
  'i',
)
const OPENING_WORDS =
  'so|also|and|but|well|honestly|actually|personally|yes|yeah|ok|okay|oh|hi|hey|hello|btw|by the way|in ' +
  'general|these days|right now|at the moment|lately|recently|currently|today|for (?:work|now|me)|next ' +
  '(?:week|month|year)|this (?:week|month|year|summer|winter|spring)|as (?:an? )?[^,]{2,40}'
const OPENER = new RegExp(`^(?:[-*•>"“”'\\s]+|(?:user|me|human) ?: |(?:${OPENING_WORDS}),? )`, 'i')
const END_MARKS = /[.!"”\s]+$/

/** The clauses of a sentence. */
export function clausesOf(sentence: string): string[] {
  if (sentence.length > SENTENCE_CHARS_MAX || isNoStatement(sentence)) return []
  return sentence.replace(/’/g, "'").split(CLAUSE_END).slice(0, CLAUSES_MAX).map(withoutOpeners)
}

function isNoStatement(sentence: string): boolean {
  return QUESTION.test(sentence) || CONDITION.test(sentence) || CODE.test(sentence)
}

function withoutOpeners(clause: string): string {
  let rest = clause.trim()
  for (let i = 0; i < OPENERS_MAX; i += 1) rest = rest.replace(OPENER, '')
  return rest.replace(END_MARKS, '').replace(BARE_VERB, 'I ')
}
