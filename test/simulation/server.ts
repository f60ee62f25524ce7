/**
 * The model of Redis as a server on the virtual network: executes what arrives, answers when it may, lets
 * XREAD wait, crashes and comes back.
 *
 * N1  With `always` an answer leaves only when its write is on disk, so a crash loses nothing answered. With
 *     `everysec` it leaves at once, and a crash loses some of the writes of the last second.
 */
import type { RedisArgument } from '../../engine/redis/index.js'
import { parseRead, readStreams, type StreamRead } from './model/commands.js'
import { scriptOf, type ModelRedis } from './model/redis.js'
import { ModelError } from './model/store.js'
import type { Link } from './link.js'
import type { World } from './world.js'

/** A command as it arrives: who sent it, and how it is answered. */
export interface Arrival {
  readonly process: string
  readonly name: string
  readonly args: readonly RedisArgument[]
  answer(reply: unknown, error: Error | undefined): void
}

/** A commit that changed something, in the order in which Redis did them. */
export interface CommitSeen {
  readonly process: string
  readonly checkpoint: string
  readonly epoch: number
  /** The epoch that Redis had then. */
  readonly current: number
  /** Crashes of Redis before it. */
  readonly crashes: number
}

/** Looks at commands that run scripts, where they arrive: the faults that hit in the middle of something. */
export interface ScriptWatch {
  /** `hold`: the command is not executed now; the watch has seen to when, or that never. */
  before(script: string, link: Link): 'execute' | 'hold'
  after(script: string, link: Link): void
}

const syncMs = 1.5
const everySecondMs = 1_000

/** See the top of the file. */
export class Server {
  readonly redis: ModelRedis
  readonly commits: CommitSeen[] = []
  watch: ScriptWatch | undefined
  /** How far its clock is ahead of the world's. */
  clockAheadMs = 0
  readonly #world: World
  readonly #waiting = new Set<{ readonly read: StreamRead, readonly arrival: Arrival }>()
  /** Answers that wait for the disk. */
  #unanswered: (() => void)[] = []
  #syncedAt = 0
  #crashes = 0
  #isDown = false
  /** Commands of broken connections that are still on their way here. */
  stragglers = 0
  /** Called when it goes down: all connections break. */
  readonly onDown: (() => void)[] = []

  constructor(world: World, redis: ModelRedis) {
    this.#world = world
    this.redis = redis
  }

  get isDown(): boolean {
    return this.#isDown
  }

  get crashes(): number {
    return this.#crashes
  }

  /** Takes a command. */
  arrive(arrival: Arrival): void {
    if (this.redis.fsync === 'everysec' && this.#world.now - this.#syncedAt > everySecondMs) {
      this.#syncedAt = this.#world.now
      this.redis.sync()
    }
    const unsynced = this.redis.unsynced
    this.#answer(arrival)
    if (this.redis.unsynced > unsynced) this.#serveWaiting()
  }

  /** Forgets what waits for a connection that broke. */
  forget(arrivals: ReadonlySet<Arrival>): void {
    for (const waiting of this.#waiting) if (arrivals.has(waiting.arrival)) this.#waiting.delete(waiting)
  }

  /** Loses a share of the writes that are not on disk and is away for `downMs`. */
  crash(lostShare: number, downMs: number): void {
    this.#isDown = true
    this.#crashes++
    this.#waiting.clear()
    this.#unanswered = []
    this.redis.crash(Math.round(this.redis.unsynced * lostShare))
    this.onDown.forEach(tell => tell())
    this.#world.after(downMs, () => { this.#isDown = false })
  }

  #answer(arrival: Arrival): void {
    const { name, args, process } = arrival
    const checkpoint = scriptOf(name, args) === 'commit-batch' ? String(args[2]) : undefined
    const before = checkpoint && this.redis.store.hget(checkpoint, 'sequence')
    let reply: unknown
    let error: Error | undefined
    try {
      reply = this.redis.execute(this.#world.now + this.clockAheadMs, name, args)
    } catch (thrown) {
      if (!(thrown instanceof ModelError)) throw thrown
      error = thrown
    }
    if (checkpoint && this.redis.store.hget(checkpoint, 'sequence') !== before) {
      const epoch = parseInt(String(args[2 + Number(args[1])]), 10)
      const current = Number(this.redis.store.hget(checkpoint, 'epoch'))
      this.commits.push({ process, checkpoint, epoch, current, crashes: this.#crashes })
    }
    if (name === 'XREAD' && reply === null) {
      const read = parseRead(args)
      if (read.blockMs !== undefined) return this.#wait(read, arrival)
    }
    this.#whenSafe(() => arrival.answer(reply, error))
  }

  /** Calls at once, or when what was written is on disk. */
  #whenSafe(answer: () => void): void {
    if (this.redis.fsync === 'everysec' || this.redis.unsynced === 0) return answer()
    if (this.#unanswered.push(answer) > 1) return
    const crashes = this.#crashes
    this.#world.quietlyAt(this.#world.now + syncMs, () => {
      if (crashes !== this.#crashes) return
      this.redis.sync()
      for (const tell of this.#unanswered.splice(0)) tell()
    })
  }

  #wait(read: StreamRead, arrival: Arrival): void {
    const waiting = { read, arrival }
    this.#waiting.add(waiting)
    this.#world.quietlyAt(this.#world.now + read.blockMs!, () => {
      if (this.#waiting.delete(waiting)) arrival.answer(null, undefined)
    })
  }

  #serveWaiting(): void {
    for (const waiting of this.#waiting) {
      const found = readStreams(this.redis.store, waiting.read)
      if (!found) continue
      this.#waiting.delete(waiting)
      this.#whenSafe(() => waiting.arrival.answer(found, undefined))
    }
  }
}
