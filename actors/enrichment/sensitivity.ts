/**
 * Sensitivity of a text: who may see it at most. PII decides first, then how many different sensitive words
 * it has.
 */
import { Finding, type Vocable } from '../text/index.js'
import type { PiiKind } from './pii-patterns.js'

/**
 * From harmless to harmful. confidential and restricted text is masked wherever it leaves the person's own
 * state.
 */
export type Sensitivity = 'public' | 'internal' | 'confidential' | 'restricted'

/** More different sensitive words than this make a text confidential. */
const INTERNAL_WORDS_MAX = 2
/** The shortest of them. */
const WORD_CHARS_MIN = 5
/** Words, not stems: "person" is not "personal". */
const SENSITIVE: ReadonlySet<string> = new Set([
  'password', 'passphrase', 'passwd', 'secret', 'token', 'credential', 'personal', 'private', 'confidential',
  'restricted', 'salary',
])

/** The sensitive word that a word is, or is the plural of; '' for most. */
const sensitive = new Finding<Vocable, string>(({ text }) => {
  if (text.length < WORD_CHARS_MIN) return ''
  if (SENSITIVE.has(text)) return text
  return text.endsWith('s') && SENSITIVE.has(text.slice(0, -1)) ? text.slice(0, -1) : ''
})

/**
 * Any PII is restricted; more than 2 different sensitive words confidential; 1 or 2 internal; else public.
 */
export function sensitivityOf(piiKinds: readonly PiiKind[], words: readonly Vocable[]): Sensitivity {
  if (piiKinds.length > 0) return 'restricted'
  const found: string[] = []
  for (const word of words) {
    const one = sensitive.of(word)
    if (one !== '' && !found.includes(one)) found.push(one)
  }
  if (found.length > INTERNAL_WORDS_MAX) return 'confidential'
  return found.length > 0 ? 'internal' : 'public'
}

/** Must the text be masked outside the person's own state? */
export function isMasked(sensitivity: Sensitivity): boolean {
  return sensitivity === 'confidential' || sensitivity === 'restricted'
}
