/**
 * Lua scripts. Each lives in lua/<verb-noun>.lua, whose header lists its keys and arguments. Scripts are sent
 * by digest; a Redis that does not know one yet (restart, failover) gets the source once.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { HinataError } from '../errors/index.js'
import { send, type RedisConnection } from './connection.js'
import type { SentArgument } from './frame.js'

/** A script, ready to run. */
export interface Script {
  readonly name: string
  readonly source: string
  readonly digest: string
}

/** Reads lua/<name>.lua. */
export function loadScript(name: string): Script {
  const source = readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8')
  return { name, source, digest: createHash('sha1').update(source).digest('hex') }
}

/**
 * Runs a script. Order among calls of one connection is kept, except around the first call after a Redis
 * restart.
 */
export async function runScript(
  redis: RedisConnection, script: Script, keys: string[], args: SentArgument[],
): Promise<unknown> {
  const parameters: SentArgument[] = [keys.length, ...keys].concat(args as string[])
  try {
    return await send(redis, 'EVALSHA', [script.digest, ...parameters])
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw typed(error)
    return send(redis, 'EVAL', [script.source, ...parameters]).catch((late: unknown) => { throw typed(late) })
  }
}

/**
 * Redis runs but refuses writes: its disk is full (MISCONF), its memory (OOM), or it is a replica (READONLY).
 * It refuses the first write of a script, so that nothing of it happened.
 */
const refusal = /\b(MISCONF|OOM|READONLY|NOREPLICAS)\b/

function typed(error: unknown): unknown {
  if (!(error instanceof Error) || !refusal.test(error.message)) return error
  return new HinataError('REDIS_REFUSES', { reason: error.message }, { cause: error })
}

/** Makes scripts known to every master ahead of the first call. */
export async function registerScripts(redis: RedisConnection, scripts: Script[]): Promise<void> {
  await Promise.all(redis.masters().map(async key => {
    for (const script of scripts) await send(redis, 'SCRIPT', ['LOAD', script.source], key)
  }))
}
