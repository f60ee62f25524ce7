/**
 * Whose words are these? A highlight is a passage that someone else wrote, a bookmark's note is often the
 * page's own description. What they say about "I" or "my project" is not about the person who kept them.
 */
import { proseOf } from '../text/index.js'
import { OPINION } from './clauses.js'
import type { CueRule } from './cue-rule.js'
import type { HinataRecord } from '../record/index.js'

const WEB_PAGE = /^https?:/i
const SELF = /(?:^|[^\p{L}])(?:i|i['’](?:m|ve|d|ll)|we|we['’](?:re|ve|ll)|my|our|me|us)(?![\p{L}'’])/iu

const WE = /^(?:we|our)\b/i
const YOU = /\byou(?:rs?)?\b/i
/** What people agree to on a page, in a first person that the page put there. */
const CONSENT =
  /\b(?:receive|accept|agree|subscribe|sign up)\b.*\b(?:emails?|newsletters?|offers|cookies|terms)\b/i

/**
 * Is it a firm or a page that speaks? "We" believe and love, and "we" need your consent; a person who says we
 * speaks of plans and work.
 */
export function isOthersVoice(clause: string, { type }: Pick<CueRule, 'type'>): boolean {
  if (CONSENT.test(clause)) return true
  return WE.test(clause) && (YOU.test(clause) || (type !== 'current_goal' && type !== 'work_context'))
}

/** Does the record speak in the person's voice: kept from no web page, or with a note in the first person? */
export function isOwnVoice({ address, note }: HinataRecord): boolean {
  return !WEB_PAGE.test(address) || SELF.test(note)
}

/**
 * Can any clause of the record be the person's own? `note`: the note as it is shown. Most bookmarks fail this
 * before they are cut into clauses, for their notes have neither an I nor a verb that may stand without one.
 */
export function mayHoldOwnClause({ address }: HinataRecord, note: string): boolean {
  return !WEB_PAGE.test(address) || SELF.test(note) || OPINION.test(note)
}

/**
 * Is the clause of a sentence the person's own? From a web page only what their note says in the first person
 * is.
 */
export function isOwnClause(clause: string, sentence: string, { address, note }: HinataRecord): boolean {
  if (!WEB_PAGE.test(address)) return true
  return SELF.test(clause) && proseOf(note).shown.includes(sentence)
}
