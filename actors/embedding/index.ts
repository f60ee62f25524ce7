/**
 * Embedding: texts to vectors, vectors to similarities, similarities to the scale that thresholds are written
 * in.
 */
export { calibrate } from './calibration.js'
export type { Embedder } from './embedder.js'
export { EmbedderThread } from './embedder-thread.js'
export { quantise, quantisedRows, similarity } from './quantise.js'
export { embedWords, staticHash } from './static-hash.js'
export { assertUseLite, openUseLite, useLiteModel } from './use-lite.js'
export { wordRank } from './word-vectors.js'
