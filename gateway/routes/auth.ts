/** Tokens of persons, and the keys that sign them. */
import type { Edge } from '../edge.js'
import { personOf } from '../identity/tenant.js'
import { route, type Route } from '../route.js'
import { jwksAnswer, revokedAnswer, signingKeyAnswer, userTokenAnswer } from '../schema/answers.js'
import { signingKeyRotation, tokenRevocation, userTokenRequest } from '../schema/requests.js'

/** Routes about tokens. */
export function authRoutes(edge: Edge): Route[] {
  return [tokenRoute(edge), revokeRoute(edge), rotateRoute(edge), keysRoute(edge)]
}

function tokenRoute({ identity, limits }: Edge): Route {
  return route({
    method: 'post', path: '/api/auth/user-token', access: 'app', input: userTokenRequest,
    answer: userTokenAnswer,
    summary: 'A token for one person, who may through it what the app may, about themself.',
    async handle({ input, principal }) {
      const expiresIn = input.expires_in ?? Math.round(limits.tokenMsDefault / 1_000)
      const token = await identity.userTokens.issue(personOf(input.user_id), principal, expiresIn)
      return { json: { token, token_type: 'Bearer', expires_in: expiresIn } }
    },
  })
}

function revokeRoute({ identity }: Edge): Route {
  return route({
    method: 'post', path: '/api/auth/revoke', access: 'admin', input: tokenRevocation, answer: revokedAnswer,
    summary: 'Ends all tokens of a person that were made so far, whoever made them.',
    async handle({ input, principal }) {
      await identity.userTokens.revoke(principal.tenant, personOf(input.user_id))
      await identity.changed()
      return { json: { status: 'revoked' } }
    },
  })
}

function rotateRoute({ identity }: Edge): Route {
  return route({
    method: 'post', path: '/api/auth/rotate-signing-key', access: 'operator', input: signingKeyRotation,
    answer: signingKeyAnswer,
    summary: 'A new key signs tokens from now on; what the present one signed holds until it ends.',
    async handle({ input }) {
      const kid = await identity.signingKeys.rotate()
      if (input.revoke === true) await identity.signingKeys.revokeRetired()
      await identity.changed()
      return { json: { kid } }
    },
  })
}

function keysRoute({ identity }: Edge): Route {
  return route({
    method: 'get', path: '/.well-known/jwks.json', access: 'open', input: null, answer: jwksAnswer,
    summary: 'The public keys that verify tokens of persons.',
    handle: async () => ({ json: await identity.signingKeys.jwks() }),
  })
}
