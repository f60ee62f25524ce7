/**
 * Complexity of a text by the mean number of words per sentence, as a level and as the part of the quality
 * score.
 */

/** The level that SPEC section 2 names. */
export type ComplexityLevel = 'low' | 'medium' | 'high'

/** More than 20 words per sentence is high, more than 10 medium. */
export function complexityLevelOf(meanSentenceWords: number): ComplexityLevel {
  if (meanSentenceWords > 20) return 'high'
  return meanSentenceWords > 10 ? 'medium' : 'low'
}

/** SPEC section 3: > 20 words .8, > 15 .6, > 10 .4, else .2. */
export function complexityPartOf(meanSentenceWords: number): number {
  if (meanSentenceWords > 20) return 0.8
  if (meanSentenceWords > 15) return 0.6
  return meanSentenceWords > 10 ? 0.4 : 0.2
}
