export {
  actor, defaultSupervision, output, type ActorType, type Output, type Receiver, type Supervision,
  type TableReads, type EmitOptions, type TellOptions, type TimerDue, type TurnContext, type TypedActor,
} from './actor.js'
export { unmarkedRow, upcastRow, type Schema, type SchemaDeclaration, type StoredFields } from './schema.js'
export { Activation, FieldChanges } from './activation.js'
export { Effects, TurnRunner, type Told, type TurnCause } from './turn.js'
