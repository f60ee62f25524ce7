/**
 * What every embedder offers. `id` and `version` are stored with each vector: vectors of different ones are
 * never compared.
 */
export interface Embedder {
  readonly id: string
  readonly version: string
  /** Numbers per text. */
  readonly dim: number
  /** One row of `dim` numbers per text, row-major; each row has length 1, or 0 if the text has no word. */
  embedBatch(texts: readonly string[]): Float32Array
}
