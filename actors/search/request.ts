/**
 * The questions that the view answers, and their answers. The edge has validated what it sends; here the
 * numbers are brought into their bounds.
 */
import { HinataError } from '../../engine/errors/index.js'
import { staticHash } from '../embedding/index.js'
import { RESULTS_MAX } from './limits.js'

/**
 * Which records a search may answer. Absent or empty lists let everything pass; in a list one match is
 * enough.
 */
export interface SearchFilters {
  readonly source?: readonly string[]
  /** Against the person's tags and ours. */
  readonly tags?: readonly string[]
  /** Event time, ms UTC, inclusive. */
  readonly from?: number
  /** Event time, ms UTC, inclusive. */
  readonly to?: number
  readonly min_influence?: number
  readonly tier?: readonly string[]
  readonly access?: readonly string[]
}

/**
 * Arguments of the query `search`. Without `query` and `vector` it lists what passes the filters, newest
 * first.
 */
export interface SearchArgs {
  readonly query?: string
  /** Of the model static-hash, any length; without it the query's own vector is taken. */
  readonly vector?: readonly number[]
  readonly filters?: SearchFilters
  readonly limit: number
  /** 0..1. */
  readonly minRelevance: number
  /** ms UTC, for recency. */
  readonly now: number
}

/** Arguments of the query `neighbours`: the records most similar in meaning to the record `id`. */
export interface NeighboursArgs {
  readonly id: string
  readonly limit: number
}

/** One record found. Texts are masked where the record's sensitivity asks for it. */
export interface SearchResult {
  readonly id: string
  /** 0..1; see ranking.ts. For `neighbours` the calibrated similarity. */
  readonly relevance: number
  readonly highlight: string
  /** The first 400 characters. */
  readonly note: string
  readonly address: string
  readonly tags: readonly string[]
  readonly enhanced_tags: readonly string[]
  /** ms UTC. */
  readonly event_time: number
  readonly influence: number
  readonly attention: number
  readonly source: string
  readonly access: string
  readonly sensitivity: string
  /** '' where the texts are. Else they are in ClickHouse alone, under this position in the log. */
  readonly cooled: string
  /** Why it was found, in words. */
  readonly reason: string
}

/** Answer of `search` and `neighbours`. */
export interface SearchAnswer {
  /** Records that pass the filters and the least relevance; `results` are the first of them. */
  readonly total: number
  readonly results: readonly SearchResult[]
}

/** Answer of the query `size`. */
export interface SizeAnswer {
  readonly records: number
  /** Estimated. */
  readonly bytes: number
  /** Are the oldest records missing, because the person has more than the index keeps of one person? */
  readonly is_partial: boolean
}

/** The arguments without their nulls: on the way to a shard, a field that is undefined becomes null. */
export function withoutNulls(args: unknown): unknown {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return args
  const given = Object.entries(args).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(given.map(([name, value]) => [name, withoutNulls(value)]))
}

/** A limit within 1..RESULTS_MAX. */
export function boundedLimit(limit: number): number {
  return Math.max(1, Math.min(RESULTS_MAX, Math.trunc(limit)))
}

/** The vector of a question, of length 1; throws VECTOR_DIMENSION. */
export function questionVector({ query, vector }: SearchArgs): Float32Array | undefined {
  if (vector === undefined) return query === undefined ? undefined : staticHash.embedBatch([query])
  if (vector.length !== staticHash.dim) {
    throw new HinataError('VECTOR_DIMENSION', { expected: staticHash.dim, found: vector.length })
  }
  const length = Math.hypot(...vector)
  return Float32Array.from(vector, number => length > 0 ? number / length : 0)
}
