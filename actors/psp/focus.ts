/**
 * Focus: which of a person's topics come next. One half-life fits nobody: some return to a topic for days,
 * some for years, and the same person changes. So a topic is counted with four half-lives at once, and how
 * far each is trusted follows from how well it foretold the person's own records, one after the other.
 *
 *   foretold(topic) = Σ trust × (trace of the topic / all traces)   × turn(how recently it was the topic)
 *
 * The last factor is learnt too: whether a person stays with what they just wrote about, or turns to another.
 *
 * F1 A record is foretold from what was before it, then learnt from: once, and in the order of events.
 * F2 Bounded: HALF_LIVES numbers per topic, RECENT_MAX topics in the order of their last record.
 * F3 A record costs the same whatever is known: of all topics only its own are read.
 * F4 A record that arrives late is counted where it belongs, and nothing is learnt from it.
 */
import { quantised } from './component.js'
import type { Topic } from './topic.js'

/** What is learnt about how the person's topics follow each other. */
export interface Focus {
  /** Trust in each half-life; adds up to 1. */
  readonly trust: readonly number[]
  /** Faded sums over all topics, as of `at`. */
  readonly totals: readonly number[]
  /** Event time of the newest record, ms UTC. */
  readonly at: number
  /** Keys of the topics, the newest first. */
  readonly recent: readonly string[]
  /** How likely each of them comes next, before turns: exact when it was met, then lessened with the rest. */
  readonly chances: readonly number[]
  /** Per place among the recent, see PLACES: how often the next topic stood there, and how often foretold. */
  readonly met: readonly number[]
  readonly foretold: readonly number[]
}

/** A topic of the focus. */
export interface FocusedTopic {
  readonly key: string
  /** The name as the person writes it. */
  readonly label: string
  /** How likely the next record is about it, 0..1; all shares add up to 1. */
  readonly share: number
  /** Its component, '' while it has none. */
  readonly component: string
}

const dayMs = 86_400_000
/** Half-lives are this, and each four times the one before: 4, 16, 64, 256 days. */
const LONGEST_DAYS = 256
const HALF_LIVES = 4
/** A trust goes a little towards the others at each record, so that a change of pace is noticed. */
const SHARED_TRUST = 0.02
/** No half-life is ever sure: what none of them expects happens this often. */
const SURPRISE = 2e-4
/** The last topic, the one before, to the sixth; then the next two, the next four, and all older ones. */
const PLACES = [1, 2, 3, 4, 5, 6, 8, 12]
const RECENT_MAX = 12
/** What is learnt about turning fades per record, and counts this much before anything is learnt. */
const TURN_KEPT = 0.98
const TURN_PRIOR = 4

/** Of a person whose topics are unknown. */
export const newFocus: Focus = {
  trust: new Array<number>(HALF_LIVES).fill(1 / HALF_LIVES),
  totals: new Array<number>(HALF_LIVES).fill(0),
  at: 0,
  recent: [],
  chances: [],
  met: new Array<number>(PLACES.length + 1).fill(0),
  foretold: new Array<number>(PLACES.length + 1).fill(0),
}

/** The traces of a topic with one more record at `at`; before it they were as of `tracedAt`. */
export function traced(
  traces: readonly number[] | undefined, tracedAt: number, at: number,
): readonly number[] {
  const next = new Array<number>(HALF_LIVES).fill(1)
  if (traces === undefined) return next
  const left = fadings(Math.abs(at - tracedAt))
  const isLate = at < tracedAt
  for (let k = 0; k < HALF_LIVES; k += 1) {
    next[k] = quantised(isLate ? traces[k] + left[k] : traces[k] * left[k] + 1)
  }
  return next
}

/**
 * The focus after a record about the topics `keys`; `before` are those topics as they were before it (F1),
 * undefined for a new one.
 */
export function focusAfter(
  focus: Focus, keys: readonly string[], before: readonly (Topic | undefined)[], at: number,
): Focus {
  const left = fadings(Math.abs(at - focus.at))
  if (at < focus.at) {
    return { ...focus, totals: focus.totals.map((total, k) => quantised(total + keys.length * left[k])) }
  }
  const { met, foretold: expected } = focus
  const learnt: Learnt = { trust: focus.trust, met, foretold: expected }
  keys.forEach((key, i) => learnFrom(focus, learnt, key, before[i]))
  const totals = focus.totals.map((total, k) => quantised(total * left[k] + keys.length))
  const recent = keys.slice(0, RECENT_MAX)
  const chances = recent.map((_, i) => chanceNow(learnt.trust, totals, before[i], at))
  const lessened = learnt.trust.reduce((sum, one, k) => sum + one * (1 - keys.length / totals[k]), 0)
  for (let i = 0; i < focus.recent.length && recent.length < RECENT_MAX; i += 1) {
    if (keys.includes(focus.recent[i])) continue
    recent.push(focus.recent[i])
    chances.push(quantised(focus.chances[i] * lessened))
  }
  return { trust: learnt.trust, totals, at, recent, chances, met: learnt.met, foretold: learnt.foretold }
}

