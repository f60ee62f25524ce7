/**
 * Recommending: records that a person kept some time ago and that matter for what they are busy with now.
 *
 *   what matters now ─▶ aims, each with weight and reason ─▶ one search per aim ─▶ the best of all
 *
 * N1  Nothing is drawn by chance: the same state and the same instant give the same answer.
 * N2  What was kept within FRESH_MS is left out: the person has it in mind.
 * N3  A score is what search says of the record for its aim, times the aim's weight (0..1). A record counts
 *     for the aim that gives it most; no aim has more than half of the places, so that one interest does
 *     not fill the list.
 */
import type { SearchResult } from '../actors/search/index.js'
import { contextFor, type Psp, type Request } from '../actors/psp/index.js'

/** Something that matters now. */
interface Aim {
  readonly query: string
  /** 0..1. */
  readonly weight: number
  readonly reason: string
}

/** A record, and why it comes up. */
export interface Recommendation {
  readonly record: SearchResult
  readonly score: number
  readonly reason: string
}

/** Searches that one answer may take. */
const AIMS_MAX = 6
const FRESH_MS = 86_400_000
/** What is asked for counts most, then goals, what is in focus, interests. */
const WEIGHTS = { now: 1, goal: 0.9, focus: 0.8, interest: 0.7 } as const
const REASONS = {
  now: 'About what you are doing now', goal: 'For your goal', focus: 'About what you are busy with',
  interest: 'About your interest',
} as const

/** What to look for, the weightiest first. */
export function aimsOf(psp: Psp, request: Request | undefined): Aim[] {
  const context = contextFor(psp, request)
  const aims = new Map<string, Aim>()
  const add = (kind: keyof typeof WEIGHTS, query: string): void => {
    const reason = kind === 'now' ? REASONS.now : `${REASONS[kind]}: ${query}`
    if (!aims.has(query)) aims.set(query, { query, weight: WEIGHTS[kind], reason })
  }
  if (request !== undefined) add('now', request.text)
  for (const { description } of context.current_goals) add('goal', description)
  for (const { description } of context.high_priority_focus) add('focus', description)
  for (const { description } of context.core_interests) add('interest', description)
  return [...aims.values()].sort((a, b) => b.weight - a.weight).slice(0, AIMS_MAX)
}

/** The best records of all aims (N2, N3); `found` has what search found for each aim, in their order. */
export function recommendationsOf(
  aims: readonly Aim[], found: readonly (readonly SearchResult[])[], now: number, limit: number,
): Recommendation[] {
  const best = new Map<string, Recommendation & { readonly aim: number }>()
  found.forEach((records, aim) => {
    const { weight, reason } = aims[aim]!
    for (const record of records) {
      if (now - record.event_time < FRESH_MS) continue
      const score = Math.round(record.relevance * weight * 1e4) / 1e4
      if (score > (best.get(record.id)?.score ?? 0)) best.set(record.id, { record, score, reason, aim })
    }
  })
  const ranked = [...best.values()]
    .sort((a, b) => b.score - a.score || (a.record.id < b.record.id ? -1 : 1))
  const placesMax = Math.ceil(limit / 2)
  const places = new Map<number, number>()
  const first = ranked.filter(({ aim }) => {
    const taken = places.get(aim) ?? 0
    places.set(aim, taken + 1)
    return taken < placesMax
  })
  const rest = ranked.filter(one => !first.includes(one))
  return [...first, ...rest].slice(0, limit).sort((a, b) => b.score - a.score)
}
