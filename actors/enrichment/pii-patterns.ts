/**
 * The patterns of PII, one row per way of writing it. The order is the precedence: an earlier row keeps what
 * a later one also matches.
 *
 * D1 Every repetition has an upper bound (time stays linear in the text).
 * D2 A row with words that announce the hit puts the hit in the group `hit` at the end of the match.
 */
import { ibanChars, isAddressV6, isCard, isPhone, isWorldPhone } from './pii-checks.js'

/** What is found. */
export type PiiKind = 'email' | 'phone' | 'ssn' | 'card' | 'ip' | 'iban' | 'address' | 'name'

/** One way of writing one kind. */
export interface Detector {
  readonly kind: PiiKind | 'secret'
  readonly pattern: RegExp
  /** Text without this character cannot match: saves the search. */
  readonly needs?: string
  /** How many characters of the hit count, 0 = none; without it, all of them. */
  readonly measure?: (hit: string) => number
}

const { raw } = String
const CAPITALISED = raw`\p{Lu}[\p{L}'’.-]{1,30}`
const NAME_PART = raw`(?:\p{Lu}[\p{L}'’-]{1,30}|\p{Lu}\.?(?![\p{L}]))`
const PARTICLE = 'van|von|de|der|den|da|di|del|la|bin|al'
const NAME = raw`(?:\p{Lu}[\p{L}'’-]{1,30}|\p{Lu}\.)(?: (?:(?:${PARTICLE}) ){0,2}${NAME_PART}){0,3}`
const STREET = 'Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Way|Place|Pl|Square|' +
  'Sq|Terrace|Parkway|Pkwy|Highway|Hwy|Circle|Cir|Alley|Crescent|Close|Trail|Trl|Plaza|Row|Mews|Quay'
const STREET_TAIL = 'straße|strasse|gasse|platz|allee|gatan|vägen|straat|laan|gracht|gata|vej|veien|katu|' +
  'tie|utca'
const CALL = 'phone|tel|telephone|mobile|cell|desk|fax|call|calling|called|text|whatsapp|dial|ring|reach|' +
  'contact|number|hotline|callback|messages to|registered|answering at'
const LIVES = 'lives? at|address(?: is|:)|located at|deliver(?:ed)? to|ship(?:ped)? to|office is at'
const IS_CALLED = '[Mm]y (?:full )?name is|[Mm]y name\'s|I am called|[Tt]heir name is|[Hh]is name is|' +
  '[Hh]er name is|[Ff]ull name:|Name:|Contact:|Patient:|Customer:|Signed[,:]|Sincerely,|Regards,|Dear'
const ADDRESSED = 'Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herr|Frau|Mme|Sra|Sr|Señora?|Sir|Madame|Monsieur'
const SECRET = 'password|passwd|passphrase|secret|api[ _-]?key|access[ _-]?key|auth[ _-]?token|' +
  'access[ _-]?token|token|pin'
const OCTET = raw`(?:25[0-5]|2[0-4]\d|1?\d?\d)`
const LOCAL_DIGITS = raw`\(?\d{2,5}\)?(?:[ .\-/]?\d{2,5})`

