/**
 * The commit of a batch: one script, everything or nothing (G2). See lua/commit-batch.lua for the protocol.
 */
import { HinataError } from '../errors/index.js'
import type { EntryId } from '../record/record.js'
import {
  JoinedArgument, loadScript, runScript, type RedisArgument, type RedisConnection, type SentArgument,
} from '../redis/index.js'
import { ownershipArgument, type Ownership } from './lease.js'

/** Fields of one hash to put and to remove. */
export interface HashChange {
  readonly key: string
  readonly puts: RedisArgument[]
  readonly removals: string[]
  /** Everything that the hash holds goes first. */
  readonly isCleared?: boolean
}

/** Everything that one batch changes. */
export interface Commit extends Ownership {
  /** Sequence of the commit before this one. */
  readonly sequence: number
  readonly position: EntryId
  readonly folded: number
  readonly emitted: number
  /** Parts of one block. */
  readonly outputs: readonly Buffer[]
  readonly dead: Buffer[]
  /** Member → due (ms), or null to cancel. */
  readonly timers: ReadonlyMap<string, number | null>
  readonly hashes: readonly HashChange[]
}

/** The keys of one partition that every commit touches. */
export interface CommitKeys {
  readonly checkpoint: string
  readonly outbox: string
  readonly timers: string
  readonly dead: string
  readonly changed: string
}

const commitScript = loadScript('commit-batch')

/** Commits. Throws TASK_FENCED, REDIS_RESTARTED or POSITION_CONFLICT; then nothing was written. */
export async function commitBatch(
  redis: RedisConnection, partition: number, keys: CommitKeys, commit: Commit,
): Promise<void> {
  const names = [keys.checkpoint, keys.outbox, keys.timers, keys.dead, keys.changed]
  const args: SentArgument[] = [ownershipArgument(commit), commit.sequence, commit.position, commit.folded,
    commit.emitted,
    new JoinedArgument(commit.outputs), commit.dead.length, ...commit.dead, commit.timers.size]
  for (const [member, due] of commit.timers) args.push(member, due ?? '')
  for (const hash of commit.hashes) {
    names.push(hash.key)
    const puts = hash.puts.length / 2
    args.push(hash.isCleared ? -1 - puts : puts)
    for (const argument of hash.puts) args.push(argument)
    args.push(hash.removals.length)
    for (const field of hash.removals) args.push(field)
  }
  const [outcome, found] = await runScript(redis, commitScript, names, args) as [Buffer, Buffer]
  if (String(outcome) === 'fenced') {
    if (String(found) === String(commit.epoch)) throw new HinataError('REDIS_RESTARTED', { partition })
    throw new HinataError('TASK_FENCED', { partition, epoch: commit.epoch, found: String(found) })
  }
  if (String(outcome) === 'conflict') {
    throw new HinataError('POSITION_CONFLICT', { partition, expected: commit.sequence, found: String(found) })
  }
}
