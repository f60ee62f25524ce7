/** Plain cosine of an embedder, the other baseline: each text and the question as one vector each. */
import { staticHash, type Embedder } from '../../actors/embedding/index.js'

/** The cosine of a question to each of `texts`, in their order. */
export function cosinesTo(
  texts: readonly string[], embedder: Embedder = staticHash,
): (question: string) => number[] {
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
