/**
 * A receiver: what takes records from apps and keeps them. Each is started in a process of its own on an
 * empty Redis, acknowledges a message when its records are in Redis, and proves afterwards what it has kept.
 */

/** What is kept: how many records, and the sum of their numbers (an id is `n<number>`). */
export interface Stored {
  readonly records: number
  readonly sum: number
}

/** A receiver that runs. */
export interface RunningReceiver {
  readonly url: string
  /** Of `Authorization: Bearer`, and of the hello frame. */
  readonly token: string
  stored(): Promise<Stored>
}

/** A receiver. */
export interface Receiver {
  start(redisUrl: string): Promise<RunningReceiver>
}

/** How messages look, the same for all receivers. */
export const paths = { socket: '/ws', submit: '/api/hinata/submit' } as const

/** The number in a record's id. */
export function numberOfId(id: string): number {
  return Number(id.slice(1))
}
