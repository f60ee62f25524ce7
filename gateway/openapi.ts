/** openapi.json (3.1), made from the route table: what is served is what is described. */
import type { Access } from './identity/authorise.js'
import { hasBody, type Route } from './route.js'
import { errorAnswer, healthAnswer } from './schema/answers.js'
import type { Schema } from './schema/check.js'

/** The version of both descriptions. */
export const apiVersion = '0.1.0'

/** The description of these routes. */
export function openApiOf(routes: readonly Route[]): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method]: operationOf(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Hinata', version: apiVersion,
      description: 'Turns what a person highlights, notes and tags into a living personal system prompt.',
    },
    paths,
    components: {
      schemas: { Error: errorAnswer },
      securitySchemes: {
        appKey: { type: 'http', scheme: 'bearer', description: 'An app key, byo_…, or a person\'s JWT' },
      },
    },
  }
}

function operationOf(route: Route): Readonly<Record<string, unknown>> {
  const isBody = hasBody(route)
  return {
    summary: route.summary,
    operationId: operationIdOf(route),
    ...securityOf(route.access),
    'x-access': route.access,
    parameters: [
      ...pathParameters(route.path), ...(isBody || route.input === null ? [] : queryParameters(route.input)),
    ],
    ...(isBody && route.input !== null ? bodyOf(route.input) : {}),
    responses: {
      '2XX': { description: 'The answer.', ...(route.answer === null ? {}
        : { content: json(route.answer) }) },
      ...(route.answer === healthAnswer ? { 503: { description: 'No.', content: json(route.answer) } } : {}),
      default: {
        description: 'A refusal or a failure.', content: json({ $ref: '#/components/schemas/Error' }),
      },
    },
  }
}

function bodyOf(schema: Schema): Readonly<Record<string, unknown>> {
  return { requestBody: { required: true, content: json(schema) } }
}

function operationIdOf({ method, path }: Route): string {
  return method + path.replace(/[^a-zA-Z0-9]+(\w?)/g, (_, first: string) => first.toUpperCase())
}

function securityOf(access: Access): Readonly<Record<string, unknown>> {
  if (access === 'open') return { security: [] }
  const isRole = access === 'app' || access === 'known' || access === 'owner' || access === 'operator'
  return { security: [{ appKey: isRole ? [] : [access] }] }
}

function pathParameters(path: string): unknown[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name, in: 'path', required: true, schema: { type: 'string' },
  }))
}

function queryParameters(schema: Schema): unknown[] {
  const { properties, required = [] } = schema as Schema & {
    properties: Record<string, unknown>, required?: string[],
  }
  return Object.entries(properties).map(([name, property]) => ({
    name, in: 'query', required: required.includes(name), schema: property,
  }))
}

function json(schema: unknown): Readonly<Record<string, unknown>> {
  return { 'application/json': { schema } }
}
