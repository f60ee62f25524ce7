/**
 * How words, meaning and priors become one relevance.
 *
 *     rank      = words + .3 · meaning + .03 · recency + .03 · attention + .2 if of an asked time
 *                 − .06 if it only asks
 *     relevance = 1 − 2^(−rank / .35), rounded to 1e-4
 *
 * words: lexical.ts, 0..2.2, 1 = everything that was asked is said once. meaning: cosine, 0..1. recency:
 * 2^(−age / 90 days). attention: the record's weight, 0..1. Asked time: asked-time.ts. A record only asks
 * when its text ends with a question: it has the words of an answer, and none.
 *
 * Measured, this finds as much as z(words) + .3 z(meaning) does, but needs no mean over all records, and
 * means the same for every question. Relevance .5 is rank .35. Measured on conversations: of
 * the sought records among the first ten, 97 of 100 lie above it; of questions about what the person never
 * wrote of, three in five find nothing above it.
 *
 * R1 Without words or meaning in common a record is not relevant, whatever the rest.
 */
/** What a cosine of 1 is worth. */
export const MEANING_WEIGHT = 0.3
const RECENCY_WEIGHT = 0.03
const ATTENTION_WEIGHT = 0.03
/** What it is worth to be of a time that was asked for. */
export const ASKED_TIME_WEIGHT = 0.2
const ASKING_WEIGHT = 0.06
const RECENCY_HALF_LIFE_MS = 90 * 86_400_000
const HALF_RELEVANCE_RANK = 0.35
const DIGITS = 1e4

/** What a rank is made of, but for recency. */
export interface RankParts {
  readonly words: number
  readonly meaning: number
  readonly attention: number
  readonly isOfAskedTime: boolean
  readonly isAsking: boolean
}

/** The rank without recency: it lies between this and this + RECENCY_MAX. */
export function steadyRank({ words, meaning, attention, isOfAskedTime, isAsking }: RankParts): number {
  if (words <= 0 && meaning <= 0) return -Infinity
  return words + MEANING_WEIGHT * Math.max(0, meaning) + priorOf({ attention, isAsking })
    + (isOfAskedTime ? ASKED_TIME_WEIGHT : 0)
}

/** What a record's rank is made of whatever was asked. */
export function priorOf({ attention, isAsking }: Pick<RankParts, 'attention' | 'isAsking'>): number {
  return ATTENTION_WEIGHT * attention - (isAsking ? ASKING_WEIGHT : 0)
}

/** The most that recency adds. */
export const RECENCY_MAX = RECENCY_WEIGHT

/** A rank that was summed up with a cosine that is not rounded yet is off by less than this. */
export const RANK_MARGIN = 1 / DIGITS

/** What recency adds to a rank. */
export function recencyOf(ageMs: number): number {
  return RECENCY_WEIGHT * 2 ** (-Math.max(0, ageMs) / RECENCY_HALF_LIFE_MS)
}

const dayMs = 86_400_000
const DAYS_MAX = 1_023
/** What recency adds after so many days; nothing at the end. */
const byDay = Float64Array.from({ length: DAYS_MAX + 2 }, (_, day) =>
  (day > DAYS_MAX ? 0 : recencyOf(day * dayMs)))

/** Whole days of an age, for the bounds of its recency. */
export function daysOf(ageMs: number): number {
  return ageMs <= 0 ? 0 : Math.min(DAYS_MAX, Math.floor(ageMs / dayMs))
}

/** The most that recency adds after `days` days, and until the next day; spares most records the power. */
export function recencyMost(days: number): number {
  return byDay[days]
}

/** The least that it adds until then. */
export function recencyLeast(days: number): number {
  return byDay[days + 1]
}

/** The relevance of a rank, 0..1; 0 when nothing matches (R1). */
export function relevanceAt(rank: number): number {
  return Math.max(0, Math.round((1 - 2 ** (-rank / HALF_RELEVANCE_RANK)) * DIGITS) / DIGITS)
}

/**
 * The ranks between which a relevance is reached: below `from` it surely is not, from `to` on it surely is.
 * Spares most records of a large person the powers.
 */
export function ranksOf(relevance: number): { readonly from: number, readonly to: number } {
  const at = (exact: number): number =>
    exact <= 0 ? -Infinity : exact >= 1 ? Infinity : -HALF_RELEVANCE_RANK * Math.log2(1 - exact)
  return { from: at(relevance - 1 / DIGITS), to: at(relevance + 1 / DIGITS) }
}
