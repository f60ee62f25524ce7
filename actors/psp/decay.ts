/**
 * Fading: what a weight of the past is worth now. Exponential with a half-life per memory, adapted to how
 * often the person writes: what is a week for one who writes daily is a season for one who writes monthly.
 * Computed at read, never by a sweep.
 */
import type { Component, Memory } from './component.js'

const dayMs = 86_400_000

/** Half-life bounds per memory in days, and how many of the person's usual gaps one half-life is. */
const HALF_LIVES: Readonly<
  Record<Memory, { readonly from: number, readonly to: number, readonly gaps: number }>
> = {
  core: { from: 180, to: 720, gaps: 360 },
  working: { from: 7, to: 30, gaps: 20 },
  learning: { from: 90, to: 90, gaps: 90 },
  context: { from: 30, to: 120, gaps: 60 },
}

/** The half-life of a memory in ms, for a person whose records come `gapMs` apart on average. */
export function halfLifeMs(memory: Memory, gapMs: number): number {
  const { from, to, gaps } = HALF_LIVES[memory]
  return Math.min(to, Math.max(from, (gaps * gapMs) / dayMs)) * dayMs
}

/** What is left of `weight` after `elapsedMs`. Time that runs backwards takes nothing away. */
export function fade(weight: number, elapsedMs: number, halfLife: number): number {
  return elapsedMs <= 0 ? weight : weight * 2 ** (-elapsedMs / halfLife)
}

/** What a component weighs at `now`. */
export function weightAt(component: Component, now: number, gapMs: number): number {
  return fade(
    component.total_attention_weight,
    now - component.last_updated,
    halfLifeMs(component.memory, gapMs),
  )
}
