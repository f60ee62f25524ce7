/**
 * A sample person's life as persons/ writes it down: what they read, what they think of it, what they say of
 * themselves. Everything in it is made up by us; addresses end in `.example`.
 */

/** Something that a person reads more than once. Any thought fits any fact, so pairs can be drawn by lot. */
export interface Page {
  readonly address: string
  readonly tags: readonly string[]
  /** Passages worth marking: four. */
  readonly facts: readonly string[]
  /** What the person notes beside them: five. */
  readonly thoughts: readonly string[]
}

/** Something that a person writes down once. */
export interface Moment {
  /** Days before the present; below .007 it is one of the last ten minutes. */
  readonly daysAgo: number
  readonly source: string
  readonly tags: readonly string[]
  readonly note: string
  readonly highlight: string
}

/** A person of the sample. */
export interface Life {
  readonly userId: string
  readonly summary: string
  /** Hours of the day (UTC) in which they write: first and last. */
  readonly hours: readonly [number, number]
  /** In the order in which they were discovered. */
  readonly pages: readonly Page[]
  readonly moments: readonly Moment[]
  /** A question that their prompt should help to answer. */
  readonly question: string
}

/** A page, in the short form of persons/. */
export function page(
  address: string, tags: readonly string[], facts: readonly string[], thoughts: readonly string[],
): Page {
  return { address: `https://${address}`, tags, facts, thoughts }
}

/** A moment, in the short form of persons/. */
export function moment(
  daysAgo: number, source: string, tags: readonly string[], note: string, highlight = '',
): Moment {
  return { daysAgo, source, tags, note, highlight }
}
