/**
 * What a fault test works with: a Redis, a client that sends orders, nodes as child processes that can be
 * killed, and the questions asked afterwards: is the state that of an undisturbed run, was everything handed
 * over exactly once?
 */
import type { Test } from 'tap'
import {
  decodeValue, openTopologyClient, startNode, type Emitted, type TopologyClient,
} from '../../engine/index.js'
import { closeRedis, fieldsOf, openRedis, send, type RedisConnection } from '../../engine/redis/index.js'
import { Keyspace } from '../../engine/record/keys.js'
import { seededRandom } from '../support/random.js'
import { startRedis } from '../support/redis.js'
import { until } from '../support/until.js'
import { sinkKey } from './kept-batches.js'
import { NodeProcess } from './node-child.js'
import { account, ordersTopology, partitions, type Order } from './orders.js'

const accounts = Array.from({ length: 40 }, (_, i) => `account ${i}`)
const items = ['tea', 'ham', 'jam', 'rye', 'oil']
const unreadMax = 3_000
const batchRecords = 40

/** Everything of one fault test. */
export class Fleet {
  readonly redis: RedisConnection
  readonly client: TopologyClient
  readonly #t: Test
  readonly #url: string
  readonly #keys = new Keyspace('f')
  readonly #random: () => number
  readonly #sent = new Map<string, { readonly good: number, readonly broken: number }>()
  #isFlowing = false
  #flow: Promise<void> = Promise.resolve()

  constructor(t: Test, url: string, redis: RedisConnection, client: TopologyClient, seed: number) {
    this.#t = t
    this.#url = url
    this.redis = redis
    this.client = client
    this.#random = seededRandom(seed)
  }

  /** Starts Redis and a client; all ends with the test. */
  static async open(t: Test, seed: number): Promise<Fleet> {
    const server = await startRedis()
    const redis = await openRedis(server.url, 'test')
    const client = await openTopologyClient({ redisUrl: server.url, namespace: 'f',
      topology: ordersTopology(redis, 'f') })
    const fleet = new Fleet(t, server.url, redis, client, seed)
    t.teardown(async () => {
      fleet.#isFlowing = false
      await fleet.#flow
      await client.close()
      closeRedis(redis)
      await server.stop()
    })
    return fleet
  }

