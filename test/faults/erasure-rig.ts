/**
 * A system in which an erasure is cut off: Redis, nodes and gateways as processes of their own, each behind
 * a proxy that kills it at a chosen one of the writes that the erasure makes.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openTopologyClient, type TopologyClient } from '../../engine/index.js'
import {
  closeRedis, fieldsOf, loadScript, openRedis, send, type RedisConnection,
} from '../../engine/redis/index.js'
import { defaultTenant, keyOf } from '../../gateway/identity/tenant.js'
import { hinataTopology } from '../../pipelines/hinata.js'
import { startRedisProxy, type CutMoment, type RedisProxy } from '../support/redis-proxy.js'
import { startRedis, type TestRedis } from '../support/redis.js'

/** Which processes are killed. */
export type Role = 'gateway' | 'node'

/** A process of the system. */
export interface Part {
  readonly url: string
  /** From here on its writes are counted. */
  watch(): void
  /** Names of the writes since then. */
  readonly writes: readonly string[]
  readonly ended: Promise<unknown>
  stop(): Promise<void>
}

/** At which write it is killed, counted from 1, and whether Redis has done it. */
export interface Kill {
  readonly nth: number
  readonly moment: Exclude<CutMoment, 'middle'>
}

const settleMs = 60_000
const scripts = ['erase-key', 'rewrite-log', 'commit-batch'] as const
const nameOfDigest = new Map(scripts.flatMap(name => {
  const { digest, source } = loadScript(name)
  return [[digest, name], [source, name]] as const
}))
const commands = new Set(['HSET', 'HDEL', 'XDEL', 'XTRIM', 'UNLINK', 'BGREWRITEAOF'])
/** What a gateway writes meanwhile for other reasons. */
const others = /:registry:(?!erasure|job|privacy)/

/** See the top of the file. */
export class ErasureRig {
  readonly #server: TestRedis
  readonly #redis: RedisConnection
  readonly #client: TopologyClient
  readonly #parts = new Set<Part>()

  private constructor(server: TestRedis, redis: RedisConnection, client: TopologyClient) {
    this.#server = server
    this.#redis = redis
    this.#client = client
  }

  static async open(): Promise<ErasureRig> {
    const server = await startRedis()
    const topology = hinataTopology({ partitions: 1, sinks: [] })
    return new ErasureRig(server, await openRedis(server.url, 'look'),
      await openTopologyClient({ redisUrl: server.url, topology }))
  }

  /** Starts a process, that is killed if `kill` says so. */
  async start(role: Role, kill?: Kill): Promise<Part> {
    const writes: string[] = []
    let isWatched = false
    let child: ChildProcess | null = null
    const nameOf = (args: readonly Buffer[]): string | undefined => {
      const name = isWatched ? writeOf(args) : undefined
      if (name === undefined) return undefined
      writes.push(name)
      return 'write'
    }
    const proxy = await startRedisProxy(this.#server.port, nameOf,
      kill === undefined ? undefined : { name: 'write', ...kill }, () => void child?.kill('SIGKILL'))
    child = fork(new URL('./erasure-process.js', import.meta.url), [role, proxy.url],
      { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const part = partOf(child, proxy, writes, () => { isWatched = true }, await greetingOf(child))
    this.#parts.add(part)
    return part
  }

  /** Resolves when everything that was told of a person is folded. */
  async settled(person: string): Promise<void> {
    if (!await this.#client.settled(keyOf(defaultTenant, person), settleMs)) throw new Error('not folded')
  }

  /** The erasure of a person, if one was noted. */
  async erasureOf(person: string): Promise<string | null> {
    const hash = createHash('sha256').update(keyOf(defaultTenant, person)).digest('hex')
    const notes = await this.#client.registry.list('erasure')
    return notes.find(([, note]) => (note as { person_hash: string }).person_hash === hash)?.[0] ?? null
  }

  /** Keys of Redis, and its files, in which the text is. */
  async placesOf(text: string): Promise<string[]> {
    const places: string[] = []
    for (const name of (await send(this.#redis, 'KEYS', ['*']) as Buffer[]).map(String)) {
      const type = String(await send(this.#redis, 'TYPE', [name]))
      const reply = type === 'stream' ? await send(this.#redis, 'XRANGE', [name, '-', '+'])
        : type === 'hash' ? Object.entries(fieldsOf(await send(this.#redis, 'HGETALL', [name])))
          : type === 'zset' ? await send(this.#redis, 'ZRANGE', [name, 0, -1])
            : await send(this.#redis, 'GET', [name])
      if ([reply].flat(4).map(String).join().includes(text)) places.push(name)
    }
    const files = readdirSync(this.#server.dir, { recursive: true, withFileTypes: true })
      .filter(one => one.isFile()).map(one => join(one.parentPath, one.name))
    return [...places, ...files.filter(file => readFileSync(file).includes(text))]
  }

  async close(): Promise<void> {
    await Promise.all([...this.#parts].map(part => part.stop()))
    await this.#client.close()
    closeRedis(this.#redis)
    await this.#server.stop()
  }
}

/** What an erasure writes; undefined for anything else. */
function writeOf([command, first = Buffer.alloc(0)]: readonly Buffer[]): string | undefined {
  const name = String(command).toUpperCase()
  if (name === 'EVALSHA' || name === 'EVAL') return nameOfDigest.get(String(first))
  return commands.has(name) && !others.test(String(first)) ? name : undefined
}

async function greetingOf(child: ChildProcess): Promise<string> {
  const early = once(child, 'exit').then(() => { throw new Error('a process of the system ended early') })
  const [{ url }] = await Promise.race([once(child, 'message') as Promise<[{ url: string }]>, early])
  early.catch(() => undefined) // it may end now
  return url
}

function partOf(
  child: ChildProcess, proxy: RedisProxy, writes: readonly string[], watch: () => void, url: string,
): Part {
  const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve()
  return {
    url, watch, writes, ended,
    async stop() {
      child.kill('SIGKILL')
      await ended
      await proxy.stop()
    },
  }
}
