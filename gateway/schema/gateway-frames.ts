/** What the gateway sends over the WebSocket, one schema per frame. SPEC section 8. */
import { Type, type Static } from '@sinclair/typebox'

const closed = { additionalProperties: false }
const code = Type.String({ description: 'A code of docs/ERRORS.md.' })
const seq = Type.Integer({ minimum: 0 })
const position = Type.String({ description: 'A place in the history of a person\'s partition.' })

/** Answers hello: the connection stands. */
export const welcomeFrame = Type.Object({
  type: Type.Literal('welcome'),
  connection: Type.String({ description: 'Its name; a later hello gives it as `resume`.' }),
  credit: Type.Integer({ minimum: 0, description: 'Records that may be unacknowledged.' }),
  durability: Type.String({ description: 'What an acknowledgement promises: memory, fsync or replica.' }),
  limits: Type.Record(Type.String(), Type.Number()),
}, closed)

/** Answers a submit. */
export const ackFrame = Type.Object({
  type: Type.Literal('ack'),
  seq,
  accepted: Type.Integer({ minimum: 0 }),
  duplicates: Type.Integer({ minimum: 0 }),
  rejected: Type.Array(Type.Object({
    index: Type.Integer({ minimum: 0 }), id: Type.Union([Type.String(), Type.Null()]), code,
    message: Type.String(),
  }, closed)),
  durability: Type.String(),
  positions: Type.Array(position, { description: 'Of the accepted records, in their order.' }),
}, closed)

/** Another credit than before. */
export const creditFrame = Type.Object({ type: Type.Literal('credit'), credit: Type.Integer({ minimum: 0 }) },
  closed)

/** A live update of a subscription. */
export const updateFrame = Type.Object({
  type: Type.Literal('update'),
  id: Type.String(),
  position,
  data: Type.Unknown({ description: 'The newest state: a record, a change of the PSP, a letter.' }),
  skipped: Type.Optional(Type.Integer({ minimum: 1,
    description: 'Older states of the same thing that this connection read too slowly to get.' })),
}, closed)

/** A part of the history that was asked for is gone. */
export const gapFrame = Type.Object(
  { type: Type.Literal('gap'), id: Type.String(), from: position, to: position }, closed)

/** Answers ping. */
export const pongFrame = Type.Object({ type: Type.Literal('pong') }, closed)

/** A refusal: of a batch (`seq`), of a subscription (`id`), or of the connection, which then ends. */
export const errorFrame = Type.Object({
  type: Type.Literal('error'),
  code,
  message: Type.String(),
  retryable: Type.Boolean({ description: 'The same may succeed later without being changed.' }),
  seq: Type.Optional(Type.Integer()),
  id: Type.Optional(Type.String()),
  retry_after_ms: Type.Optional(Type.Integer({ minimum: 0, description: 'How long to stay away.' })),
}, closed)

/** Unchangeable through and through. */
type Frozen<T> = T extends readonly (infer Part)[] ? readonly Frozen<Part>[]
  : T extends object ? { readonly [Name in keyof T]: Frozen<T[Name]> } : T

/** What the gateway sends. */
export type GatewayFrame = Frozen<
  Static<typeof welcomeFrame> | Static<typeof ackFrame> | Static<typeof creditFrame>
  | Static<typeof updateFrame> | Static<typeof gapFrame> | Static<typeof pongFrame>
  | Static<typeof errorFrame>>
