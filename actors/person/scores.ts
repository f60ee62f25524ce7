/** Scores of a record, SPEC section 3. Pure; every result is 0..1 and rounded to 1e-4, fit for state. */
import type { QualityParts } from '../enrichment/index.js'
import { defaultScoring } from './scoring.js'

const dayMs = 86_400_000
const HOT_INFLUENCE = 0.7
const WARM_INFLUENCE = 0.3
const HOT_DAYS = 7
const WARM_DAYS = 30

/** Weighted sum of the five parts. */
export function qualityOf(parts: QualityParts & { readonly novelty: number }): number {
  return rounded(
    0.25 * parts.depth +
      0.25 * parts.information +
      0.2 * parts.engagement +
      0.15 * parts.complexity +
      0.15 * parts.novelty,
  )
}

/** How much a record may move the PSP. */
export function influenceOf(quality: number, attention: number): number {
  return rounded(0.05 + 0.95 * (0.6 * quality + 0.4 * attention))
}

/** Similarity to the PSP, faded by age, times influence. */
export function priorityScoreOf(
  relevance: number,
  ageMs: number,
  influence: number,
  dailyFade = defaultScoring.daily_fade,
): number {
  return rounded(relevance * dailyFade ** (Math.max(0, ageMs) / dayMs) * influence)
}

/** Where a record is kept, SPEC section 5. */
export function storageTierOf(influence: number, ageMs: number): 'hot' | 'warm' | 'cold' {
  if (influence > HOT_INFLUENCE || ageMs < HOT_DAYS * dayMs) return 'hot'
  return influence > WARM_INFLUENCE || ageMs < WARM_DAYS * dayMs ? 'warm' : 'cold'
}

/** Four digits. */
export function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4
}
