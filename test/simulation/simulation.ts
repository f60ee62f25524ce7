/**
 * One simulation: the real node, task, fold, sink loop, relay, lease, assignment, client, appender and reader
 * in simulated processes, on a virtual clock, against the model of Redis; disturbed by a plan, then healed
 * and drained, then judged.
 */
import { openTopologyClientIn, startNodeIn, type Surroundings } from '../../engine/internal.js'
import type { Node } from '../../engine/index.js'
import { Keyspace } from '../../engine/record/keys.js'
import { decodeEmissions } from '../../engine/record/emission.js'
import type { RedisConnection } from '../../engine/redis/index.js'
import { isPublic } from '../../engine/topology/sink-loop.js'
import { App, type Acknowledged } from './app.js'
import { Follower } from './follower.js'
import { Link } from './link.js'
import { ModelRedis } from './model/redis.js'
import { formatId } from './model/store.js'
import type { ModelScript } from './model/scripts.js'
import type { Fault, Plan, Trouble } from './plan.js'
import { Rows } from './rows.js'
import { Server } from './server.js'
import { partitions, tallyTopology } from './tally.js'
import { Process, World } from './world.js'

/** A bug put in on purpose: other scripts in the model, or another connection between engine and model. */
export interface Mutant {
  readonly name: string
  readonly scripts?: Readonly<Record<string, ModelScript>>
  wrap?(connection: RedisConnection): RedisConnection
}

/** What there is to judge at the end. */
export interface Outcome {
  readonly plan: Plan
  readonly server: Server
  readonly rows: Rows
  readonly keys: Keyspace
  readonly acknowledged: readonly Acknowledged[]
  readonly follower: Follower | undefined
  /** False when something never came to an end. */
  readonly isDrained: boolean
  /** What the processes threw where nobody expected it. */
  readonly thrown: readonly string[]
  readonly endedAt: number
  readonly events: number
}

interface Slot {
  process: Process
  node: Node | undefined
  links: Link[]
}

/** A lease just longer than three of the node's rounds. */
const leaseMs = 1_600
const drainMsMax = 60_000
const drainPollMs = 40

const namespace = 's'
const topologyName = 'tally.1'

/** Runs a plan. */
export function simulate(plan: Plan, mutant?: Mutant): Promise<Outcome> {
  return new Simulation(plan, mutant).run()
}

class Simulation {
  readonly #plan: Plan
  readonly #mutant: Mutant | undefined
  readonly #world: World
  readonly #server: Server
  readonly #rows: Rows
  readonly #keys = new Keyspace(namespace)
  readonly #slots: (Slot | undefined)[] = []
  readonly #apps: (App | undefined)[] = []
  readonly #acknowledged: Acknowledged[] = []
  readonly #thrown: string[] = []
  readonly #follower: Follower | undefined
  readonly #runs = new Map<string, number>()
  #processes = 0
  #isHealed = false

  constructor(plan: Plan, mutant: Mutant | undefined) {
    this.#plan = plan
    this.#mutant = mutant
    this.#world = new World(plan.seed)
    this.#server = new Server(this.#world, new ModelRedis(plan.fsync, mutant?.scripts))
    this.#rows = new Rows(this.#world)
    this.#follower = plan.followed === undefined ? undefined : new Follower(plan.followed)
  }

