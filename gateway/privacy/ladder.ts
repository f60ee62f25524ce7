/**
 * The ladder: whether somebody may do something with the data of a person. SPEC section 10. One function;
 * every read and write of a person's data over HTTP and WebSocket asks it, after `authorise` has said that
 * the caller's credential is good for it. The first rung that has an answer decides; none: no.
 *
 *   D1   tenant         the person is of another tenant, or nobody calls           no
 *   D2   owner          the person, vouched for by more than an ordinary app       yes
 *   D3   operator       who holds the configured key could read the disk as well   yes
 *   D4   blocked        the person blocked the app                                 no
 *   D5   consent        it makes the PSP personal, and there is no consent         no
 *   D6   allowed        the person allowed the app                                 yes
 *   D7   custom         the person said of the app: may read, may write            as they said
 *   D8   administrator  of the person's tenant                                     yes
 *   D9   policy         strict: nothing; balanced: read; permissive: everything
 *   D10  enrolled       balanced: an app writes that wrote before the person stated a policy
 *
 * A token that an ordinary app made for a person is judged as that app: it may never more than its app
 * (user-tokens.ts, U1), or any app could make itself everybody's owner.
 *
 * D10 keeps the first ten minutes short: until a person states a policy, an app that was registered for
 * submitting is enrolled by its first write. The enrolment stands in the person's preferences; a stated
 * policy ends further ones, blocking an app or a custom permission ends that one, strict ends them all.
 */
import type { Access } from '../identity/authorise.js'
import type { Principal } from '../identity/principal.js'
import { tenantOf } from '../identity/tenant.js'
import type { Preferences } from './preferences.js'

/** Apps that enrol themselves with one person: far more than anybody uses, and an end for whoever tries. */
const enrolledAppsMax = 256

/** What is done: reading records, using what is known about the person, writing. */
export type Action = 'read' | 'personalize' | 'write'

/** Where a decision was made. */
export type Rung = 'tenant' | 'owner' | 'operator' | 'blocked' | 'consent' | 'allowed' | 'custom'
  | 'administrator' | 'policy' | 'enrolled'

/** A decision. `isFirstWrite`: it holds once the app is enrolled. */
export interface Decision {
  readonly isAllowed: boolean
  readonly rung: Rung
  readonly isFirstWrite?: boolean
  /** What it rests on; null when the caller is bound by nothing that the person says. */
  readonly preferences: Preferences | null
}

/** What a route that names a person does with their data; null: it administers, which is not the ladder's. */
export function actionOf(access: Access, method: string): Action | null {
  switch (access) {
    case 'open': case 'app': case 'admin': case 'operator': case 'owner': return null
    case 'hinata_submit': return 'write'
    default: break
  }
  if (method === 'put' || method === 'delete') return 'write'
  return access === 'psp_read' || access === 'psp_context' || access === 'enhancement_access' ? 'personalize'
    : 'read'
}

/** What the frames of a WebSocket do. */
export const frameActions = {
  submit: 'write', 'subscribe psp': 'personalize', 'subscribe records': 'read', 'subscribe dead': 'read',
} as const satisfies Readonly<Record<string, Action>>

/** The decision; null when it needs preferences and none were given. */
export function decide(
  principal: Principal, key: string, action: Action, preferences: Preferences | null,
): Decision | null {
  const { role, appId } = principal
  if (role === 'nobody' || tenantOf(key) !== principal.tenant) return fixed.tenant // D1
  if (principal.isOwner) return fixed.owner // D2; authorise saw that they name themself
  if (role === 'operator') return fixed.operator // D3
  if (preferences === null) return null
  const decided = (isAllowed: boolean, rung: Rung): Decision => ({ isAllowed, rung, preferences })
  if (preferences.blockedApps.has(appId)) return decided(false, 'blocked') // D4
  const isPersonal = action === 'personalize'
  if (isPersonal && !preferences.consents.personalization) return decided(false, 'consent') // D5
  if (preferences.allowedApps.has(appId)) return decided(true, 'allowed') // D6
  const custom = preferences.customPermissions.get(appId)?.[action === 'write' ? 'write' : 'read']
  if (custom !== undefined) return decided(custom, 'custom') // D7
  if (role === 'administrator') return decided(true, 'administrator') // D8
  if (action !== 'write') return decided(preferences.policy !== 'strict', 'policy') // D9
  if (preferences.policy !== 'balanced') return decided(preferences.policy === 'permissive', 'policy')
  if (preferences.enrolledApps.has(appId)) return decided(true, 'enrolled') // D10
  if (preferences.isPolicyStated) return decided(false, 'policy')
  if (preferences.enrolledApps.size >= enrolledAppsMax) return decided(false, 'enrolled')
  return { ...decided(true, 'enrolled'), isFirstWrite: true }
}

const fixed = {
  tenant: { isAllowed: false, rung: 'tenant', preferences: null },
  owner: { isAllowed: true, rung: 'owner', preferences: null },
  operator: { isAllowed: true, rung: 'operator', preferences: null },
} as const satisfies Readonly<Record<string, Decision>>
