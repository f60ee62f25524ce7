/**
 * Rebalancing: shares of the total, and the priority that follows from a share. Computed at read, written to
 * nothing.
 */
import { quantised, type Component, type Priority } from './component.js'
import { weightAt } from './decay.js'
import { isPinnedAt } from './held.js'

const HIGH_SHARE = 0.15
const MEDIUM_SHARE = 0.08

/** The priority of a share of the total. */
export function priorityOf(share: number): Priority {
  if (share > HIGH_SHARE) return 'high'
  return share > MEDIUM_SHARE ? 'medium' : 'low'
}

/** How much attention it takes to wake a component that last had attention `a`. */
export function activationThreshold(a: number): number {
  return quantised(Math.min(0.9, Math.max(0.1, 0.5 - 0.3 * (a - 0.5))))
}

/** The sum of what all components weigh at `now`. */
export function totalWeightAt(components: Iterable<Component>, now: number, gapMs: number): number {
  let total = 0
  for (const component of components)
    if (component.valid_to === null) total += weightAt(component, now, gapMs)
  return total
}

/** The component with its share of `total` at `now`. What is pinned is high, whatever its share. */
export function withShare(component: Component, total: number, now: number, gapMs: number): Component {
  const share =
    total === 0 || component.valid_to !== null ? 0 : quantised(weightAt(component, now, gapMs) / total)
  const priority = isPinnedAt(component, now) ? 'high' : priorityOf(share)
  return { ...component, normalized_weight: share, priority }
}

/** All components with their shares at `now`, the weightiest first; equal ones by id. */
export function rebalanced(components: readonly Component[], now: number, gapMs: number): Component[] {
  const total = totalWeightAt(components, now, gapMs)
  return components
    .map(component => withShare(component, total, now, gapMs))
    .sort((a, b) => b.normalized_weight - a.normalized_weight || (a.id < b.id ? -1 : 1))
}
