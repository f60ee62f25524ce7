/** Runs in a shard thread: hands calls to the view's module, which keeps its own state in this thread. */
import { move } from 'piscina'
import { HinataError, type ErrorCode, type ErrorDetails } from '../errors/index.js'
import { decodeEmissions, type Emitted } from '../record/emission.js'
import { decodeValue, encodeValue } from '../record/pack.js'
import { movable } from './pool.js'

/** One call to a shard. `packed` holds what the call is about. */
export type ShardTask =
  | { readonly call: 'apply', readonly module: string, readonly packed: Uint8Array }
  | { readonly call: 'query', readonly module: string, readonly packed: Uint8Array }
  | { readonly call: 'restore', readonly module: string, readonly key: string, readonly rows: Uint8Array[] }

/**
 * What a query came to: the view's answer, or its refusal, whose code would not survive the way between
 * threads.
 */
export type QueryOutcome =
  | { readonly answer: unknown }
  | { readonly refusal: { readonly code: ErrorCode, readonly details: ErrorDetails } }

interface Shard {
  apply(emitted: Emitted[]): void
  query(request: unknown): unknown
  restore(key: string, rows: readonly Uint8Array[]): void
}

function answerOf(shard: Shard, request: unknown): QueryOutcome {
  try {
    return { answer: shard.query(request) }
  } catch (thrown) {
    if (!(thrown instanceof HinataError)) throw thrown
    return { refusal: { code: thrown.code, details: thrown.details } }
  }
}

/** The task of every shard thread. */
export default async function runShard(task: ShardTask): Promise<unknown> {
  const shard = await import(task.module) as Shard
  switch (task.call) {
    case 'apply':
      shard.apply(decodeEmissions(task.packed))
      return move(new Uint8Array(0))
    case 'query':
      return move(movable(encodeValue(answerOf(shard, decodeValue(task.packed)))))
    case 'restore':
      shard.restore(task.key, task.rows)
      return move(new Uint8Array(0))
  }
}
