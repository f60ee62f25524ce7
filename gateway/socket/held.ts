/**
 * Whether a frame must wait for a decision of the ladder, and getting it. Reads frames that nobody checked.
 */
import { parsePersonId } from '../../actors/record/index.js'
import type { Edge } from '../edge.js'
import type { Principal } from '../identity/principal.js'
import { keyOf } from '../identity/tenant.js'
import { frameActions, type Action } from '../privacy/ladder.js'

interface Question {
  readonly key: string
  readonly action: Action
}

/** The frame is about a person, and what the person decided is not known without asking. */
export function isUndecided({ decisions }: Edge, principal: Principal | null, frame: unknown): boolean {
  const question = principal === null ? null : questionOf(principal, frame)
  if (principal === null || question === null) return false
  return decisions.known(principal, question.key, question.action) === null
}

/** Asks, so that the decision is known. Throws PRIVACY_UNAVAILABLE. */
export async function learn({ decisions }: Edge, principal: Principal | null, frame: unknown): Promise<void> {
  const question = principal === null ? null : questionOf(principal, frame)
  if (principal === null || question === null) return
  await decisions.decide(principal, question.key, question.action)
}

/** Null when the frame names nobody, or nobody that could be asked about: whoever checks it refuses it. */
function questionOf(principal: Principal, frame: unknown): Question | null {
  if (typeof frame !== 'object' || frame === null) return null
  const { type, topic, user_id: named = principal.person } = frame as Readonly<Record<string, unknown>>
  const name = type === 'submit' ? type
    : type === 'subscribe' && typeof topic === 'string' ? `subscribe ${topic}` : ''
  if (typeof named !== 'string' || !Object.hasOwn(frameActions, name)) return null
  // a person's token about somebody else, and an app without the permission, are refused anyway: no enrolment
  const isRefused = (principal.person !== null && principal.person !== named)
    || (name === 'submit' && !principal.permissions.has('hinata_submit'))
  if (isRefused || 'refusal' in parsePersonId(named)) return null
  return { key: keyOf(principal.tenant, named), action: frameActions[name as keyof typeof frameActions] }
}

/** How many records a frame carries, for the credit. */
export function recordsOf(frame: unknown): number {
  if (typeof frame !== 'object' || frame === null) return 0
  const { records } = frame as { readonly records?: unknown }
  return Array.isArray(records) ? records.length : 0
}

/** Whom a frame names, for the order of what was refused. */
export function userOf(frame: unknown): string | undefined {
  const { user_id: user } = (frame ?? {}) as { readonly user_id?: unknown }
  return typeof user === 'string' ? user : undefined
}
