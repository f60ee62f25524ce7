/**
 * A takeover in the simulation: the heir loads actors when their first record comes, and no faster than the
 * ration allows; what it had before is not held back, and every record counts once and in order.
 */
import t from 'tap'
import {
  actor, list, output, partitionOf, topic, value, type DeadLetter, type Topology,
} from '../../engine/index.js'
import { openTopologyClientIn, startNodeIn, type Surroundings } from '../../engine/internal.js'
import { warmUpBytesAtOnceMax, warmUpBytesPerSecondMax } from '../../engine/limits/limits.js'
import type { RedisConnection } from '../../engine/redis/index.js'
import { Link } from './link.js'
import { ModelRedis } from './model/redis.js'
import { Server } from './server.js'
import { Process, World } from './world.js'

const partitions = 2
const actorBytes = 48 * 1_024
const keyCount = 1_200
const blockRecords = 12
const weather = { leastMs: 0.1, mostMs: 0.4 }

const hoard = actor('hoard', {
  state: { text: value(''), seen: list<number>({ max: 10 }) },
  receive: {
    keep(ctx, n: number) {
      ctx.state.text.set(String(n).repeat(actorBytes))
      ctx.state.seen.push(n)
    },
  },
})
const dead = output<DeadLetter>('dead')
const topology: Topology = {
  name: 'hoards', version: 1, source: topic<number>('hoards', { partitions }), stages: [],
  target: { actor: hoard, message: 'keep' }, actors: [hoard], views: [], sinks: [], deadLetters: dead,
}

interface Load {
  readonly at: number
  readonly partition: number
  readonly bytes: number
}

class Stage {
  readonly world = new World(8)
  readonly server = new Server(this.world, new ModelRedis('everysec'))
  readonly loads: Load[] = []

  surroundings(process: Process): Surroundings {
    return {
      connect: () => Promise.resolve(this.#watched(new Link(this.world, this.server, process, 'x', weather))),
      listen: () => Promise.resolve({ url: 'tcp://x', stop: () => Promise.resolve() }),
      newId: () => process.newId(),
    }
  }

  /** Lets the world go on until it is done. */
  async done<T>(promise: Promise<T>): Promise<T> {
    let isDone = false
    const noted = promise.finally(() => { isDone = true })
    noted.catch(() => undefined) // told below
    if (!await this.world.run(() => isDone, 120_000)) throw new Error('it never ends')
    return noted
  }

  #watched(link: Link): RedisConnection {
    return {
      send: async (name, args) => {
        const reply = await link.send(name, args)
        const [, partition] = /\{(\d+)\}.*:s:hoard:/.exec(String(args[0])) ?? []
        if (name === 'HGETALL' && partition) {
          this.loads.push({ at: this.world.now, partition: Number(partition),
            bytes: (reply as Buffer[]).reduce((sum, { length }) => sum + length, 0) })
        }
        return reply
      },
      masters: () => link.masters(), placeOf: () => link.placeOf(), close: () => link.close(),
      onReady: listener => link.onReady(listener),
    }
  }
}

t.test('U1 U2: the actors of a partition that was taken over are loaded lazily and rationed', async t => {
  const stage = new Stage()
  const { world, loads } = stage
  const start = (name: string): { process: Process, node: ReturnType<typeof startNodeIn> } => {
    const process = new Process(world, name, 0)
    return { process, node: startNodeIn(stage.surroundings(process),
      { redisUrl: 'model', topology, leaseMs: 1_600, threads: 0, clock: process.clock }) }
  }
  const app = new Process(world, 'app', 0)
  const client = await stage.done(openTopologyClientIn(stage.surroundings(app),
    { redisUrl: 'model', topology, clock: app.clock }))
  const [one, two] = [start('one'), start('two')]
  await stage.done(Promise.all([one.node, two.node]))
  const owners = async (): Promise<(string | null)[]> => (await client.lag()).map(({ owner }) => owner)
  while (new Set(await stage.done(owners())).size < 2) await world.run(() => false, 100)
  const lostId = (await stage.done(one.node)).id
  const lost = (await stage.done(owners())).indexOf(lostId)
  const keys = Array.from({ length: keyCount }, (_, i) => `hoard ${i}`)
  const keepAll = async (n: number): Promise<void> => {
    for (let from = 0; from < keyCount; from += blockRecords) {
      await client.append(keys.slice(from, from + blockRecords).map(key => ({ key, eventTime: n, value: n })))
    }
    for (const key of keys.slice(-20)) await client.settled(key, 60_000)
  }
  await stage.done(keepAll(1))
  const theirs = keys.filter(key => partitionOf(key, partitions) === lost)
  t.ok(theirs.length * actorBytes > 8 * warmUpBytesAtOnceMax, `${theirs.length} actors are lost`)
  loads.length = 0
  one.process.kill()
  await stage.done(keepAll(2))
  t.ok((await stage.done(owners())).every(owner => owner !== lostId))

  const taken = loads.filter(({ partition, bytes }) => partition === lost && bytes > 0)
  t.equal(taken.length, theirs.length, 'each was loaded once')
  t.equal(loads.length, taken.length, 'and none that was in memory')
  const [{ at: begun }] = taken
  let loaded = 0
  let most = 0
  for (const { at, bytes } of taken) {
    loaded += bytes
    most = Math.max(most, loaded - (at - begun) / 1_000 * warmUpBytesPerSecondMax)
  }
  t.ok(most < 4 * warmUpBytesAtOnceMax, `at most ${Math.round(most / 1_024)} KiB above the rate`)
  const seconds = (taken.at(-1)!.at - begun) / 1_000
  t.comment(`${taken.length} actors, ${loaded} bytes in ${seconds.toFixed(2)} s`)
  t.ok(loaded / seconds < 1.2 * warmUpBytesPerSecondMax)
  for (const key of [...theirs.slice(0, 5), ...theirs.slice(-5)]) {
    const state = await stage.done(client.state(hoard, key))
    t.strictSame([...state!.seen], [1, 2])
  }
})
