/**
 * Focus: which of a person's topics come next. One half-life fits nobody: some return to a topic for days,
 * some for years, and the same person changes. So a topic is counted with four half-lives at once, and how
 * much each of them tells is learnt from the person's own records, one after the other:
 *
 *   score(topic)  = Σ weight_k × ln(share_k + SURPRISE) + turn(how recently it was the topic)
 *   chance(topic) = e^score / Σ e^score over all topics
 *
 * share_k is the topic's part of everything that half-life k remembers. `turn` says whether a person stays
 * with what they just wrote about, or turns to another, and to which. Both follow the gradient of the
 * logarithm of the chance that a record's topic had before it (logistic regression, one step per record):
 * nothing is tuned per person, and nothing is kept but the numbers below.
 *
 * F1 A record is foretold from what was before it, then learnt from: once, and in the order of events.
 * F2 Bounded: HALF_LIVES numbers per topic, RECENT_MAX topics in the order of their last record.
 * F3 A record costs the same whatever is known: of all topics only its own and the recent ones are read. The
 *    others are learnt from as one, which has what the recent ones leave of each share: by Hölder's
 *    inequality as likely as all of them together when none stands out.
 * F4 A record that arrives late is counted where it belongs, and nothing is learnt from it.
 */
import { quantised } from './component.js'
import type { Topic } from './topic.js'

/** What is learnt about how the person's topics follow each other. */
export interface Focus {
  /** How much each half-life tells; 0 or more. */
  readonly weights: readonly number[]
  /** Per place among the recent, see PLACES: how much likelier a topic is there, as a logarithm. */
  readonly turns: readonly number[]
  /** Faded sums over all topics, as of `at`. */
  readonly totals: readonly number[]
  /** Event time of the newest record, ms UTC. */
  readonly at: number
  /** Keys of the topics, the newest first. */
  readonly recent: readonly string[]
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
/** A share that is as good as none: what a half-life does not expect happens this often. */
const SURPRISE = 0.005
/** Places of the last topic, the one before, the third; then ever more together, and all older ones. */
const PLACES = [1, 2, 3, 4, 6, 8, 12, 16, 24]
const RECENT_MAX = 24
/** How far one record moves what is learnt. */
const WEIGHT_STEP = 0.005
const TURN_STEP = 0.04

/** Of a person whose topics are unknown. */
export const newFocus: Focus = {
  weights: new Array<number>(HALF_LIVES).fill(1 / HALF_LIVES),
  turns: new Array<number>(PLACES.length + 1).fill(0),
  totals: new Array<number>(HALF_LIVES).fill(0),
  at: 0,
  recent: [],
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
 * The focus after a record about the topics `keys`; `topicOf` has the topics as they were before it (F1).
 */
export function focusAfter(
  focus: Focus, keys: readonly string[], topicOf: (key: string) => Topic | undefined, at: number,
): Focus {
  const left = fadings(Math.abs(at - focus.at))
  if (at < focus.at) {
    return { ...focus, totals: focus.totals.map((total, k) => quantised(total + keys.length * left[k])) }
  }
  const learnt = learntFrom(focus, keys.filter(key => topicOf(key) !== undefined), topicOf)
  const totals = focus.totals.map((total, k) => quantised(total * left[k] + keys.length))
  const older = focus.recent.filter(key => !keys.includes(key))
  return { ...learnt, totals, at, recent: [...keys, ...older].slice(0, RECENT_MAX) }
}

/** The topics that come next, the likeliest first; equal ones by key. */
export function focusOf(focus: Focus, topics: Iterable<readonly [string, Topic]>): FocusedTopic[] {
  const placeOf = new Map(focus.recent.map((key, place) => [key, bucketOf(place)]))
  const scored = [...topics].map(([key, topic]) => {
    const chance = Math.exp(scoreOf(focus, logsOf(sharesOf(focus, topic)), placeOf.get(key) ?? PLACES.length))
    return { key, label: topic.labels[0]?.[0] ?? key, chance, component: topic.component }
  })
  const total = scored.reduce((sum, { chance }) => sum + chance, 0)
  return scored
    .sort((a, b) => b.chance - a.chance || (a.key < b.key ? -1 : 1))
    .map(({ key, label, chance, component }) =>
      ({ key, label, share: total === 0 ? 0 : quantised(chance / total), component }))
}

/** What may come next, as learning sees it: a recent topic, or all older ones together. */
interface Candidate {
  readonly logs: readonly number[]
  readonly place: number
}

/** One step along the gradient for each of the record's topics. */
function learntFrom(
  focus: Focus, keys: readonly string[], topicOf: (key: string) => Topic | undefined,
): Pick<Focus, 'weights' | 'turns'> {
  if (keys.length === 0) return { weights: focus.weights, turns: focus.turns }
  const candidates = candidatesOf(focus, topicOf)
  const chances = candidates.map(({ logs, place }) => Math.exp(scoreOf(focus, logs, place)))
  const total = chances.reduce((sum, chance) => sum + chance, 0)
  const weights = [...focus.weights]
  const turns = [...focus.turns]
  const older = candidates.length - 1
  for (const key of keys) {
    const at = focus.recent.indexOf(key)
    candidates.forEach(({ logs, place }, i) => {
      const missed = (i === (at < 0 ? older : at) ? 1 : 0) - chances[i] / total
      turns[place] += TURN_STEP * missed
      for (let k = 0; k < HALF_LIVES; k += 1) weights[k] += WEIGHT_STEP * missed * logs[k]
    })
  }
  return { weights: weights.map(weight => rounded(Math.max(0, weight))), turns: turns.map(rounded) }
}

/** The recent topics in their order, then the older ones as one (F3). */
function candidatesOf(focus: Focus, topicOf: (key: string) => Topic | undefined): Candidate[] {
  const rest = new Array<number>(HALF_LIVES).fill(1)
  const candidates = focus.recent.map((key, place) => {
    const topic = topicOf(key)
    const shares = topic === undefined ? nothing : sharesOf(focus, topic)
    for (let k = 0; k < HALF_LIVES; k += 1) rest[k] = Math.max(0, rest[k] - shares[k])
    return { logs: logsOf(shares), place: bucketOf(place) }
  })
  return [...candidates, { logs: logsOf(rest), place: PLACES.length }]
}

const nothing: readonly number[] = new Array<number>(HALF_LIVES).fill(0)

/** The topic's part of what each half-life remembers: the same at any later instant. */
function sharesOf({ totals, at }: Focus, { traces, tracedAt }: Topic): number[] {
  const left = fadings(at - tracedAt)
  for (let k = 0; k < HALF_LIVES; k += 1) {
    left[k] = totals[k] === 0 ? 0 : Math.min(1, traces[k] * left[k] / totals[k])
  }
  return left
}

function logsOf(shares: readonly number[]): number[] {
  return shares.map(share => Math.log(share + SURPRISE))
}

function scoreOf({ weights, turns }: Focus, logs: readonly number[], place: number): number {
  let score = turns[place]
  for (let k = 0; k < HALF_LIVES; k += 1) score += weights[k] * logs[k]
  return score
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
