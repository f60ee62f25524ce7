/**
 * Which allowances a caller's requests and records are taken from: the app's for one person, and the app's
 * altogether. Both are of one group, so that one call takes from both.
 */
import type { Allowance } from '../../engine/index.js'
import type { Principal } from '../identity/principal.js'
import type { GatewayLimits } from '../limits.js'

/** The short window, in ms. */
export const minuteMs = 60_000

/** The long window, in ms. */
export const hourMs = 3_600_000

/** What is counted. */
export type Counted = 'requests' | 'records'

/** The allowances of an app and of one person through it; `key` is null when a request is about nobody. */
export function allowancesOf(
  counted: Counted, { appId }: Principal, key: string | null, limits: GatewayLimits,
): readonly [ofPerson: Allowance, ofApp: Allowance] {
  const isRequests = counted === 'requests'
  const ofPerson = isRequests ? [limits.requestsPerMinuteMax, limits.requestsPerHourMax]
    : [limits.recordsPerMinuteMax, limits.recordsPerHourMax]
  const ofApp = isRequests ? [limits.appRequestsPerMinuteMax, limits.appRequestsPerHourMax]
    : [limits.appRecordsPerMinuteMax, limits.appRecordsPerHourMax]
  const group = `${counted} ${appId}`
  return [
    { group, name: `person:${key ?? ''}`, windows: windowsOf(ofPerson) },
    { group, name: 'app', windows: windowsOf(ofApp) },
  ]
}

/** Whether this caller's requests or records are counted: not those of administrators, and not at 0. */
export function isCounted(counted: Counted, { role }: Principal, limits: GatewayLimits): boolean {
  if (role !== 'app' && role !== 'person') return false
  return (counted === 'requests' ? limits.requestsPerHourMax : limits.recordsPerHourMax) > 0
}

function windowsOf([perMinute = 0, perHour = 0]: readonly number[]): Allowance['windows'] {
  return [{ most: perMinute, ms: minuteMs }, { most: perHour, ms: hourMs }]
}
