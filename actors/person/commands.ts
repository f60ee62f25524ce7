/**
 * Commands: what is said to a person's actor beside the records that it folds. A command is a value of the
 * topic `records`, under the person's key: it has its place among the person's records, goes through the same
 * stage and the same fold, and is replayed with them.
 *
 * C1 A command about a component is obeyed once per id, whatever was sent or redriven again: the actor keeps
 *    its outcome under the id. An id that comes again with other content changes nothing. A command about
 *    tiers says the same however often it is obeyed (tiering.ts).
 * C2 Times come from the log: a command happened at the event time of its entry.
 * C3 The id of a command is no id of a record: in the log it stands behind COMMAND_MARK, which no record's id
 *    can contain.
 */
import { hash } from 'node:crypto'
import type { RecordContent } from '../record/index.js'

/** Somebody says how much a component was worth: 1 (wrong) to 5 (just right). */
export interface RateComponent {
  readonly kind: 'rate'
  readonly component: string
  /** 1..5, also between the whole numbers. */
  readonly rating: number
}

/** Somebody says what a component should say, that it stays, or that it is true again. */
export interface AmendComponent {
  readonly kind: 'amend'
  readonly component: string
  readonly description?: string
  readonly isPinned?: boolean
  /** It was removed or superseded, and holds again. */
  readonly isRestored?: true
}

/** Somebody says that a component is not to be known; evidence does not bring it back. */
export interface RemoveComponent {
  readonly kind: 'remove'
  readonly component: string
}

/** What can be said of a component. */
export type ComponentCommand = RateComponent | AmendComponent | RemoveComponent

/**
 * The system says that ClickHouse has the content of these records: it leaves the state. A record is meant by
 * its id and its position, so that a content that came meanwhile stays.
 */
export interface CoolRecords {
  readonly kind: 'cool'
  readonly records: readonly (readonly [id: string, position: string])[]
}

/** The system brings content back, as it was. */
export interface HeatRecords {
  readonly kind: 'heat'
  readonly records: readonly (readonly [id: string, position: string, content: RecordContent])[]
}

/** What the system says of where content is; nobody else does, and it is not part of what a person told. */
export type TierCommand = CoolRecords | HeatRecords

/** Everything that can be said. A new kind is a member here, and a case in `obey.ts` or `tiering.ts`. */
export type PersonCommand = ComponentCommand | TierCommand

/** The value of the topic `records` that carries a command. */
export interface SubmittedCommand {
  readonly command: PersonCommand
  /** Unique per person: `<app>/<request id>`. */
  readonly id: string
  /** The app that sent it. */
  readonly app: string
  /** When the gateway took it, ms UTC. */
  readonly receivedAt: number
}

/** What became of a command about a component; kept under its id (C1). */
export interface CommandOutcome {
  readonly kind: ComponentCommand['kind']
  readonly fingerprint: string
  /** done: something changed. unchanged: it was so already. Otherwise why not. */
  readonly outcome: 'done' | 'unchanged' | 'COMPONENT_UNKNOWN' | 'COMPONENT_ENDED'
  /** The log's time of its turn, ms UTC. */
  readonly at: number
}

/** Stands before the id of a command where ids of records stand too. */
export const COMMAND_MARK = '\u0001'

/** Tells commands from records. */
export function isCommand(value: unknown): value is SubmittedCommand {
  return typeof value === 'object' && value !== null && 'command' in value
}

/** Tells what the system says of tiers from what somebody says of components. */
export function isTierCommand(command: PersonCommand): command is TierCommand {
  return command.kind === 'cool' || command.kind === 'heat'
}

/** The identity of a command's content. */
export function commandFingerprint(command: PersonCommand): string {
  const parts = Object.entries(command).sort(([a], [b]) => (a < b ? -1 : 1))
  return hash('sha256', JSON.stringify(parts), 'hex')
}
