/**
 * Explicit requests about how answers should be: their length, tone, form and language. One value per
 * dimension at a time, so that "more detail, please" replaces "keep it short".
 */

/** A request: `slot` names the dimension. */
interface StyleRequest {
  readonly slot: string
  readonly description: string
  readonly value: string
}

const REQUEST_WORDS =
  'please|can you|could you|always|keep|be|make|give|write|answer|reply|respond|explain|use|avoid|no|' +
  "don't|do not|stop|talk|speak|from now on|i dislike|i(?:'d| would)? (?:really )?(?:like|prefer|want|" +
  'need|hate)'
const REQUEST = new RegExp(`^(?:${REQUEST_WORDS})\\b`, 'i')
const ANSWER_WORDS =
  'answers?|repl(?:y|ies)|respon(?:ses?|d)|explanations?|explain|messages?|emails?|summar(?:y|ies)|' +
  'writing|write|talk|speak|it (?:short|brief|simple)|emojis?|bullet points?|jargon|be'
const ANSWERS = new RegExp(`\\b(?:${ANSWER_WORDS})\\b`, 'i')

const VALUES: readonly (readonly [slot: string, value: string, description: string, pattern: RegExp])[] = [
  [
    'style:length',
    'short',
    'Wants short, concise answers',
    /\b(?:short|brief|concise|terse|succinct|to the point|shorter)\b/i,
  ],
  [
    'style:length',
    'detailed',
    'Wants detailed answers',
    /\b(?:detailed|in detail|more detail|details|in[- ]depth|thorough|comprehensive|longer|elaborate)\b/i,
  ],
  ['style:tone', 'informal', 'Wants an informal, friendly tone', /\b(?:informal|casual|friendly|relaxed)\b/i],
  ['style:tone', 'formal', 'Wants a formal tone', /\b(?:formal|professional|polite)\b/i],
  ['style:tone', 'direct', 'Wants a direct tone', /\b(?:direct|blunt|honest|straightforward)\b/i],
  [
    'style:emoji',
    'none',
    'Wants no emojis',
    /(?:\b(?:no|avoid|without|stop|don't|hate|dislike)\b.*)\bemojis?\b/i,
  ],
  ['style:emoji', 'some', 'Likes emojis in answers', /\bemojis?\b/i],
  [
    'style:jargon',
    'none',
    'Wants plain words without jargon',
    /\b(?:jargon|plain (?:words|english|language)|simple (?:words|terms))\b/i,
  ],
  ['style:form', 'steps', 'Wants explanations step by step', /\bstep[- ]by[- ]step\b/i],
  ['style:form', 'bullets', 'Wants bullet points', /\bbullet(?:ed|s| points?| lists?)\b/i],
  ['style:form', 'examples', 'Wants examples in explanations', /\bexamples?\b/i],
]
const LANGUAGES =
  'english|german|french|spanish|italian|portuguese|dutch|polish|russian|ukrainian|turkish|arabic|hindi|' +
  'chinese|japanese|korean'
const LANGUAGE = new RegExp(
  `\\b(?:answer|reply|respond|write|talk|speak|explain)\\b[^.]{0,30}? in (${LANGUAGES})\\b`,
  'i',
)

/** The request that a clause makes, if it makes one. */
export function styleRequestOf(clause: string): StyleRequest | undefined {
  if (!REQUEST.test(clause)) return undefined
  const language = LANGUAGE.exec(clause)?.[1]
  if (language !== undefined) {
    const name = language.charAt(0).toUpperCase() + language.slice(1).toLowerCase()
    return { slot: 'style:language', value: name, description: `Wants answers in ${name}` }
  }
  if (!ANSWERS.test(clause)) return undefined
  const found = VALUES.find(([, , , pattern]) => pattern.test(clause))
  return found === undefined ? undefined : { slot: found[0], value: found[1], description: found[2] }
}