/** All patterns, in order of precedence. */
export const DETECTORS: readonly Detector[] = [
  { kind: 'email', needs: '@', pattern: pattern('gu',
    raw`(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,6}[\p{L}]{2,24}`) },
  { kind: 'iban', measure: ibanChars, pattern: pattern('g',
    raw`(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,36}`) },
  { kind: 'card', measure: all(isCard),
    pattern: pattern('g', raw`(?<![\d.-])(?:\d[ -]?){11,18}\d(?![\d-])`) },
  { kind: 'ssn', pattern: pattern('g',
    raw`(?<![\d-])(?!000|666)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\d-])`) },
  { kind: 'ssn', pattern: pattern('gi',
    raw`\b(?:ssn|social security(?: number| no)?)\W{0,3}(?:is |was )?(?<hit>\d{9})(?!\d)`) },
  { kind: 'ip', pattern: pattern('gi', raw`(?<![\d.]|\bv|version )(?:${OCTET}\.){3}${OCTET}(?![\d]|\.\d)`) },
  { kind: 'ip', needs: ':', measure: all(isAddressV6), pattern: pattern('gi',
    raw`(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:\d{0,3}(?:\.\d{1,3}){3})?(?![\w:])`) },
  { kind: 'phone', measure: all(isWorldPhone), pattern: pattern('g',
    raw`(?<![\w+.]|\d )(?:\+|00(?=[1-9]))\d{1,3}(?:[ .\-/]{0,2}\(?\d{1,5}\)?){2,6}(?![\w])`) },
  { kind: 'phone', measure: all(isPhone), pattern: pattern('g',
    raw`(?<![\w(.-])(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[.-]\d{4}`,
    raw`(?: ?(?:x|ext\.?) ?\d{1,5})?(?![\w-])`) },
  { kind: 'phone', measure: all(isPhone), pattern: pattern('g',
    raw`(?<![\w(.-])\(0?\d{1,4}\) ?\d{2,4}(?:[ .-]?\d{2,4}){1,3}(?![\w-])`) },
  { kind: 'phone', measure: all(isPhone), pattern: pattern('g',
    raw`(?<![\w.,:/#-]|\d )0(?!00)\d{1,4}(?:[ -]\d{2,4}){2,4}(?![\w:-])`) },
  { kind: 'phone', measure: all(isPhone), pattern: pattern('gi',
    raw`\b(?:${CALL})\b[^\d]{0,24}(?<hit>${LOCAL_DIGITS}{1,5})(?!\w)`) },
  { kind: 'phone', measure: all(isPhone), pattern: pattern('gi',
    raw`(?<![\w.(-])${LOCAL_DIGITS}{1,4}(?=[ -]{1,3}(?:office|fax|mobile|cell|home|desk|work)\b)`) },
  { kind: 'address', pattern: pattern('gu',
    raw`(?<![\w.,])\d{1,6}[A-Za-z]?,? (?:(?:[NSEW]|\d{1,3}(?:st|nd|rd|th)|${CAPITALISED}) ){1,4}`,
    raw`(?:${STREET})\b\.?`,
    raw`(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|#)\.? ?\w{1,6})?`) },
  { kind: 'address', pattern: pattern('gu',
    raw`\b(?:${LIVES})\s{1,3}(?<hit>\d{1,6} (?:\p{L}[\p{L}'’.-]{1,30} ?){1,4}(?:\d{1,5}(?!\d))?)`) },
  { kind: 'address', pattern: pattern('gi', raw`\b(?:P\.? ?O\.? Box|PSC) \d{1,6}\b`) },
  { kind: 'address', pattern: pattern('g', raw`\b(?:Apt|Apartment|Suite|Ste)\b\.? ?#?\d{1,5}[A-Za-z]?\b`) },
  { kind: 'address', pattern: pattern('gu',
    raw`(?<![\p{L}])\p{Lu}[\p{L}]{1,30}(?:${STREET_TAIL}) \d{1,4}(?![\d\p{L}])`) },
  { kind: 'address', pattern: pattern('gu',
    raw`(?<![\w.,])\d{1,4}(?: bis| ter)?,? (?:rue|avenue|boulevard|allée|impasse|quai|chemin) `,
    raw`(?:de (?:la |l')?|du |des |d')?${CAPITALISED}(?: ${CAPITALISED}){0,2}`) },
  { kind: 'address', pattern: pattern('gu',
    raw`(?<![\p{L}])(?:Calle|Avenida|Rua|Via|Viale|Plaza|Piazza|Carrera|Ulica|ul\.) (?:d[aeio]l?s? )?`,
    raw`${CAPITALISED}(?: \p{Lu}?[\p{L}'’-]{1,30}){0,3},? \d{1,5}(?!\d)`) },
  { kind: 'name', pattern: pattern('gu', raw`\b(?:${IS_CALLED})\s{1,2}(?<hit>${NAME})`) },
  { kind: 'name', pattern: pattern('gu', raw`\b(?:${ADDRESSED})\.?\s(?<hit>${NAME})`) },
  { kind: 'secret', pattern: pattern('gi',
    raw`\b(?:${SECRET})(?:\s?[:=]\s?| is ["'\x60]?)(?<hit>[^\s"'\x60,;[\]]{4,200})`) },
  { kind: 'secret', pattern: pattern('g',
    raw`\b(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_]?[A-Za-z0-9_-]{16,200}|\bgh[pousr]_[A-Za-z0-9]{20,200}|`,
    raw`\bAKIA[A-Z0-9]{16}\b|\bxox[abprs]-[A-Za-z0-9-]{10,200}|`,
    raw`\beyJ[\w-]{10,500}\.[\w-]{10,2000}\.[\w-]{10,500}`) },
]

function pattern(flags: string, ...parts: string[]): RegExp {
  return new RegExp(parts.join(''), flags)
}

function all(check: (hit: string) => boolean): (hit: string) => number {
  return hit => check(hit) ? hit.length : 0
}
