/** Registration of apps. */
import type { Edge } from '../edge.js'
import { route, type Route } from '../route.js'
import { registrationAnswer } from '../schema/answers.js'
import { registration } from '../schema/requests.js'

/** Routes about apps. */
export function appRoutes(edge: Edge): Route[] {
  return [
    route({
      method: 'post', path: '/api/apps/register', access: 'open', input: registration,
      answer: registrationAnswer,
      summary: 'Registers an app and shows its key, once.',
      async handle({ input, principal }) {
        const { appId, apiKey, granted } = await edge.apps.register(input, principal)
        return {
          status: 201,
          json: {
            status: 'registered', app_id: appId, api_key: apiKey, granted_permissions: granted,
            rate_limit: null, // none is in force
          },
        }
      },
    }),
  ]
}