  async run(): Promise<Outcome> {
    const plan = this.#plan
    const world = this.#world
    plan.nodeSkews.forEach((skewMs, i) =>
      world.after(world.between(0, 200), () => this.#startNode(i, skewMs)))
    for (let i = 0; i < plan.apps; i++) world.after(world.between(0, 100), () => this.#startApp(i))
    this.#planFaults()
    await world.run(() => false, plan.healMs)
    this.#heal()
    let isDrained = false
    const look = (): void => {
      isDrained = this.#isDrained()
      if (!isDrained) world.after(drainPollMs, look)
    }
    look()
    await world.run(() => isDrained, drainMsMax)
    if (isDrained) await this.#stop()
    return { plan, isDrained, server: this.#server, rows: this.#rows, keys: this.#keys,
      acknowledged: this.#acknowledged, follower: this.#follower, thrown: this.#thrown,
      endedAt: world.now, events: world.happened }
  }

  #surroundings(process: Process, links: Link[]): Surroundings {
    return {
      connect: (_url, role) => {
        const link = new Link(this.#world, this.#server, process, role, this.#plan.weather)
        links.push(link)
        return Promise.resolve(this.#mutant?.wrap?.(link) ?? link)
      },
      listen: () => Promise.resolve({ url: `tcp://${process.name}`, stop: () => Promise.resolve() }),
      newId: () => process.newId(),
    }
  }

  #startNode(index: number, skewMs: number): void {
    const process = new Process(this.#world, `node${index}-${this.#processes++}`, skewMs)
    const slot: Slot = { process, node: undefined, links: [] }
    this.#slots[index] = slot
    startNodeIn(this.#surroundings(process, slot.links), {
      redisUrl: 'model', namespace, leaseMs, threads: 0, clock: process.clock,
      topology: tallyTopology(this.#rows.insertFrom(process)),
    }).then(node => { slot.node = node }, (error: Error) => this.#thrown.push(error.message))
  }

  #startApp(index: number): void {
    const process = new Process(this.#world, `app${index}-${this.#processes++}`, 0)
    const links: Link[] = []
    const before = this.#apps[index]
    const app = new App(this.#plan, index, process, links, before,
      index === 0 ? this.#follower : undefined, answer => this.#acknowledged.push(answer))
    this.#apps[index] = app
    openTopologyClientIn(this.#surroundings(process, links), {
      redisUrl: 'model', namespace, clock: process.clock, topology: tallyTopology(() => Promise.resolve()),
    }).then(client => app.start(client), (error: Error) => this.#thrown.push(error.message))
  }

  #planFaults(): void {
    const byScript: Fault[] = []
    for (const fault of this.#plan.faults) {
      const { when } = fault
      if ('script' in when) byScript.push(fault)
      else {
        this.#world.after(when.at, () => {
          const struck = when.who === 'node' ? this.#slots[when.index % this.#plan.nodeSkews.length]
            : this.#apps[when.index % this.#plan.apps]
          const link = struck?.links.find(({ role }) => role === when.role)
          if (struck) this.#strike(fault.trouble, struck.process, link) // else it has not begun
        })
      }
    }
    if (byScript.length === 0) return
    const struck = (script: string, side: 'before' | 'after', link: Link): Fault | undefined => {
      const nth = this.#runs.get(script)
      const fault = byScript.find(({ when }) =>
        'script' in when && when.script === script && when.nth === nth && when.side === side)
      if (!fault) return undefined
      byScript.splice(byScript.indexOf(fault), 1)
      this.#strike(fault.trouble, link.process, link)
      return fault
    }
    this.#server.watch = {
      before: (script, link) => {
        this.#runs.set(script, (this.#runs.get(script) ?? 0) + 1)
        const fault = struck(script, 'before', link)
        return fault && ['break', 'stall', 'kill', 'crash'].includes(fault.trouble.do) ? 'hold' : 'execute'
      },
      after: (script, link) => { struck(script, 'after', link) },
    }
  }

  #strike(trouble: Trouble, process: Process, link: Link | undefined): void {
    const world = this.#world
    switch (trouble.do) {
      case 'break': return link?.break(trouble)
      case 'stall': return link?.stall(trouble.ms)
      case 'pause':
        process.pause()
        return world.after(trouble.ms, () => process.resume())
      case 'kill': {
        process.kill()
        return this.#replaceLater(process, trouble.backMs)
      }
      case 'leave': return this.#leave(process, trouble.backMs)
      case 'crash': return this.#server.isDown ? undefined
        : this.#server.crash(trouble.lostShare, trouble.downMs)
      case 'clock':
        this.#server.clockAheadMs += trouble.ms
        return undefined
      case 'rows':
        this.#rows.trouble = trouble.trouble
        return world.after(trouble.ms, () => { this.#rows.trouble = undefined })
    }
  }

  #replaceLater(process: Process, backMs: number): void {
    this.#world.after(this.#isHealed ? 0 : backMs, () => {
      const slot = this.#slots.findIndex(one => one?.process === process)
      if (slot >= 0) return this.#startNode(slot, this.#plan.nodeSkews[slot])
      const app = this.#apps.findIndex(one => one?.process === process)
      if (app >= 0) this.#startApp(app)
    })
  }

  #leave(process: Process, backMs: number): void {
    const node = this.#slots.find(slot => slot?.process === process)?.node
    if (!node || process.isDead) return
    this.#world.after(0, () => process.deliver(() => {
      node.stop().then(() => {
        process.kill()
        this.#replaceLater(process, backMs)
      }, (error: Error) => this.#thrown.push(`stop: ${error.message}`))
    }))
  }

  #heal(): void {
    this.#isHealed = true
    this.#server.watch = undefined
    this.#rows.trouble = undefined
    for (const one of [...this.#slots, ...this.#apps]) one?.process.resume()
  }

  /** Drain, release: all nodes end, and nobody owns anything any more. */
  async #stop(): Promise<void> {
    const started = this.#slots.filter(slot => slot?.node && !slot.process.isDead)
    let stopped = 0
    for (const slot of started) {
      this.#world.after(0, () => {
        slot!.node!.stop().then(() => { stopped++ }, (error: Error) => this.#thrown.push(error.message))
      })
    }
    await this.#world.run(() => stopped === started.length, drainMsMax)
    if (stopped < started.length) this.#thrown.push(`${started.length - stopped} nodes never stopped`)
  }

  /** Every record is folded, every output handed over, every timer fired, every app answered. */
  #isDrained(): boolean {
    const { store } = this.#server.redis
    store.now = Math.floor(this.#world.now)
    const numberAt = (key: string, field: string): number => Number(store.hget(key, field) ?? 0)
    if (this.#server.isDown || this.#apps.some(app => !app?.isDone)) return false
    if (this.#server.stragglers > 0) return false // a dead app's record may still come
    for (let partition = 0; partition < partitions; partition++) {
      const checkpoint = this.#keys.checkpoint(partition, topologyName)
      const emitted = numberAt(checkpoint, 'emitted')
      if (numberAt(this.#keys.meta(partition, 'marks'), 'n') !== numberAt(checkpoint, 'folded')) return false
      if (store.zcard(this.#keys.timers(partition, topologyName)) > 0) return false
      for (const sink of ['rows', '~relay']) {
        if (numberAt(this.#keys.sink(partition, topologyName, sink), 'inserted') !== emitted) return false
      }
    }
    return this.#hasFollowed()
  }

  /** The subscriber has seen the outbox to its end, apart from what is for the relay only. */
  #hasFollowed(): boolean {
    if (!this.#follower) return true
    const outbox = this.#server.redis.store.stream(this.#keys.outbox(this.#follower.partition, topologyName))
    const last = outbox?.archive.findLast(({ fields }) =>
      decodeEmissions(Buffer.from(fields[1])).some(isPublic))
    return !last || this.#follower.hasSeen(formatId(last.id))
  }
}

