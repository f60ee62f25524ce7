/**
 * Tenants: who hosts persons and apps. A tenant is carried inside the two names that go everywhere, so that
 * logs, states, indexes, outboxes, rows and metrics are apart without knowing of tenants:
 *
 *   person   default: ada            acme: acme␟ada         (␟ = U+001F, which no person's id may contain)
 *   app      default: app_k3f…       acme: acme.app_k3f…    (we make these ids; none contains a dot)
 *
 * T1  Keys of the default tenant are the bare ids, as they were before there were tenants.
 * T2  No id that an app may send is a key of another tenant: `isPrintableId` refuses the mark.
 * T3  A key is made when a request is let in and taken apart when an answer leaves, nowhere else.
 */

/** Where everything lives that names no tenant. */
export const defaultTenant = 'default'

const mark = '\u001f'

/** The person's key in the engine. */
export function keyOf(tenant: string, person: string): string {
  return tenant === defaultTenant ? person : tenant + mark + person
}

/** The person's id as apps of the tenant know it. */
export function personOf(key: string): string {
  return key.slice(key.indexOf(mark) + 1)
}

/** The tenant of a person's key. */
export function tenantOf(key: string): string {
  const end = key.indexOf(mark)
  return end < 0 ? defaultTenant : key.slice(0, end)
}

/** An app's id in its tenant. */
export function appIdIn(tenant: string, name: string): string {
  return tenant === defaultTenant ? name : `${tenant}.${name}`
}

/** The tenant of an app's id. */
export function tenantOfApp(appId: string): string {
  const end = appId.indexOf('.')
  return end < 0 ? defaultTenant : appId.slice(0, end)
}
