/**
 * What a route is: one row of the edge's table. The HTTP edge serves it, openapi.json describes it; neither
 * knows more.
 *
 * R1  A handler sees only input that fits its schema, from a caller who may (authorise.ts). A
 *     `user_id` in it is the key of that person in the caller's tenant.
 * R2  A handler answers or throws a HinataError; nothing else reaches the app (no stack, no inner message).
 */
import type { Access } from './identity/authorise.js'
import type { Principal } from './identity/principal.js'
import type { Checked, Schema } from './schema/check.js'

/** What a handler is given. */
interface Call<T> {
  readonly input: T
  readonly path: Readonly<Record<string, string>>
  readonly principal: Principal
  readonly requestId: string
  /** Where the request came from. */
  readonly address: string
  /** Aborts when the app goes away. */
  readonly signal: AbortSignal
}

/** What a handler answers: a JSON body, a text, or a stream of text parts. */
export type Answer = { readonly status?: number } & (
  | { readonly json: unknown }
  | { readonly text: string, readonly type: string }
  | { readonly stream: AsyncIterable<string>, readonly type: string }
)

/**
 * One route. `path` uses `:name` for parameters; `input` is the body where the method has one (`hasBody`),
 * else the query.
 */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'delete'
  readonly path: string
  readonly access: Access
  readonly summary: string
  readonly input: Schema | null
  readonly answer: Schema | null
  handle(call: Call<unknown>): Promise<Answer> | Answer
}

/** Whether requests of this route carry their input in a body. */
export function hasBody({ method }: Pick<Route, 'method'>): boolean {
  return method === 'post' || method === 'put'
}

/** Declares a route whose handler is typed by its schema. */
export function route<S extends Schema>(declared: Omit<Route, 'input' | 'handle'> & {
  readonly input: S | null
  handle(call: Call<Checked<S>>): Promise<Answer> | Answer
}): Route {
  return declared
}
