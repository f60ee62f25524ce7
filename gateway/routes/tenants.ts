/** Tenants: made by the operator, then administered by themselves. */
import { HinataError } from '../../engine/index.js'
import type { Edge } from '../edge.js'
import { defaultTenant } from '../identity/tenant.js'
import { route, type Route } from '../route.js'
import { tenantAnswer, tenantsAnswer } from '../schema/answers.js'
import { tenantRequest } from '../schema/requests.js'

/** Routes about tenants. */
export function tenantRoutes(edge: Edge): Route[] {
  const { registry } = edge.client
  return [
    route({
      method: 'post', path: '/api/tenants', access: 'operator', input: tenantRequest, answer: tenantAnswer,
      summary: 'Makes a tenant and shows the key of its administrator, once.',
      async handle({ input: { tenant } }) {
        if (tenant === defaultTenant || await registry.get('tenant', tenant) !== null) {
          throw new HinataError('TENANT_EXISTS', { tenant })
        }
        const { appId, apiKey } = await edge.identity.apps.registerAdministrator(tenant)
        await registry.put('tenant', tenant, { administrator: appId, made_at: edge.clock.now() })
        return { status: 201, json: { tenant, app_id: appId, api_key: apiKey } }
      },
    }),
    route({
      method: 'get', path: '/api/tenants', access: 'operator', input: null, answer: tenantsAnswer,
      summary: 'All tenants.',
      async handle() {
        const made = await registry.list('tenant')
        return { json: { tenants: [defaultTenant, ...made.map(([tenant]) => tenant)] } }
      },
    }),
  ]
}
