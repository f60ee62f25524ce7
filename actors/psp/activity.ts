/**
 * Which components matter now. A state of a component that is computed at read from its times and its share.
 */
import type { Component } from './component.js'

const dayMs = 86_400_000
const UPDATED_MS_MAX = 7 * dayMs
const ACTIVATED_MS_MAX = 3 * dayMs
const UNUSED_MS_MAX = 30 * dayMs

/** active: shape answers with it. dormant: known. archived: unused and light. superseded: was true once. */
export type Activity = 'active' | 'dormant' | 'archived' | 'superseded'

/** The activity of a rebalanced component at `now`. */
export function activityOf(component: Component, now: number): Activity {
  if (component.valid_to !== null && component.valid_to <= now) return 'superseded'
  const { priority, last_updated: updated, last_activated: activated } = component
  if (priority === 'high' || now - updated <= UPDATED_MS_MAX || now - activated <= ACTIVATED_MS_MAX)
    return 'active'
  return priority === 'low' && now - Math.max(updated, activated) > UNUSED_MS_MAX ? 'archived' : 'dormant'
}
