/** What an app may send over the WebSocket, one schema per frame. SPEC section 8. */
import { Type, type Static } from '@sinclair/typebox'

const closed = { additionalProperties: false }
const name = Type.String({ minLength: 1, maxLength: 200 })
const seq = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

/**
 * First frame: who it is. `resume` names the connection that broke, which is then closed if it still lingers.
 */
export const helloFrame = Type.Object({
  type: Type.Literal('hello'),
  token: Type.String({ maxLength: 4_096 }),
  producer: Type.Optional(name),
  resume: Type.Optional(name),
}, closed)

/** A batch. `seq` grows by one per batch of a producer and stays the same when the batch is sent again. */
export const submitFrame = Type.Object({
  type: Type.Literal('submit'),
  seq,
  user_id: Type.String(),
  records: Type.Array(Type.Unknown()),
}, closed)

/** Asks for live updates; `from` is the position of an earlier update, exclusive. */
export const subscribeFrame = Type.Object({
  type: Type.Literal('subscribe'),
  id: name,
  topic: Type.Union(
    [Type.Literal('psp'), Type.Literal('records'), Type.Literal('stats'), Type.Literal('dead')]
  ),
  user_id: Type.Optional(Type.String()),
  from: Type.Optional(Type.String({ pattern: '^\\d{1,15}-\\d{1,15}(:\\d{1,9})?$' })),
}, closed)

/** Ends a subscription. */
export const unsubscribeFrame = Type.Object({ type: Type.Literal('unsubscribe'), id: name }, closed)

/** Asks for a pong. */
export const pingFrame = Type.Object({ type: Type.Literal('ping') }, closed)

/** What an app sends. */
export type AppFrame = Static<typeof helloFrame> | Static<typeof submitFrame> | Static<typeof subscribeFrame>
  | Static<typeof unsubscribeFrame> | Static<typeof pingFrame>

/** Asking for live updates. */
export type SubscribeFrame = Static<typeof subscribeFrame>

/** A batch. */
export type SubmitFrame = Static<typeof submitFrame>

/** The first frame. */
export type HelloFrame = Static<typeof helloFrame>
