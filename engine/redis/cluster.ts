/**
 * A connection to a Redis Cluster. It owns the table of slots and one connection per master, and sends every
 * command to the master of its key.
 *
 * C1  Commands of one master go out in the order of the calls, except around a failover or a moved slot.
 * C2  A command whose reply was lost, or that met a master that is gone, goes to whoever is master then, as
 *     often as it takes: every writing script here is idempotent.
 * C3  A master that is no longer one is left at once, also when it is frozen and never says so.
 * C4  A read that blocks has a connection of its own per slot, so it delays nobody and meets one slot only.
 */
import { Command, Redis, type RedisOptions } from 'ioredis'
import type { RedisConnection, RedisPlace } from './connection.js'
import { sendFramed, type SentArgument } from './frame.js'
import { slotCount, slotOf } from './slot.js'

const retryDelayMs = 50
/** A command that waits for longer makes us ask who the masters are. */
const suspiciousMs = 700
const askTimeoutMs = 500
const connectTimeoutMs = 1_000
/** What a cluster answers while it changes; the same command succeeds later. */
const passing = /^(CLUSTERDOWN|TRYAGAIN|LOADING|MASTERDOWN|READONLY|UNBLOCKED|NOREPLICAS)\b/

interface Link {
  readonly redis: Redis
  readonly id: string
  readonly address: string
}

/** Opens it; null when no node of it has told the slots within the time. */
export async function openCluster(
  nodes: readonly string[], options: RedisOptions, timeoutMs: number,
): Promise<RedisConnection | null> {
  const cluster = new Cluster(nodes, options)
  const deadline = Date.now() + timeoutMs
  while (!cluster.isCovered) {
    if (Date.now() > deadline) {
      cluster.close()
      return null
    }
    await cluster.look()
    if (!cluster.isCovered) await pause(retryDelayMs)
  }
  return cluster
}

class Cluster implements RedisConnection {
  readonly #options: RedisOptions
  readonly #seeds: readonly string[]
  readonly #links = new Map<string, Link>()
  /** When each command in flight was sent, by a number of its own. */
  readonly #waiting = new Map<number, number>()
  readonly #listeners: (() => void)[] = []
  readonly #watch: NodeJS.Timeout
  #masterOf: (string | undefined)[] = []
  #known: string[] = []
  #detours = 0
  #count = 0
  #looking: Promise<void> | undefined
  #isClosed = false

  constructor(seeds: readonly string[], options: RedisOptions) {
    this.#seeds = seeds
    this.#options = options
    this.#watch = setInterval(() => this.#suspect(), suspiciousMs / 2)
    this.#watch.unref()
  }

  get isCovered(): boolean {
    return this.#masterOf.length === slotCount && !this.#masterOf.includes(undefined)
  }