  startNode(): NodeProcess {
    const node = new NodeProcess(this.#url, 'f', 'orders')
    this.#t.teardown(() => node.end('SIGKILL'))
    return node
  }

  /** A whole number in 0..below, the next of the seed. */
  draw(below: number): number {
    return Math.floor(this.#random() * below)
  }

  /** Orders flow from now on, as fast as they are folded. */
  startFlow(): void {
    this.#isFlowing = true
    this.#flow = this.#sendOrders()
  }

  /** No more orders; resolves when all are folded and handed over. */
  async stopFlow(): Promise<void> {
    this.#isFlowing = false
    await this.#flow
    await until('all is folded and handed over', async () => {
      const lag = await this.client.lag()
      const waiting = await send(this.redis, 'EXISTS',
        lag.map(({ partition }) => this.#keys.timers(partition, 'orders.1')))
      return waiting === 0
        && lag.every(({ appended, folded, emitted, inserted }) => folded === appended && inserted === emitted)
    })
  }

  /** Records folded so far. */
  async foldedCount(): Promise<number> {
    return (await this.client.lag()).reduce((sum, { folded }) => sum + folded, 0)
  }

  /** The node that owns each partition; null while nobody does. */
  async owners(): Promise<(string | null)[]> {
    return (await this.client.lag()).map(({ owner }) => owner)
  }

  /**
   * Compares state, timers and outputs with those of a node that folds a copy of the log without any
   * disturbance.
   */
  async equalsUndisturbed(): Promise<void> {
    await this.#copyLog('u')
    const options = { redisUrl: this.#url, namespace: 'u', topology: ordersTopology(this.redis, 'u') }
    const node = await startNode(options)
    const client = await openTopologyClient(options)
    await until('the undisturbed run is through', async () => (await client.lag())
      .every(({ appended, folded, emitted, inserted }) => folded === appended && inserted === emitted))
    await until('its timers have fired', async () => await this.#timers('u') === 0)
    await client.close()
    await node.stop()
    const [mine, theirs] = [await this.#dump('f'), await this.#dump('u')]
    this.#t.ok(mine.size > accounts.length, `${mine.size} hashes are compared`)
    this.#t.strictSame([...mine].filter(([name, fields]) => theirs.get(name) !== fields)
      .map(([name]) => name), [])
    this.#t.strictSame([...mine.keys()], [...theirs.keys()])
    const outputs = [await this.#outputs('f'), await this.#outputs('u')]
    this.#t.strictSame(outputs[0].map(one => JSON.stringify(one)).sort(),
      outputs[1].map(one => JSON.stringify(one)).sort(),
      'the same outputs')
  }

  /** Every order that was acknowledged is folded once, and its output was handed over once and in order. */
  async exactlyOnce(): Promise<void> {
    const outputs = await this.#outputs('f')
    const wrong: string[] = []
    for (const key of accounts) {
      const { good, broken } = this.#sent.get(key) ?? { good: 0, broken: 0 }
      const state = await this.client.state(account, key)
      if ((state?.orders.get() ?? 0) !== good) wrong.push(`${key} folded ${state?.orders.get()} of ${good}`)
      const of = (output: string): unknown[] =>
        outputs.filter(one => one.key === key && one.output === output).map(({ value }) => value)
      const numbers = of('folded')
      if (numbers.length !== good || numbers.some((number, i) => number !== i + 1)) {
        wrong.push(`${key}: outputs`)
      }
      if (of('dead').length !== broken) wrong.push(`${key}: ${of('dead').length} of ${broken} dead letters`)
    }
    this.#t.strictSame(wrong, [])
  }

  async #sendOrders(): Promise<void> {
    while (this.#isFlowing) {
      const orders = Array.from({ length: batchRecords }, () => {
        const value: Order = { item: items[this.draw(items.length)], isBroken: this.draw(150) === 0 }
        return { key: accounts[this.draw(accounts.length)], eventTime: 1, value }
      })
      await this.client.append(orders)
      for (const { key, value } of orders) {
        const { good, broken } = this.#sent.get(key) ?? { good: 0, broken: 0 }
        this.#sent.set(key, value.isBroken ? { good, broken: broken + 1 } : { good: good + 1, broken })
      }
      await until('there is room', async () => !this.#isFlowing || (await this.client.lag())
        .reduce((sum, { appended, folded }) => sum + appended - folded, 0) < unreadMax)
    }
  }

  /** All batches that the sink got, in the order of each partition. */
  async #outputs(namespace: string): Promise<Emitted[]> {
    const batches = Object.entries(fieldsOf(await send(this.redis, 'HGETALL', [sinkKey(namespace)])))
    const changed = batches.filter(([token]) => token.startsWith('CHANGED')).map(([token]) => token)
    this.#t.strictSame(changed, [], 'no token was used for two different batches')
    const lastOf = (token: string): [number, number] => {
      const [ms, n] = token.slice(token.lastIndexOf(':') + 1).split('-')
      return [Number(ms), Number(n)]
    }
    return batches.sort(([a], [b]) => lastOf(a)[0] - lastOf(b)[0] || lastOf(a)[1] - lastOf(b)[1])
      .flatMap(([, packed]) => decodeValue(packed) as Emitted[])
  }

  async #timers(namespace: string): Promise<unknown> {
    const keys = new Keyspace(namespace)
    return send(this.redis, 'EXISTS', Array.from({ length: partitions },
      (_, partition) => keys.timers(partition, 'orders.1')))
  }

  async #copyLog(to: string): Promise<void> {
    const target = new Keyspace(to)
    for (let partition = 0; partition < partitions; partition++) {
      for (const name of ['log', 'meta'] as const) {
        await send(this.redis, 'COPY', [this.#keys[name](partition, 'orders'),
          target[name](partition, 'orders')])
      }
    }
  }

  /** Cells and rows by hash name, as text. */
  async #dump(namespace: string): Promise<Map<string, string>> {
    const names = (await send(this.redis, 'KEYS', [`${namespace}:{*}:orders.1:[st]:*`]) as Buffer[])
      .map(String).sort()
    const texts = await Promise.all(names.map(async name =>
      Object.entries(fieldsOf(await send(this.redis, 'HGETALL', [name])))
        .map(([field, packed]) => `${field}=${packed.toString('hex')}`).sort().join('\n')))
    return new Map(names.map((name, i) => [name.slice(namespace.length), texts[i]]))
  }
}
