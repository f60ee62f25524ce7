/**
 * Connections to Redis. One connection per role (reader, committer, appender), so that a blocking read never
 * delays a commit. Commands go out in the order of the calls; a command whose reply was lost is sent again
 * after the reconnection, which is safe because every writing script here is idempotent (see the headers of
 * the .lua files). A cluster (cluster.ts) is used through the same interface: every command goes to the
 * master of its key.
 */
import { Redis, type RedisOptions } from 'ioredis'
import { HinataError } from '../errors/index.js'
import { openCluster } from './cluster.js'
import { sendFramed, type SentArgument } from './frame.js'

/** Where a key lives. */
export interface RedisPlace {
  /** Keys of one group may be named by one command: on a cluster those of one slot. */
  readonly group: string
  /** The master that holds it; '' when there is but one server. */
  readonly master: string
  /** Another after every reconnection, and with every other master. */
  readonly link: string
}

/** A connection. Only engine/redis knows what it is made of; the simulation has one to a model of Redis. */
export interface RedisConnection {
  /** See `send`. */
  send(name: string, args: SentArgument[], key?: string): Promise<unknown>
  /** One key of each master, for commands that name none. */
  masters(): string[]
  placeOf(key: string): RedisPlace
  /** Calls the listener after every reconnection. */
  onReady(listener: () => void): void
  close(): void
}

const reconnectDelayMaxMs = 1_000

/**
 * Opens a connection and waits until it answers; several nodes, or `redis-cluster://host:port[,host:port]`,
 * are a cluster. Throws REDIS_UNREACHABLE after `timeoutMs`.
 */
export async function openRedis(url: string, role: string, timeoutMs = 10_000): Promise<RedisConnection> {
  if (url.startsWith('redis-cluster://') || url.includes(',')) {
    const { nodes, options } = clusterOf(url)
    const cluster = await openCluster(nodes, { ...options, connectionName: `hinata:${role}` }, timeoutMs)
    if (cluster) return cluster
    throw new HinataError('REDIS_UNREACHABLE', { url, reason: 'no node knows a master for every slot' })
  }
  const redis = new Redis(url, {
    connectionName: `hinata:${role}`,
    lazyConnect: true,
    maxRetriesPerRequest: null,
    autoResendUnfulfilledCommands: true,
    enableAutoPipelining: false,
    retryStrategy: attempt => Math.min(50 * attempt, reconnectDelayMaxMs),
  })
  let lastError = 'no answer'
  // reported by whoever waits for the command
  redis.on('error', (error: Error) => { lastError = error.message })
  redis.connect().catch(() => undefined) // the retry strategy goes on; the deadline below decides
  const isReady = await new Promise<boolean>(resolve => {
    const deadline = setTimeout(() => resolve(false), timeoutMs)
    redis.once('ready', () => {
      clearTimeout(deadline)
      resolve(true)
    })
  })
  if (isReady) return connectionTo(redis)
  redis.disconnect()
  throw new HinataError('REDIS_UNREACHABLE', { url, reason: lastError })
}

/** The nodes of `redis-cluster://[user:password@]host:port,...`; the first password holds for all. */
function clusterOf(url: string): { nodes: string[], options: RedisOptions } {
  const parts = url.split(',').map(part => new URL(`redis://${part.replace(/^[a-z-]+:\/\//, '')}`))
  const { username, password } = parts[0]
  return {
    nodes: parts.map(({ hostname, port }) => `${hostname}:${port || 6_379}`),
    options: {
      ...username && { username: decodeURIComponent(username) },
      ...password && { password: decodeURIComponent(password) },
    },
  }
}

function connectionTo(redis: Redis): RedisConnection {
  let generation = 0
  redis.on('close', () => { generation++ })
  return {
    masters: () => [''],
    placeOf: () => ({ group: '', master: '', link: String(generation) }),
    send: (name, args) => sendFramed(redis, name, args),
    onReady: listener => void redis.on('ready', listener),
    close: () => redis.disconnect(),
  }
}

/**
 * Sends one command, its name in capitals; replies are buffers, numbers and arrays; maps come flat. `key`
 * says whose master takes a command that names no key.
 */
export function send(
  redis: RedisConnection, name: string, args: SentArgument[], key?: string,
): Promise<unknown> {
  return redis.send(name, args, key)
}

/** A flat map reply (HGETALL, CONFIG GET, XREAD) as an object. */
export function fieldsOf<V = Buffer>(reply: unknown): Record<string, V> {
  const flat = reply as (Buffer | V)[]
  const fields: Record<string, V> = {}
  for (let i = 0; i < flat.length; i += 2) fields[String(flat[i])] = flat[i + 1] as V
  return fields
}

/** Closes a connection at once; commands that wait are rejected. */
export function closeRedis(redis: RedisConnection): void {
  redis.close()
}
