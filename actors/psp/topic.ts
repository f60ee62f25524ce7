/**
 * A topic: what many records of a person are about, gathered under one name. It becomes a core interest when
 * enough records speak of it, and its description is composed of the words that set it apart from the
 * person's other topics.
 *
 * T1 Bounded: TERMS_KEPT_MAX terms per topic; the rarest gives way.
 * T2 Stable: the description is composed anew only when the number of records has doubled.
 */
import { traced } from './focus.js'
import { capitalised } from './phrase.js'
import type { Aboutness, TopicEvidence } from './topic-evidence.js'

/** What is kept of one topic. */
export interface Topic {
  readonly records: number
  /** [spelling, how often], the most frequent decides. */
  readonly labels: readonly (readonly [string, number])[]
  /** [key, surface, how often]. */
  readonly terms: readonly (readonly [string, string, number])[]
  /** Component of this topic, '' while it has too few records. */
  readonly component: string
  /** Number of records at the last description. */
  readonly describedAt: number
  /** The person's own tag. */
  readonly isGiven: boolean
  /** Event time of the oldest and the newest record, ms UTC. */
  readonly firstAt: number
  readonly lastAt: number
  /** Records that wait for the topic to become a component: its first evidence. */
  readonly waiting: readonly string[]
  /** Faded counts of its records, one per half-life (focus.ts), as of `tracedAt`, ms UTC. */
  readonly traces: readonly number[]
  readonly tracedAt: number
}

/** Topics of one person; beyond it the oldest without a component gives way. */
export const TOPICS_MAX = 1_000
const TERMS_KEPT_MAX = 28
const LABELS_MAX = 3
const WAITING_MAX = 10
/** "How to" and the like are worth as many records as this. */
const CUE_WORTH = 2
const DESCRIBED_TERMS_MAX = 4
/** A pair of words stands for its words when it has this share of their count. */
const PAIR_SHARE = 0.35
/** A phrase says more than a word. */
const PHRASE_WORTH = 2.5

/**
 * How many records make a topic an interest; more for a person with many records, fewer when they say
 * "learn".
 */
export function supportNeeded(recordsOfPerson: number, hasCue: boolean, isGiven: boolean): number {
  const needed = recordsOfPerson < 200 ? 3 : recordsOfPerson < 1_000 ? 4 : 5
  if (hasCue) return isGiven ? needed - CUE_WORTH : needed
  return isGiven ? needed : needed * 2
}

/** The topic with one more record. */
export function grownTopic(
  topic: Topic | undefined,
  evidence: TopicEvidence,
  about: Aboutness,
  recordId: string,
  at: number,
): Topic {
  const labels = counted(topic?.labels ?? [], evidence.label)
  const own = evidence.key
  const terms = [...(topic?.terms ?? [])]
  for (const term of about.terms) if (!isOwnName(term[0], term[1], own)) addTerm(terms, term)
  return {
    records: (topic?.records ?? 0) + 1,
    labels,
    terms,
    component: topic?.component ?? '',
    describedAt: topic?.describedAt ?? 0,
    isGiven: evidence.isGiven || (topic?.isGiven ?? false),
    firstAt: Math.min(topic?.firstAt ?? at, at),
    lastAt: Math.max(topic?.lastAt ?? at, at),
    waiting:
      topic !== undefined && topic.component !== ''
        ? []
        : [...(topic?.waiting ?? []), recordId].slice(-WAITING_MAX),
    traces: traced(topic?.traces, topic?.tracedAt ?? at, at),
    tracedAt: Math.max(topic?.tracedAt ?? at, at),
  }
}

/** Is it time to say anew what the topic is about? */
export function needsDescription(topic: Topic): boolean {
  return topic.describedAt === 0 || topic.records >= topic.describedAt * 2
}

/**
 * "Git: interactive rebase, merged branches and commit history". `elsewhere`: how often the person's other
 * topics have each of the topic's terms.
 */
export function describeTopic(key: string, topic: Topic, elsewhere: ReadonlyMap<string, number>): string {
  const label = capitalised(topic.labels[0]?.[0] ?? key)
  const scored = topic.terms
    .filter(([, , count]) => count >= countNeeded(topic.records))
    .map(([term, surface, count]) => ({
      term,
      surface,
      count,
      score: distinction(term, count, elsewhere.get(term) ?? 0),
    }))
    .sort((a, b) => b.score - a.score || (a.term < b.term ? -1 : 1))
  const chosen: typeof scored = []
  for (const candidate of scored) {
    if (chosen.length === DESCRIBED_TERMS_MAX) break
    if (!isCovered(candidate, scored, chosen)) chosen.push(candidate)
  }
  return chosen.length === 0 ? label : `${label}: ${enumerated(chosen.map(({ surface }) => surface))}`
}

/** "a, b and c". */
function enumerated(words: readonly string[]): string {
  const last = words[words.length - 1] ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
}

/** A title's word counts twice: this asks for two titles, or three, once there are enough. */
function countNeeded(records: number): number {
  if (records < 6) return 2
  return records < 20 ? 3 : 5
}

interface Scored {
  readonly term: string
  readonly surface: string
  readonly count: number
  readonly score: number
}

/** How telling a term is: often here, seldom elsewhere; pairs of words tell more than single ones. */
function distinction(term: string, count: number, elsewhere: number): number {
  return count * Math.log2(1 + (4 * count) / (1 + elsewhere)) * (term.includes(' ') ? PHRASE_WORTH : 1)
}

/** A word inside a chosen phrase says nothing more; a word gives way to a phrase that carries much of it. */
function isCovered(candidate: Scored, all: readonly Scored[], chosen: readonly Scored[]): boolean {
  const words = candidate.term.split(' ')
  if (chosen.some(({ term }) => term.split(' ').some(word => words.includes(word)))) return true
  if (words.length > 1) return false
  return all.some(
    ({ term, count }) =>
      term.includes(' ') &&
      term.split(' ').includes(candidate.term) &&
      count >= candidate.count * PAIR_SHARE &&
      count > 1,
  )
}

function isOwnName(term: string, surface: string, key: string): boolean {
  if (term === key || surface === key) return true
  if (surface.length > key.length && surface.replace(/[\s-]/g, '') === key) return true
  return term.length > key.length && term.includes(' ') && term.split(' ').includes(key)
}

/** Counts a term in `terms`, a list of the caller's own; entries are replaced, never changed (C4). */
function addTerm(terms: Topic['terms'][number][], [key, surface, times]: Aboutness['terms'][number]): void {
  for (let i = 0; i < terms.length; i += 1) {
    if (terms[i][0] !== key) continue
    const [, known, count] = terms[i]
    terms[i] = [key, isPlural(surface, known) ? surface : known, count + times]
    return
  }
  if (terms.length >= TERMS_KEPT_MAX) {
    let rarest = 0
    for (let i = 1; i < terms.length; i += 1) if (terms[i][2] < terms[rarest][2]) rarest = i
    terms.splice(rarest, 1)
  }
  terms.push([key, surface, times])
}

/** "branches" reads better than "branch" where many are meant. */
function isPlural(surface: string, known: string): boolean {
  return surface.length > known.length && surface.endsWith('s') && surface.startsWith(known.slice(0, -1))
}

function counted(labels: Topic['labels'], label: string): Topic['labels'] {
  const rest = labels.filter(([known]) => known !== label)
  const count = (labels.find(([known]) => known === label)?.[1] ?? 0) + 1
  const next: (readonly [string, number])[] = [...rest, [label, count]]
  return next.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, LABELS_MAX)
}
