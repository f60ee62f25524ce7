/** Plain cosine of the chosen embedder, the other baseline: each text and the question as one vector each. */
import { chosenEmbedder } from './chosen-embedder.js'

/** The cosine of a question to each of `texts`, in their order. */
export function cosinesTo(texts: readonly string[]): (question: string) => number[] {
  const embedder = chosenEmbedder()
  const rows = embedder.embedBatch(texts)
  const { dim } = embedder
  return question => {
    const row = embedder.embedBatch([question])
    return texts.map((_, i) => {
      let dot = 0
      for (let d = 0; d < dim; d += 1) dot += rows[i * dim + d] * row[d]
      return dot
    })
  }
}
