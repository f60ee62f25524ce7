/** How the system is: for people, for Prometheus, for whoever restarts processes. */
import type { Edge } from '../edge.js'
import { asyncApi } from '../asyncapi.js'
import { apiVersion, openApiOf } from '../openapi.js'
import type { Problem } from '../problems.js'
import { route, type Route } from '../route.js'
import { healthAnswer, statusAnswer } from '../schema/answers.js'

/** Routes about the system. `routes` are described in openapi.json, these included. */
export function systemRoutes(edge: Edge, others: readonly Route[]): Route[] {
  const routes: Route[] = [
    route({
      method: 'get', path: '/health', access: 'open', input: null, answer: healthAnswer,
      summary: 'Healthy means progress: a backlog that does not move is unhealthy.',
      handle() {
        const problems = edge.progress.problems().map(withoutDetail)
        const isHealthy = problems.length === 0
        return {
          status: isHealthy ? 200 : 503, json: { status: isHealthy ? 'healthy' : 'unhealthy', problems },
        }
      },
    }),
    route({
      method: 'get', path: '/ready', access: 'open', input: null, answer: healthAnswer,
      summary: 'Whether this gateway takes requests now.',
      handle() {
        const problems = hindrances(edge)
        const isReady = problems.length === 0
        return { status: isReady ? 200 : 503, json: { status: isReady ? 'ready' : 'not_ready', problems } }
      },
    }),
    route({
      method: 'get', path: '/metrics', access: 'open', input: null, answer: null,
      summary: 'Metrics for Prometheus.',
      async handle() {
        const { lags, nodes } = edge.progress
        const text = await edge.metrics.text({ lags, nodes, problems: edge.progress.problems() })
        return { text, type: edge.metrics.contentType }
      },
    }),
    route({
      method: 'get', path: '/api/status', access: 'open', input: null, answer: statusAnswer,
      summary: 'Nodes, pipelines, lag and problems; to the operator also hot keys and causes.',
      async handle({ principal }) {
        const status = await edge.status()
        if (principal.role === 'operator') return { json: status }
        return { json: { ...status, hot_keys: [], problems: status.problems.map(withoutDetail) } }
      },
    }),
    route({
      method: 'get', path: '/openapi.json', access: 'open', input: null, answer: null,
      summary: 'This description.',
      handle: () => ({ json: description }),
    }),
    route({
      method: 'get', path: '/asyncapi.json', access: 'open', input: null, answer: null,
      summary: 'The WebSocket, described.',
      handle: () => ({ json: socketDescription }),
    }),
  ]
  const description = openApiOf([...others, ...routes])
  const socketDescription = asyncApi(apiVersion)
  return routes
}

/** What a behaviour threw may quote a record: only the operator reads it. */
function withoutDetail({ code, message, fix }: Problem): Problem {
  return { code, message, fix }
}

function hindrances(edge: Edge): Problem[] {
  if (edge.isDraining()) {
    return [{ code: 'STOPPING', message: 'This gateway is draining.', fix: 'Use another gateway.' }]
  }
  if (edge.progress.isReachable) return []
  return [{
    code: 'REDIS_UNREACHABLE', message: 'The log does not answer.', fix: 'Start Redis or give its address.',
  }]
}
