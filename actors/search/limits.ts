/** What bounds the search view. One table; tests make the bounds small, nothing else changes them. */

/** Limits of one shard thread and of one person in it. */
export interface SearchLimits {
  /**
   * Estimated bytes of all persons of one shard. Beyond it the person asked least recently leaves, and is
   * restored when asked again.
   */
  readonly bytesMax: number
  /** Records of one person. Beyond it those accepted first leave the index, and `size` says so. */
  readonly recordsPerPersonMax: number
  /**
   * Records that wait, over all persons, for a restore that is under way. Beyond it the oldest wait ends;
   * see S3 in persons.ts.
   */
  readonly awaitedRecordsMax: number
}

/** The limits of production. */
export const searchLimits: SearchLimits = {
  bytesMax: 256 * 1024 * 1024,
  recordsPerPersonMax: 100_000,
  awaitedRecordsMax: 20_000,
}

/** Most results of one query; SPEC section 7. */
export const RESULTS_MAX = 50

/** Characters of a note that a result shows. */
export const NOTE_CHARS_MAX = 400

/** Different words of one question that are looked up; a question has at most 2,000 characters. */
export const QUESTION_TERMS_MAX = 64

/** A word that more records have is lent to no neighbour: it says little, and its links take longest. */
export const LENDERS_MAX = 4_000
