/** What is known about a person: the context for a request, and the whole PSP. */
import { contextFor, pspOf, type ComponentJson, type PspContext } from '../../actors/psp/index.js'
import type { Edge } from '../edge.js'
import { personOf } from '../identity/tenant.js'
import { instantOf } from '../instant.js'
import { cellsOf, pspNow, requestFor, scopeOf } from '../reading.js'
import { route, type Route } from '../route.js'
import { contextAnswer, pspAnswer } from '../schema/answers.js'
import { contextRequest, currentQuery } from '../schema/requests.js'

/** A component in few words. */
interface BriefComponent {
  readonly id: string
  readonly type: string
  readonly description: string
  readonly confidence: number
  readonly priority: string
}

const memoryOfList: Readonly<Record<string, string>> = {
  core_interests: 'core', personal_values: 'core', current_goals: 'working', work_context: 'working',
  learning_preferences: 'learning', communication_style: 'context',
}

/** Routes about the PSP. */
export function pspRoutes(edge: Edge): Route[] {
  return [
    route({
      method: 'post', path: '/api/psp/context', access: 'psp_context', input: contextRequest,
      answer: contextAnswer,
      summary: 'The few components of a person that matter for a request.',
      async handle({ input, principal }) {
        const psp = await pspNow(edge, input.user_id, principal)
        const context = contextFor(psp, await requestFor(edge, psp, input.current_request))
        const { active_components_count: active, last_updated: updated } = context
        const shown = input.include_details === true ? { ...context } : briefContext(context)
        const narrowed = narrow(shown, input.context_type ?? 'all')
        return { json: { context: narrowed, last_updated: updated, active_components_count: active } }
      },
    }),
    route({
      method: 'get', path: '/api/psp/current', access: 'psp_read', input: currentQuery, answer: pspAnswer,
      summary: 'The whole PSP of a person, now or as of an instant.',
      async handle({ input, principal }) {
        const scope = scopeOf(input.scope ?? 'account', input.app_id, principal)
        const asOf = input.as_of === undefined ? {} : { asOf: instantOf('as_of', input.as_of) }
        const cells = await cellsOf(edge, input.user_id)
        return {
          json: {
            user_id: personOf(input.user_id), ...pspOf(cells, { now: edge.clock.now(), scope, ...asOf }),
          },
        }
      },
    }),
  ]
}

/** The context with its components in few words. */
export function briefContext(context: PspContext): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(context).map(([name, value]) =>
    [name, Array.isArray(value) ? value.map(component => brief(component as ComponentJson)) : value]))
}

/** The context without the lists of other memories; what is in focus or relevant stays. */
function narrow(
  context: Readonly<Record<string, unknown>>, memory: string
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(context).filter(([name]) => memory === 'all' || (memoryOfList[name] ?? memory) === memory)
  )
}

function brief({ id, type, description, confidence, priority }: ComponentJson): BriefComponent {
  return { id, type, description, confidence, priority }
}
