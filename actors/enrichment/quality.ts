/**
 * Quality: the four parts of the score that a record alone decides (SPEC section 3). The fifth, novelty,
 * needs the person's history.
 *
 * Q1 Each part is 0..1 and an exact decimal: parts are added up in tenths.
 */
import { complexityPartOf } from './complexity.js'

/** What is counted. Words are words of prose: code and URLs are none. */
interface QualityCounts {
  readonly highlightWords: number
  readonly noteWords: number
  /** Tags that the person gave. */
  readonly tags: number
  readonly listItems: number
  readonly meanSentenceWords: number
  /** Lower-case prose of highlight and note. */
  readonly prose: string
}

/** The parts, each 0..1. */
export interface QualityParts {
  readonly depth: number
  readonly information: number
  readonly engagement: number
  readonly complexity: number
}

const CUES = /\b(?:how to|why|because|explain|steps|process|important|key|main|significant|crucial)\b/g
const CUES_COUNTED_MAX = 5
/** One item is a dash, two are a list. */
const LIST_ITEMS_MIN = 2

/** The four parts. */
export function qualityPartsOf(counts: QualityCounts): QualityParts {
  return {
    depth: depthTenths(counts) / 10,
    information: Math.min(CUES_COUNTED_MAX, new Set(counts.prose.match(CUES)).size) * 2 / 10,
    engagement: engagementTenths(counts) / 10,
    complexity: complexityPartOf(counts.meanSentenceWords),
  }
}

function depthTenths({ highlightWords, noteWords, tags }: QualityCounts): number {
  return step(highlightWords, [[10, 3], [5, 2]]) + step(noteWords, [[50, 4], [20, 3], [10, 2]]) + step(tags,
    [[3, 3], [1, 2]])
}

function engagementTenths({ noteWords, tags, listItems }: QualityCounts): number {
  const list = listItems >= LIST_ITEMS_MIN ? 2 : 0
  return step(noteWords, [[100, 5], [50, 3], [20, 2]]) + step(tags, [[5, 3], [2, 2]]) + list
}

/** The tenths of the first bound that `count` exceeds, else one. */
function step(count: number, bounds: readonly (readonly [above: number, tenths: number])[]): number {
  for (const [above, tenths] of bounds) if (count > above) return tenths
  return 1
}
