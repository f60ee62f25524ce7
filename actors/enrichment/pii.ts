/**
 * PII: finds and masks what identifies a person or gives access to their money.
 *
 * I1 Time is linear in the length of the text (D1 in pii-patterns.ts).
 * I2 maskPii leaves nothing that findPii would find.
 * I3 Names and loose phone numbers are found only beside words that announce them ("my name is", "Mr.", "call
 *    me at"): a wrong hit would make half of a person's notes restricted. Names without such words are not
 *    found, and we say so.
 * I4 Credentials (`password: …`, provider keys) are masked, but are not PII and do not make a record
 *    restricted.
 */
import { DETECTORS, type Detector, type PiiKind } from './pii-patterns.js'

/** Text [start, end) is of this kind. */
export interface PiiHit {
  readonly kind: Detector['kind']
  readonly start: number
  readonly end: number
}

/** A mask can uncover a neighbour (a digit that stood too near): look again, at most so often. */
const ROUNDS_MAX = 8
const MAYBE = new RegExp('[\\d@]|\\b(?:name|called|dear|sincerely|regards|signed|contact|patient|customer|' +
  'mrs?|ms|miss|mx|dr|prof|herr|frau|mme|sra?|señora?|sir|madame|monsieur|token|secret|password|passwd|' +
  'passphrase|pin)\\b|key|ey[jJ]|xox|(?:sk|pk|rk|gh.)[-_]', 'i')

/** All hits in `text`, in order, without overlaps. */
export function findPii(text: string): PiiHit[] {
  if (!MAYBE.test(text)) return []
  const hits: PiiHit[] = []
  const taken = new Uint8Array(text.length)
  for (const detector of DETECTORS) {
    if (detector.needs !== undefined && !text.includes(detector.needs)) continue
    const { pattern } = detector
    pattern.lastIndex = 0
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      if (match[0] === '') pattern.lastIndex += 1
      const hit = hitOf(detector, match)
      if (hit.end === hit.start || taken.subarray(hit.start, hit.end).includes(1)) continue
      taken.fill(1, hit.start, hit.end)
      hits.push(hit)
    }
  }
  return hits.sort((a, b) => a.start - b.start)
}

/** The text with every hit replaced by its kind in brackets: [EMAIL], [PHONE] … */
export function maskPii(text: string): string {
  let masked = text
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const hits = findPii(masked)
    if (hits.length === 0) return masked
    masked = replaceHits(masked, hits)
  }
  return masked
}

/** The kinds of PII among the hits, sorted, each once. */
export function kindsOf(hits: readonly PiiHit[]): PiiKind[] {
  const kinds = new Set<PiiKind>()
  for (const { kind } of hits) if (kind !== 'secret') kinds.add(kind)
  return Array.from(kinds).sort()
}

function hitOf({ kind, measure }: Detector, match: RegExpMatchArray): PiiHit {
  const text = match.groups?.hit ?? match[0]
  const start = (match.index ?? 0) + match[0].length - text.length
  return { kind, start, end: start + (measure === undefined ? text.length : measure(text)) }
}

function replaceHits(text: string, hits: readonly PiiHit[]): string {
  let masked = ''
  let at = 0
  for (const { kind, start, end } of hits) {
    masked += `${text.slice(at, start)}[${kind.toUpperCase()}]`
    at = end
  }
  return masked + text.slice(at)
}
