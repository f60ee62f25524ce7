/** The exact scan: one dot product per vector, the ten best kept. What any exact search costs at least. */
import { hashText } from '../../engine/index.js'

const found = 10

/** Vectors in one array. */
export class VectorScan {
  readonly #vectors: Float32Array
  readonly #dim: number

  constructor(count: number, dim: number) {
    this.#dim = dim
    let drawn = hashText('vectors')
    this.#vectors = Float32Array.from({ length: count * dim }, () => {
      drawn = Math.imul(drawn, 1_664_525) + 1_013_904_223 | 0
      return drawn / 0x8000_0000
    })
  }

  /** The places of the nearest, the nearest first. */
  nearest(n: number): number[] {
    const [vectors, dim] = [this.#vectors, this.#dim]
    const asked = vectors.subarray(n * dim, (n + 1) * dim)
    const best: { at: number, score: number }[] = []
    for (let at = 0; at * dim < vectors.length; at++) {
      let score = 0
      for (let i = 0, from = at * dim; i < dim; i++) score += vectors[from + i] * asked[i]
      if (best.length === found && score <= best[found - 1].score) continue
      best.push({ at, score })
      best.sort((a, b) => b.score - a.score)
      best.length = Math.min(best.length, found)
    }
    return best.map(({ at }) => at)
  }
}
