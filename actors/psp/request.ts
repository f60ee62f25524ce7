/** A request that the PSP is asked for: what a person wants to know now, and how near a text is to it. */
import { calibrate, quantise, staticHash, useLiteModel } from '../embedding/index.js'
import { isStopWord, Remembered, stemOf, wordsOf } from '../text/index.js'
import { bytesOf, cosine, type Meant } from './vectors.js'

/** A request, read once. */
export interface Request {
  readonly text: string
  readonly vector: Uint8Array
  /** The same of use-lite, for components that have theirs. */
  readonly meaning?: Uint8Array
  readonly stems: ReadonlySet<string>
}

/** What a request is compared with. */
interface Described extends Meant {
  readonly description: string
}

/** A shared word says more about relevance than two vectors of short texts do. */
const WORD_SHARE = 0.6
/** With vectors that know what sentences mean. */
const MEANT_WORD_SHARE = 0.1
/** Two shared words are as good as more. */
const SHARED_ENOUGH = 2

/** Descriptions whose stems are remembered. */
const DESCRIPTIONS_MAX = 5_000
const stems = new Remembered<readonly string[]>(DESCRIPTIONS_MAX)

/** Reads a request. `meaning` is its vector of use-lite, quantised. */
export function requestOf(text: string, meaning?: Uint8Array): Request {
  const vector = quantise(staticHash.embedBatch([text]))
  const request = { text, vector: bytesOf(vector), stems: new Set(contentStems(text)) }
  return meaning === undefined ? request : { ...request, meaning }
}

/**
 * How relevant something described so is to the request, 0..1: shared words and similarity. 0 without a
 * request.
 */
export function relevanceTo(request: Request | undefined, described: Described): number {
  if (request === undefined || request.stems.size === 0) return 0
  let shared = 0
  for (const stem of stemsOf(described.description)) if (request.stems.has(stem)) shared += 1
  const words = Math.min(1, shared / Math.min(request.stems.size, SHARED_ENOUGH))
  const { meaning, embedding } = described
  const isMeant = request.meaning !== undefined && meaning !== undefined
  const near = isMeant ? calibrate(Math.max(cosine(request.meaning, meaning), 0), useLiteModel.id)
    : calibrate(Math.max(cosine(request.vector, embedding), 0), staticHash.id)
  const wordShare = isMeant ? MEANT_WORD_SHARE : WORD_SHARE
  return Math.min(1, wordShare * words + (1 - wordShare) * Math.max(0, near))
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
