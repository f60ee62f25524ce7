/**
 * A connection of a simulated process to the model of Redis. It does what ioredis does with
 * autoResendUnfulfilledCommands: commands go out in the order of the calls; when the connection breaks, those
 * without an answer are sent again, in order, before any other; nothing is rejected for that.
 *
 * L1  Commands arrive in order, answers come back in order.
 * L2  A break loses the answers on their way, and of the commands on their way all but the first few. Those
 *     few may even be executed after the connection is back: something between the two kept them.
 */
import {
  JoinedArgument, type RedisArgument, type RedisConnection, type RedisPlace, type SentArgument,
} from '../../engine/redis/index.js'
import { scriptOf } from './model/redis.js'
import type { Arrival, Server } from './server.js'
import type { Process, World } from './world.js'

interface Pending {
  readonly name: string
  readonly args: readonly RedisArgument[]
  readonly resolve: (reply: unknown) => void
  readonly reject: (error: Error) => void
}

interface Flight {
  readonly pending: Pending
  /** The connection that it was sent on. */
  readonly generation: number
  arrivesAt: number
  /** How often its arrival was planned: the last plan counts. */
  plans: number
  /** Late: executed, but never answered. */
  fate: 'arrives' | 'lost' | 'late'
}

/** How a connection breaks. */
export interface Break {
  /** The share of the commands on their way that still arrive. */
  readonly arrivingShare: number
  /** How much later these arrive. */
  readonly lateMs: number
}

const reconnectDelayMs = 50
const reconnectDelayMaxMs = 1_000

/** What the network is like: ms one way. */
export interface Weather {
  readonly leastMs: number
  readonly mostMs: number
}

/** See the top of the file. */
export class Link implements RedisConnection {
  readonly role: string
  readonly process: Process
  readonly #world: World
  readonly #server: Server
  readonly #weather: Weather
  readonly #pending: Pending[] = []
  /** How many of the pending ones were sent on this connection. */
  #sent = 0
  #flights: Flight[] = []
  readonly #arrivals = new Set<Arrival>()
  readonly #listeners: (() => void)[] = []
  #generation = 0
  #state: 'up' | 'broken' | 'closed' = 'up'
  #attempts = 0
  #lastArrival = 0
  #lastAnswer = 0
  #stalledUntil = 0

  constructor(world: World, server: Server, process: Process, role: string, weather: Weather) {
    this.#world = world
    this.#server = server
    this.process = process
    this.role = role
    this.#weather = weather
    process.onDeath.push(() => this.#end())
    if (server.isDown) {
      this.#state = 'broken'
      this.#reconnectLater()
    }
    server.onDown.push(() => this.break({ arrivingShare: 0, lateMs: 0 }))
  }

  send(name: string, sent: SentArgument[]): Promise<unknown> {
    const args = sent.map(argument => argument instanceof JoinedArgument ? argument.whole() : argument)
    return new Promise((resolve, reject) => {
      if (this.#state === 'closed') return reject(new Error('Connection is closed.'))
      this.#pending.push({ name, args, resolve, reject })
      if (this.#state === 'up') this.#transmit()
    })
  }

  masters(): string[] {
    return ['']
  }

  placeOf(): RedisPlace {
    return { group: '', master: '', link: String(this.#generation) }
  }

  onReady(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** As `disconnect` does: what waits is rejected; what was sent may still be executed. */
  close(): void {
    this.#end()
    for (const { reject } of this.#pending.splice(0)) reject(new Error('Connection is closed.'))
  }

  /** Breaks the connection; it comes back by itself. */
  break(how: Break): void {
    if (this.#state !== 'up') return
    this.#state = 'broken'
    this.#cut(how)
    this.#reconnectLater()
  }

  /** Nothing arrives for `ms`: a full buffer, a lost packet. */
  stall(ms: number): void {
    this.#stalledUntil = this.#world.now + ms
    for (const flight of this.#flights) this.#plan(flight, this.#stalledUntil)
  }

  #end(): void {
    if (this.#state === 'up') this.#cut({ arrivingShare: this.#world.random(), lateMs: 0 })
    this.#state = 'closed'
  }

  #cut({ arrivingShare, lateMs }: Break): void {
    this.#generation++
    this.#server.forget(this.#arrivals)
    this.#arrivals.clear()
    const arriving = Math.ceil(this.#flights.length * arrivingShare)
    this.#flights.forEach((flight, i) => {
      flight.fate = i < arriving ? 'late' : 'lost'
      if (flight.fate === 'late') this.#server.stragglers++
      this.#plan(flight, flight.arrivesAt + lateMs)
    })
    this.#flights = []
    this.#sent = 0
    this.#lastArrival = 0
    this.#stalledUntil = 0
  }

  #reconnectLater(): void {
    const delay = Math.min(reconnectDelayMs * ++this.#attempts, reconnectDelayMaxMs)
    this.process.after(delay, () => {
      if (this.#state !== 'broken') return
      if (this.#server.isDown) return this.#reconnectLater()
      this.#state = 'up'
      this.#attempts = 0
      this.#transmit()
      this.#listeners.forEach(tell => tell())
    })
  }

  #latency(): number {
    const { leastMs, mostMs } = this.#weather
    const chance = this.#world.random()
    return leastMs + (mostMs - leastMs) * chance * chance
  }

  /** Sends what was not sent on this connection yet. */
  #transmit(): void {
    while (this.#sent < this.#pending.length) {
      const pending = this.#pending[this.#sent++]
      const arrivesAt = Math.max(this.#world.now + this.#latency(), this.#lastArrival, this.#stalledUntil)
      this.#lastArrival = arrivesAt
      const flight: Flight = { pending, generation: this.#generation, arrivesAt, plans: 0, fate: 'arrives' }
      this.#flights.push(flight)
      this.#plan(flight, arrivesAt)
    }
  }

  /** The flight arrives at `at`, or later if that was the plan before. */
  #plan(flight: Flight, at: number): void {
    flight.arrivesAt = Math.max(flight.arrivesAt, at)
    const plan = ++flight.plans
    this.#world.quietlyAt(flight.arrivesAt, () => { if (plan === flight.plans) this.#arrive(flight) })
  }

  #arrive(flight: Flight): void {
    if (flight.fate === 'late') this.#server.stragglers--
    if (flight.fate === 'lost' || this.#server.isDown) return
    const { name, args } = flight.pending
    const script = scriptOf(name, args)
    if (script && this.#server.watch?.before(script, this) === 'hold') return
    const arrival: Arrival = {
      process: this.process.name, name, args,
      answer: (reply, error) => {
        this.#arrivals.delete(arrival)
        if (flight.generation === this.#generation) this.#answerLater(flight, reply, error)
      },
    }
    if (flight.fate === 'arrives') {
      this.#flights.shift()
      this.#arrivals.add(arrival)
    }
    this.#server.arrive(arrival)
    if (script) this.#server.watch?.after(script, this)
  }

  #answerLater({ pending, generation }: Flight, reply: unknown, error: Error | undefined): void {
    const comesAt = Math.max(this.#world.now + this.#latency(), this.#lastAnswer)
    this.#lastAnswer = comesAt
    this.#world.after(comesAt - this.#world.now, () => this.process.deliver(() => {
      if (generation !== this.#generation || this.#state !== 'up') return
      this.#pending.shift()
      this.#sent--
      if (error) pending.reject(error)
      else pending.resolve(reply)
    }))
  }
}
