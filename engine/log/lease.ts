/**
 * The lease of a partition: exclusive ownership with a rising epoch (G4). Whoever holds the current epoch may
 * commit; the lease only says when another one may take it.
 */
import type { EntryId } from '../record/record.js'
import { loadScript, runScript, type RedisConnection } from '../redis/index.js'

/** What the owner of a partition holds, and where its work stood when it took it. */
export interface Lease {
  readonly epoch: number
  readonly checkpoint: Checkpoint
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
    [number, number, Buffer, number, number]
  const [epoch, sequence, position, folded, emitted] = reply
  return epoch < 0 ? null : { epoch, checkpoint: { sequence, position: String(position), folded, emitted } }
}

/** Prolongs it; false when fenced. */
export async function renewLease(
  redis: RedisConnection, checkpointKey: string, epoch: number, leaseMs: number,
): Promise<boolean> {
  return await runScript(redis, renew, [checkpointKey], [epoch, leaseMs]) === 1
}

/** Gives it back. */
export async function releaseLease(
  redis: RedisConnection, checkpointKey: string, epoch: number,
): Promise<void> {
  await runScript(redis, release, [checkpointKey], [epoch])
}
