/**
 * What a person, or an app for them, says about what is known: ratings, corrections, pins, removals. Each
 * is a command (commands.ts), and always wins over inference (actors/psp/saying.ts).
 */
import { componentOf } from '../../actors/psp/index.js'
import type { ComponentCommand } from '../../actors/person/commands.js'
import { HinataError } from '../../engine/index.js'
import { commandPerson } from '../commands.js'
import type { Edge } from '../edge.js'
import type { Principal } from '../identity/principal.js'
import { personOf } from '../identity/tenant.js'
import { cellsOf } from '../reading.js'
import { route, type Answer, type Route } from '../route.js'
import { commandAnswer } from '../schema/answers.js'
import { componentAmendment, feedbackRequest, personQuery } from '../schema/requests.js'

/** The ratings that signals stand for: what an app sees of a person who does not rate. */
const ratingOf: Readonly<Record<string, number>> = { helpful: 5, used: 4, ignored: 2, wrong: 1 }

/** Routes about components. */
export function componentRoutes(edge: Edge): Route[] {
  return [feedbackRoute(edge), amendRoute(edge), removeRoute(edge)]
}

function feedbackRoute(edge: Edge): Route {
  return route({
    method: 'post', path: '/api/psp/feedback', access: 'hinata_submit', input: feedbackRequest,
    answer: commandAnswer, summary: 'Says how much a component was worth: a rating, or a signal for one.',
    handle({ input, principal, requestId }) {
      const { user_id: person, component_id: component, signal } = input
      if ((input.rating === undefined) === (signal === undefined)) {
        throw new HinataError('REQUEST_INVALID', { reason: 'give either rating or signal.' })
      }
      const rating = input.rating ?? ratingOf[signal ?? ''] ?? 0
      return obeyed(edge, person, { kind: 'rate', component, rating }, principal, requestId)
    },
  })
}

function amendRoute(edge: Edge): Route {
  return route({
    method: 'put', path: '/api/psp/components/:id', access: 'hinata_submit', input: componentAmendment,
    answer: commandAnswer,
    summary: 'Corrects what a component says, pins it, or makes a removed one hold again.',
    handle({ input, principal, requestId, path: { id: component = '' } }) {
      const { user_id: person, pinned, restore } = input
      const description = input.description?.replace(/\s+/g, ' ').trim()
      if (description === '') throw new HinataError('REQUEST_INVALID', { reason: 'description is blank.' })
      if (description === undefined && pinned === undefined && restore === undefined) {
        throw new HinataError('REQUEST_INVALID', { reason: 'give description, pinned or restore.' })
      }
      return obeyed(edge, person, {
        kind: 'amend', component,
        ...(description === undefined ? {} : { description }),
        ...(pinned === undefined ? {} : { isPinned: pinned }),
        ...(restore === undefined ? {} : { isRestored: true }),
      }, principal, requestId)
    },
  })
}

function removeRoute(edge: Edge): Route {
  return route({
    method: 'delete', path: '/api/psp/components/:id', access: 'hinata_submit', input: personQuery,
    answer: commandAnswer,
    summary: 'Removes a component; evidence that says it again does not bring it back.',
    handle({ input, principal, requestId, path: { id: component = '' } }) {
      return obeyed(edge, input.user_id, { kind: 'remove', component }, principal, requestId)
    },
  })
}

/** Gives a command about a component and answers the component after it. */
async function obeyed(
  edge: Edge, key: string, command: ComponentCommand, principal: Principal, requestId: string,
): Promise<Answer> {
  const { component } = command
  const named = { person: personOf(key), component: component.slice(0, 40) }
  if (componentOf(await cellsOf(edge, key), component, edge.clock.now()) === undefined) {
    throw new HinataError('COMPONENT_UNKNOWN', named)
  }
  const { id, outcome } = await commandPerson(edge, { person: key, command, principal, requestId })
  if (outcome === null) return { status: 202, json: { status: 'accepted', command_id: id, component: null } }
  if (outcome.outcome === 'COMPONENT_UNKNOWN' || outcome.outcome === 'COMPONENT_ENDED') {
    throw new HinataError(outcome.outcome, named)
  }
  const now = componentOf(await cellsOf(edge, key), component, edge.clock.now())
  return { json: { status: outcome.outcome, command_id: id, component: now ?? null } }
}
