/**
 * The telemetry channels: names of `node:diagnostics_channel`, each wrapping one unit of work. Subscribers
 * turn them into metrics, traces and logs; nobody listening costs next to nothing.
 */
import { channel, tracingChannel } from 'node:diagnostics_channel'

/** A commit of one partition. */
export interface CommitSpan {
  readonly partition: number
  readonly records: number
  /** Time of the newest entry, ms UTC. */
  readonly acceptedAt: number
}

/** A batch handed to a sink. */
export interface InsertSpan {
  readonly sink: string
  readonly partition: number
  readonly values: number
}

/** Something changed its state; what an operator wants in the log. Subject first: `partition(7)`. */
export interface StateChange {
  readonly level: 'info' | 'warn' | 'error'
  readonly subject: string
  readonly message: string
}

/** All channels. */
export const channels = {
  commit: tracingChannel<CommitSpan, CommitSpan>('hinata:commit'),
  insert: tracingChannel<InsertSpan, InsertSpan>('hinata:insert'),
  state: channel('hinata:state'),
}

/** Publishes a change of state. */
export function announce(level: StateChange['level'], subject: string, message: string): void {
  if (channels.state.hasSubscribers) channels.state.publish({ level, subject, message } satisfies StateChange)
}