/** The topics that come next, the likeliest first; equal ones by key. */
export function focusOf(focus: Focus, topics: Iterable<readonly [string, Topic]>): FocusedTopic[] {
  const turns = turnsOf(focus)
  const placeOf = new Map(focus.recent.map((key, place) => [key, bucketOf(place)]))
  const weighed = [...topics].map(([key, topic]) => {
    const chance = foretold(focus, topic) * turns[placeOf.get(key) ?? PLACES.length]
    return { key, label: topic.labels[0]?.[0] ?? key, chance, component: topic.component }
  })
  const total = weighed.reduce((sum, { chance }) => sum + chance, 0)
  return weighed
    .sort((a, b) => b.chance - a.chance || (a.key < b.key ? -1 : 1))
    .map(({ key, label, chance, component }) =>
      ({ key, label, share: total === 0 ? 0 : quantised(chance / total), component }))
}

/** What a record teaches. */
interface Learnt {
  trust: readonly number[]
  met: readonly number[]
  foretold: readonly number[]
}

function learnFrom(focus: Focus, learnt: Learnt, key: string, topic: Topic | undefined): void {
  if (topic === undefined) return
  const place = focus.recent.indexOf(key)
  const met = place < 0 ? PLACES.length : bucketOf(place)
  const expected = learnt.foretold.map(count => count * TURN_KEPT)
  let rest = 1
  for (let i = 0; i < focus.chances.length; i += 1) {
    expected[bucketOf(i)] += focus.chances[i]
    rest -= focus.chances[i]
  }
  expected[PLACES.length] += Math.max(0, rest)
  for (let i = 0; i < expected.length; i += 1) expected[i] = quantised(expected[i])
  learnt.trust = trustAfter(learnt.trust, chancesOf(focus, topic))
  learnt.met = learnt.met.map((count, i) => quantised(count * TURN_KEPT + (i === met ? 1 : 0)))
  learnt.foretold = expected
}

/** How likely the record's topic comes next, the record counted. */
function chanceNow(
  trust: readonly number[], totals: readonly number[], topic: Topic | undefined, at: number,
): number {
  const traces = traced(topic?.traces, topic?.tracedAt ?? at, at)
  let chance = 0
  for (let k = 0; k < HALF_LIVES; k += 1) chance += trust[k] * Math.min(1, traces[k] / totals[k])
  return quantised(chance)
}

/** Trust goes to the half-lives that foretold the topic. */
function trustAfter(trust: readonly number[], chances: readonly number[]): number[] {
  const weighed = chances.map((chance, k) => trust[k] * (chance + SURPRISE))
  const sum = weighed.reduce((all, one) => all + one, 0)
  return weighed.map(one => rounded((1 - SHARED_TRUST) * one / sum + SHARED_TRUST / HALF_LIVES))
}

/** How likely the topic comes next by what each half-life remembers: the same at any later instant. */
function chancesOf({ totals, at }: Focus, { traces, tracedAt }: Topic): number[] {
  const left = fadings(at - tracedAt)
  for (let k = 0; k < HALF_LIVES; k += 1) {
    left[k] = totals[k] === 0 ? 0 : Math.min(1, traces[k] * left[k] / totals[k])
  }
  return left
}

function foretold(focus: Focus, topic: Topic): number {
  const chances = chancesOf(focus, topic)
  let sum = 0
  for (let k = 0; k < HALF_LIVES; k += 1) sum += focus.trust[k] * chances[k]
  return sum
}

/** How much more often than foretold the next topic stood at each place. */
function turnsOf({ met, foretold: expected }: Focus): number[] {
  return met.map((count, i) => (count + TURN_PRIOR) / (expected[i] + TURN_PRIOR))
}

function bucketOf(place: number): number {
  let bucket = 0
  while (bucket < PLACES.length && place >= PLACES[bucket]) bucket += 1
  return bucket
}

/** What each half-life leaves after `elapsedMs`, the shortest first: one power, the others by squaring. */
function fadings(elapsedMs: number): number[] {
  const left = new Array<number>(HALF_LIVES)
  let part = elapsedMs <= 0 ? 1 : 2 ** (-elapsedMs / (LONGEST_DAYS * dayMs))
  for (let k = HALF_LIVES - 1; k >= 0; k -= 1) {
    left[k] = part
    part *= part
    part *= part
  }
  return left
}

function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6
}