  async send(name: string, args: SentArgument[], key = keyOf(name, args)): Promise<unknown> {
    const slot = slotOf(key)
    const lane = name === 'XREAD' && String(args[2]) === 'BLOCK' ? `/${slot}` : ''
    for (;;) {
      if (this.#isClosed) throw new Error('Connection is closed.')
      const address = this.#masterOf[slot]
      try {
        if (address) return await this.#call(this.#linkTo(address, lane), name, args)
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        const [, kind, target] = /^(MOVED|ASK) \d+ (\S+)/.exec(message) ?? []
        if (kind === 'MOVED') {
          this.#masterOf[slot] = completed(target, address!)
          void this.look()
          continue
        }
        if (kind === 'ASK') return this.#detour(completed(target, address!), name, args, key)
        const isReply = error instanceof Error && error.name === 'ReplyError'
        if (isReply && !passing.test(message)) throw error
      }
      if (this.#isClosed) continue
      await Promise.all([this.look(), pause(retryDelayMs)])
    }
  }

  masters(): string[] {
    const found = new Map<string, string>()
    const all = new Set(this.#masterOf)
    for (let i = 0; found.size < all.size; i++) {
      const address = String(this.#masterOf[slotOf(String(i))])
      if (!found.has(address)) found.set(address, String(i))
    }
    return [...found.values()]
  }

  placeOf(key: string): RedisPlace {
    const slot = slotOf(key)
    const master = this.#masterOf[slot] ?? ''
    return { group: String(slot), master, link: `${this.#links.get(master)?.id} ${this.#detours}` }
  }

  onReady(listener: () => void): void {
    this.#listeners.push(listener)
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#watch)
    for (const { redis } of this.#links.values()) redis.disconnect()
    this.#links.clear()
  }

  /** Asks all nodes for the slots; the first answer counts, and masters that are none any more are left. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => { this.#looking = undefined })
    return this.#looking
  }

  async #look(): Promise<void> {
    const asked = [...new Set([...this.#known, ...this.#seeds])]
      .map(address => ({ address, redis: this.#open(address, { commandTimeout: askTimeoutMs }) }))
    const answer = await Promise.any(asked.map(async ({ address, redis }) => {
      const slots = await redis.sendCommand(new Command('CLUSTER', ['SLOTS'], { replyEncoding: 'utf8' }))
      if ((slots as unknown[]).length === 0) throw new Error(`${address} knows no slots`)
      return { address, slots: slots as SlotRange[] }
    })).catch(() => undefined) // nobody answers: whoever waits looks again
    for (const { redis } of asked) redis.disconnect()
    if (!answer || this.#isClosed) return
    const before = new Set(this.#masterOf)
    this.#masterOf = new Array<string | undefined>(slotCount).fill(undefined)
    this.#known = []
    for (const [from, to, ...nodes] of answer.slots) {
      const addresses = nodes.map(([host, port]) => completed(`${host ?? ''}:${port}`, answer.address))
      this.#masterOf.fill(addresses[0], from, to + 1)
      this.#known.push(...addresses)
    }
    const masters = new Set(this.#masterOf)
    for (const { redis, address } of this.#links.values()) if (!masters.has(address)) redis.disconnect()
    if ([...masters].some(master => !before.has(master))) this.#listeners.forEach(tell => tell())
  }

  #suspect(): void {
    const [oldest] = this.#waiting.values()
    if (oldest !== undefined && performance.now() - oldest > suspiciousMs) void this.look()
  }

  async #call({ redis }: Link, name: string, args: SentArgument[]): Promise<unknown> {
    const number = ++this.#count
    this.#waiting.set(number, performance.now())
    try {
      return await sendFramed(redis, name, args)
    } finally {
      this.#waiting.delete(number)
    }
  }

  /** While a slot moves, what is not here any more is there; WAIT would ask the wrong master (`placeOf`). */
  #detour(address: string, name: string, args: SentArgument[], key: string): Promise<unknown> {
    this.#detours++
    const link = this.#linkTo(address, '')
    const asking = this.#call(link, 'ASKING', [])
    const answer = this.#call(link, name, args)
    return Promise.all([asking, answer]).then(([, reply]) => reply, async (error: Error) => {
      const isPassing = passing.test(error.message) || /^(MOVED|ASK) /.test(error.message)
      if (error.name === 'ReplyError' && !isPassing) throw error
      await pause(retryDelayMs)
      return this.send(name, args, key)
    })
  }

  #linkTo(address: string, lane: string): Link {
    const name = address + lane
    const found = this.#links.get(name)
    if (found) return found
    const link = { redis: this.#open(address, {}), id: `${address}#${++this.#count}`, address }
    this.#links.set(name, link)
    link.redis.once('end', () => {
      if (this.#links.get(name) === link) this.#links.delete(name)
    })
    return link
  }

  /** A connection that ends with its socket: a new one is opened for who is master then. */
  #open(address: string, more: RedisOptions): Redis {
    const colon = address.lastIndexOf(':')
    const redis = new Redis({ ...this.#options, connectTimeout: connectTimeoutMs, retryStrategy: () => null,
      autoResendUnfulfilledCommands: false, ...more, host: address.slice(0, colon),
      port: Number(address.slice(colon + 1)) })
    redis.on('error', () => undefined) // reported by whoever waits for the command
    return redis
  }
}

type SlotRange = [from: number, to: number, ...nodes: [host: string | null, port: number, ...unknown[]][]]

/** A node may leave out its host: it is the one that was asked. */
function completed(address: string, asked: string): string {
  return address.startsWith(':') ? asked.slice(0, asked.lastIndexOf(':')) + address : address
}

/** The key that a command is about; a keyless one may go to any master. */
function keyOf(name: string, args: SentArgument[]): string {
  switch (name) {
    case 'EVALSHA': case 'EVAL': return String(args[2])
    case 'XREAD': return String(args[args.findIndex(argument => argument === 'STREAMS') + 1])
    case 'XINFO': return String(args[1])
    default: return String(args[0] ?? '')
  }
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => { setTimeout(resolve, ms) })
}
