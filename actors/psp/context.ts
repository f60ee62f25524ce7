/**
 * The context for a request: the few components of each kind that matter now. SPEC section 4 gives the
 * limits.
 */
import { VISITED_SLOT, type ComponentType } from './component.js'
import { isPinnedAt } from './held.js'
import { relevanceTo, type Request } from './request.js'
import {
  activeCount,
  componentJson,
  lastUpdated,
  type ComponentJson,
  type CurrentComponent,
  type Psp,
} from './view.js'

/** The answer of POST /api/psp/context. */
export interface PspContext {
  readonly core_interests: readonly ComponentJson[]
  readonly personal_values: readonly ComponentJson[]
  readonly current_goals: readonly ComponentJson[]
  readonly learning_preferences: readonly ComponentJson[]
  readonly communication_style: readonly ComponentJson[]
  readonly work_context: readonly ComponentJson[]
  readonly high_priority_focus: readonly ComponentJson[]
  /** By similarity to the request. */
  readonly relevant_context: readonly (ComponentJson & { readonly relevance: number })[]
  readonly active_components_count: number
  readonly last_updated: string | null
}

const LIMITS: Readonly<Record<ComponentType | 'focus' | 'relevant', number>> = {
  core_interest: 5,
  personal_value: 3,
  current_goal: 3,
  learning_preference: 3,
  communication_style: 2,
  work_context: 3,
  focus: 3,
  relevant: 5,
}
/** Relevance counts twice as much as weight once there is a request. */
const RELEVANCE_WEIGHT = 2
const RELEVANCE_MIN = 0.1
/** A topic that comes next less often than this is none to name first. */
const FOCUS_SHARE_MIN = 0.1
/** A page that is often visited weighs much; what the person says about their work comes first. */
const VISITED_SHARE = 0.1

/** Composes the context; without a request, by weight alone. */
export function contextFor(psp: Psp, request?: Request): PspContext {
  const known = psp.components
  const heaviest = Math.max(1e-9, ...known.map(({ weight }) => weight))
  const ranked = known
    .map(component => {
      const relevance = relevanceTo(request, component)
      const share = component.claim.slot.startsWith(VISITED_SLOT) ? VISITED_SHARE : 1
      return {
        component,
        relevance,
        score: importanceOf(component, heaviest, share, psp.at) + RELEVANCE_WEIGHT * relevance,
      }
    })
    .sort((a, b) => b.score - a.score)
  const top = (type: ComponentType): ComponentJson[] =>
    ranked
      .filter(({ component }) => component.type === type)
      .slice(0, LIMITS[type])
      .map(({ component }) => componentJson(component))
  return {
    core_interests: top('core_interest'),
    personal_values: top('personal_value'),
    current_goals: top('current_goal'),
    learning_preferences: top('learning_preference'),
    communication_style: top('communication_style'),
    work_context: top('work_context'),
    high_priority_focus: foremostOf(psp).map(componentJson),
    relevant_context: ranked
      .filter(({ relevance }) => relevance >= RELEVANCE_MIN)
      .sort((a, b) => b.relevance - a.relevance)
      .slice(0, LIMITS.relevant)
      .map(({ component, relevance }) => ({
        ...componentJson(component),
        relevance: Math.round(relevance * 1e4) / 1e4,
      })),
    active_components_count: activeCount(psp),
    last_updated: lastUpdated(psp),
  }
}

/** Its share of the heaviest; what is pinned counts as the heaviest. */
function importanceOf(component: CurrentComponent, heaviest: number, share: number, at: number): number {
  return isPinnedAt(component, at) ? 1 : (share * component.weight) / heaviest
}

/**
 * What the person is busy with now: the topics that come next, if they are likely enough; then what weighs
 * most of all, active and not low.
 */
function foremostOf({ components, focus }: Psp): CurrentComponent[] {
  const known = new Map(components.map(component => [component.id, component]))
  const next = focus.flatMap(({ component, share }) =>
    share >= FOCUS_SHARE_MIN ? known.get(component) ?? [] : [])
  const heavy = components.filter(({ priority, activity }) => priority !== 'low' && activity === 'active')
  return [...new Set([...next, ...heavy])].slice(0, LIMITS.focus)
}
