/**
 * What a route is: one row of the edge's table. The HTTP edge serves it, openapi.json describes it; neither
 * knows more.
 *
 * R1  A handler sees only input that fits its schema, from a caller who may (authorise.ts, ladder.ts). A
 *     `user_id` in it is the key of that person in the caller's tenant.
 * R2  A handler answers or throws a HinataError; nothing else reaches the app (no stack, no inner message).
 */
import type { Access } from './identity/authorise.js'
import type { Action } from './privacy/ladder.js'
import type { Sight } from './privacy/minimisation.js'
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
  /** How much of the person's records the caller sees; of nobody's, when it names nobody. */
  readonly sight: Sight
  /** Asks the ladder about a person that the request did not name (a job's). Throws what refuses it. */
  readonly reach: (key: string, action: Action) => Promise<Sight>
}

/** What a handler answers: a JSON body, a text, or a stream of text parts. */
export type Answer = { readonly status?: number } & (
  | { readonly json: unknown }
  | { readonly text: string, readonly type: string }
  | { readonly stream: AsyncIterable<string>, readonly type: string }
)

/**
 * One route. `path` uses `:name` for parameters; `input` is the body of a POST or
 * PUT, else the query. */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'delete'
  readonly path: string
  readonly access: Access
  /** What it does with the data of the person that it names, where `actionOf` says it wrongly. */
  readonly action?: Action
  readonly summary: string
  readonly input: Schema | null
  readonly answer: Schema | null
  handle(call: Call<unknown>): Promise<Answer> | Answer
}

/** Whether the input of a route is its body. */
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
