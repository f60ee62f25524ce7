/** The profile: a person's counters, and the pace that fading is adapted to. */

/** Counters of one person. Times are event times, ms UTC. */
export interface Profile {
  /** Folded records and revisions. */
  readonly sequence: number
  /** Records, each id once. */
  readonly records: number
  /** Changes of components. */
  readonly changes: number
  /** Components ever created; the newest is `c<created>`. */
  readonly created: number
  readonly firstAt: number
  readonly lastAt: number
  /** Mean gap between records, ms, exponentially weighted. */
  readonly gapMs: number
  /** Sentiment of the newest records, one letter each (p, n, 0), the newest last. */
  readonly moods: string
}

const dayMs = 86_400_000
const GAP_MS_MAX = 30 * dayMs
const GAP_WEIGHT = 0.05
const MOODS_MAX = 10

/** A person of whom nothing is known. */
export const newProfile: Profile = {
  sequence: 0,
  records: 0,
  changes: 0,
  created: 0,
  firstAt: 0,
  lastAt: 0,
  gapMs: dayMs,
  moods: '',
}

/** The profile after one more new record at `at` with this sentiment. */
export function withRecord(profile: Profile, at: number, mood: 'positive' | 'neutral' | 'negative'): Profile {
  const isFirst = profile.records === 0
  const gap = isFirst ? profile.gapMs : Math.min(GAP_MS_MAX, Math.max(0, at - profile.lastAt))
  const letter = { positive: 'p', neutral: '0', negative: 'n' }[mood]
  return {
    ...profile,
    sequence: profile.sequence + 1,
    records: profile.records + 1,
    firstAt: isFirst ? at : Math.min(profile.firstAt, at),
    lastAt: isFirst ? at : Math.max(profile.lastAt, at),
    gapMs: Math.round(profile.gapMs + GAP_WEIGHT * (gap - profile.gapMs)),
    moods: (profile.moods + letter).slice(-MOODS_MAX),
  }
}
