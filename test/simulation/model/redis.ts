/**
 * A model of Redis without network and time of its own: executes commands and scripts, remembers which
 * scripts it was told, and can lose its last writes as a crash does.
 *
 * M3  A script or command happens as a whole or not at all, also when the end of the log of writes is lost.
 * M4  After a crash the data is what the surviving writes give, each executed again at its own time.
 */
import {
  loadScript, type RedisArgument, type Script, type SentArgument,
} from '../../../engine/redis/index.js'
import { bytesOf, commands, parseRead, readStreams } from './commands.js'
import { modelScripts, notModelled, type ModelReply, type ModelScript } from './scripts.js'
import { formatId, ModelError, Store } from './store.js'

/** How durable a write is before it is answered: `appendfsync always`, or `everysec`. */
export type Fsync = 'always' | 'everysec'

interface Write {
  readonly at: number
  readonly history: string
  readonly name: string
  readonly args: readonly RedisArgument[]
}

const writing = new Set(['SET', 'DEL', 'EXPIRE', 'HSET', 'HSETNX', 'HDEL', 'HINCRBY', 'ZADD', 'ZREM', 'XADD',
  'XTRIM', 'EVALSHA', 'EVAL'])

const scripts = [...Object.keys(modelScripts), ...notModelled].map(loadScript)
const digests = new Map(scripts.map(({ digest, name }) => [digest, name]))
const bySource = new Map(scripts.map(script => [script.source, script]))

/** Name of the script that an EVALSHA or EVAL runs, if it is one of ours. */
export function scriptOf(name: string, args: readonly SentArgument[]): string | undefined {
  if (name === 'EVALSHA') return digests.get(String(args[0]))
  return name === 'EVAL' ? bySource.get(String(args[0]))?.name : undefined
}

/** The model. */
export class ModelRedis {
  readonly fsync: Fsync
  store = new Store()
  readonly #scripts: Readonly<Record<string, ModelScript>>
  readonly #known = new Set<string>()
  #histories = 1
  /** Writes that survive the next crash, and those that may be lost. */
  #writes: Write[] = []
  #synced = 0
  /** Entries that crashes took away: `<stream> <id>`. */
  readonly lost = new Set<string>()
  /** How many writes crashes took away. */
  lostWrites = 0

  /** `changes` replaces scripts: the simulation's mutants. */
  constructor(fsync: Fsync = 'everysec', changes: Readonly<Record<string, ModelScript>> = {}) {
    this.fsync = fsync
    this.#scripts = { ...modelScripts, ...changes }
  }

  /** Executes one command at `now` (ms UTC). Throws ModelError as Redis answers an error. */
  execute(now: number, name: string, args: readonly RedisArgument[]): unknown {
    this.store.now = Math.floor(now)
    const reply = this.#run(name, args)
    if (writing.has(name)) this.#writes.push({ at: now, history: this.store.history, name, args })
    return reply
  }

  /** Everything written so far is on disk. */
  sync(): void {
    this.#synced = this.#writes.length
  }

  /** Writes that a crash could lose. */
  get unsynced(): number {
    return this.#writes.length - this.#synced
  }

  /** Crashes and comes back: the last `lost` writes and all scripts are forgotten. */
  crash(lost: number): void {
    this.lostWrites += Math.min(lost, this.unsynced)
    this.#writes.length -= Math.min(lost, this.unsynced)
    this.#synced = this.#writes.length
    const before = this.store
    this.store = new Store()
    for (const digest of digests.keys()) this.#known.add(digest)
    for (const { at, history, name, args } of this.#writes) {
      this.store.now = Math.floor(at)
      this.store.history = history
      this.#run(name, args)
    }
    this.#known.clear()
    this.store.history = `history${++this.#histories}`
    for (const key of before.keys()) {
      if (before.kindOf(key) !== 'stream') continue
      const kept = this.store.stream(key)?.archive.length ?? 0
      for (const { id } of before.stream(key)!.archive.slice(kept)) this.lost.add(`${key} ${formatId(id)}`)
    }
  }

  #run(name: string, args: readonly RedisArgument[]): unknown {
    const command = commands[name]
    if (command) return command(this.store, args)
    switch (name) {
      case 'XREAD': return readStreams(this.store, parseRead(args))
      case 'EVALSHA': {
        const script = digests.get(String(args[0]))
        if (script === undefined || !this.#known.has(String(args[0]))) {
          throw new ModelError('NOSCRIPT No matching script. Please use EVAL.')
        }
        return this.#script(script, args)
      }
      case 'EVAL': {
        const script = this.#learn(String(args[0]))
        return this.#script(script.name, args)
      }
      case 'SCRIPT': return Buffer.from(this.#learn(String(args[1])).digest)
      case 'INFO': return Buffer.from(['redis_version:7.0.15', 'maxmemory_policy:noeviction', 'aof_enabled:1',
        'connected_slaves:0', `master_replid:${this.store.history}`, ''].join('\r\n'))
      case 'CONFIG': return [Buffer.from(String(args[1])), Buffer.from(this.fsync)]
      default: throw new ModelError(`ERR the model has no ${name}`)
    }
  }

  #script(name: string, args: readonly RedisArgument[]): unknown {
    const count = Number(args[1])
    const keys = args.slice(2, 2 + count).map(String)
    const values = args.slice(2 + count).map(arg => (typeof arg === 'number' ? String(arg) : arg))
    if (!(name in this.#scripts)) throw new ModelError(`ERR ${name} is not modelled`)
    return replyOf(this.#scripts[name](this.store, keys, values))
  }

  #learn(source: string): Script {
    const script = bySource.get(source)
    if (script === undefined) throw new ModelError('ERR the model has no such script')
    this.#known.add(script.digest)
    return script
  }
}

function replyOf(reply: ModelReply): unknown {
  if (typeof reply === 'string' || Buffer.isBuffer(reply)) return bytesOf(reply)
  return Array.isArray(reply) ? reply.map(replyOf) : reply
}
