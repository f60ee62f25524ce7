/**
 * The lease of a partition: exclusive ownership with a rising epoch (G4). Whoever holds the current epoch may
 * commit; the lease only says when another one may take it. A restart of Redis ends every lease: what it
 * lost, nobody may build on.
 */
import type { EntryId } from '../record/record.js'
import { loadScript, runScript, type RedisConnection } from '../redis/index.js'

/** What proves ownership. */
export interface Ownership {
  readonly epoch: number
  /** Names the history of the data that the lease was taken in; a restart of Redis begins another one. */
  readonly history: string
}

/** What the owner of a partition holds, and where its work stood when it took it. */
export interface Lease extends Ownership {
  readonly checkpoint: Checkpoint
}

/** Ownership as scripts take it. */
export function ownershipArgument({ epoch, history }: Ownership): string {
  return `${epoch}@${history}`
}

/** Where the committed work of a partition stands. */
export interface Checkpoint {
  /** Commits so far. */
  readonly sequence: number
  readonly position: EntryId
  /** Records folded and values emitted so far. */
  readonly folded: number
  readonly emitted: number
}

const take = loadScript('take-lease')
const renew = loadScript('renew-lease')
const release = loadScript('release-lease')

/** Takes the lease if it is free, or returns null. */
export async function takeLease(
  redis: RedisConnection, checkpointKey: string, owner: string, leaseMs: number,
): Promise<Lease | null> {
  const reply = await runScript(redis, take, [checkpointKey], [owner, leaseMs]) as
    [number, number, Buffer, number, number, Buffer]
  const [epoch, sequence, position, folded, emitted, history] = reply
  if (epoch < 0) return null
  const checkpoint = { sequence, position: String(position), folded, emitted }
  return { epoch, history: String(history), checkpoint }
}

/** Prolongs it; false when fenced. */
export async function renewLease(
  redis: RedisConnection, checkpointKey: string, lease: Ownership, leaseMs: number,
): Promise<boolean> {
  return await runScript(redis, renew, [checkpointKey], [ownershipArgument(lease), leaseMs]) === 1
}

/** Gives it back. */
export async function releaseLease(
  redis: RedisConnection, checkpointKey: string, lease: Ownership,
): Promise<void> {
  await runScript(redis, release, [checkpointKey], [ownershipArgument(lease)])
}
