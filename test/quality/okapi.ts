/**
 * BM25 as the textbooks have it (Robertson, Spärck Jones; k1 1.2, b .75), over whole documents: the baseline
 * that a search must beat. Stems and stop words are those of the pipeline, so that only the ranking differs.
 */
import { isStopWord, stemOf, wordsOf } from '../../actors/text/index.js'

const K1 = 1.2
const B = 0.75

/** Documents to be scored; a score per document, in their order. */
export class Okapi {
  private readonly counts: Map<string, number>[]
  private readonly lengths: number[]
  private readonly holders = new Map<string, number>()
  private readonly meanLength: number

  constructor(texts: readonly string[]) {
    const documents = texts.map(termsOf)
    this.counts = documents.map(countsOf)
    this.lengths = documents.map(({ length }) => length)
    this.meanLength = this.lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, texts.length)
    for (const counts of this.counts)
      for (const term of counts.keys()) this.holders.set(term, (this.holders.get(term) ?? 0) + 1)
  }

  scores(question: string): number[] {
    const terms = [...new Set(termsOf(question))].map(term => ({ term, idf: this.idfOf(term) }))
    return this.counts.map((counts, i) => {
      const share = this.lengths[i] / this.meanLength
      let score = 0
      for (const { term, idf } of terms) {
        const count = counts.get(term) ?? 0
        score += idf * count * (K1 + 1) / (count + K1 * (1 - B + B * share))
      }
      return score
    })
  }

  private idfOf(term: string): number {
    const holders = this.holders.get(term) ?? 0
    return Math.log(1 + (this.counts.length - holders + 0.5) / (holders + 0.5))
  }
}

/** Places of the scores, the best first; equal ones in their own order. */
export function rankedPlaces(scores: readonly number[]): number[] {
  return scores.map((_, i) => i).sort((a, b) => scores[b] - scores[a] || a - b)
}

/** Reciprocal-rank fusion of rankings that count the same (Cormack 2009; k 60): the score of each place. */
export function fusedScores(rankings: readonly (readonly number[])[]): number[] {
  const fused = new Array<number>(rankings[0]?.length ?? 0).fill(0)
  for (const ranking of rankings) ranking.forEach((place, rank) => { fused[place] += 1 / (60 + rank + 1) })
  return fused
}

function termsOf(text: string): string[] {
  return wordsOf(text).filter(word => !isStopWord(word)).map(stemOf)
}

function countsOf(terms: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1)
  return counts
}
