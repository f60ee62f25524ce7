/** A request that the PSP is asked for: what a person wants to know now, and how near a text is to it. */
import { calibrate, quantise, staticHash } from '../embedding/index.js'
import { isStopWord, Remembered, stemOf, wordsOf } from '../text/index.js'
import { bytesOf, cosine } from './vectors.js'

/** A request, read once. */
export interface Request {
  readonly text: string
  readonly vector: Uint8Array
  readonly stems: ReadonlySet<string>
}

/** A shared word says more about relevance than two vectors of short texts do. */
const WORD_SHARE = 0.6
/** Two shared words are as good as more. */
const SHARED_ENOUGH = 2

/** Descriptions whose stems are remembered. */
const DESCRIPTIONS_MAX = 5_000
const stems = new Remembered<readonly string[]>(DESCRIPTIONS_MAX)

/** Reads a request. */
export function requestOf(text: string): Request {
  const vector = quantise(staticHash.embedBatch([text]))
  return { text, vector: bytesOf(vector), stems: new Set(contentStems(text)) }
}

/**
 * How relevant something described so is to the request, 0..1: shared words and similarity. 0 without a
 * request.
 */
export function relevanceTo(request: Request | undefined, description: string, vector: Uint8Array): number {
  if (request === undefined || request.stems.size === 0) return 0
  let shared = 0
  for (const stem of stemsOf(description)) if (request.stems.has(stem)) shared += 1
  const near = Math.max(0, calibrate(Math.max(cosine(request.vector, vector), 0), staticHash.id))
  return Math.min(
    1,
    WORD_SHARE * Math.min(1, shared / Math.min(request.stems.size, SHARED_ENOUGH)) + (1 - WORD_SHARE) * near,
  )
}

/** Descriptions are asked about again and again: their stems are remembered, each once. */
function stemsOf(description: string): readonly string[] {
  const known = stems.get(description)
  if (known !== undefined) return known
  const found = [...new Set(contentStems(description))]
  stems.set(description, found)
  return found
}

function contentStems(text: string): string[] {
  return wordsOf(text)
    .filter(word => !isStopWord(word))
    .map(stemOf)
}
