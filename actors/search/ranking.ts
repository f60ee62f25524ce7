/**
 * How words, meaning and priors become one relevance.
 *
 *     rank      = words + .3 · meaning + .03 · recency + .03 · attention
 *     relevance = 1 − 2^(−rank / .35), rounded to 1e-4
 *
 * words: lexical.ts, 0..2.2, 1 = everything that was asked is said once. meaning: cosine, 0..1. recency:
 * 2^(−age / 90 days). attention: the record's weight, 0..1.
 *
 * Measured, this finds as much as z(words) + .3 z(meaning) does, but needs no mean over all records, and
 * means the same for every question. Relevance .5 is rank .35. Measured on conversations: of
 * the sought records among the first ten, 97 of 100 lie above it; of questions about what the person never
 * wrote of, three in five find nothing above it.
 */
const MEANING_WEIGHT = 0.3
const RECENCY_WEIGHT = 0.03
const ATTENTION_WEIGHT = 0.03
const RECENCY_HALF_LIFE_MS = 90 * 86_400_000
const HALF_RELEVANCE_RANK = 0.35
const DIGITS = 1e4

/** What a rank is made of. */
export interface RankParts {
  readonly words: number
  readonly meaning: number
  readonly ageMs: number
  readonly attention: number
}

/** The relevance of a record to a question, 0..1; 0 when neither words nor meaning match. */
export function relevanceOf({ words, meaning, ageMs, attention }: RankParts): number {
  if (words <= 0 && meaning <= 0) return 0
  const recency = 2 ** (-Math.max(0, ageMs) / RECENCY_HALF_LIFE_MS)
  const rank = words + MEANING_WEIGHT * Math.max(0, meaning)
    + RECENCY_WEIGHT * recency + ATTENTION_WEIGHT * attention
  return Math.round((1 - 2 ** (-rank / HALF_RELEVANCE_RANK)) * DIGITS) / DIGITS
}
