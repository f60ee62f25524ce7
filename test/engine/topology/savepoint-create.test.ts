/**
 * A partition is saved while commits come between any two commands of whoever reads it: the file is the state
 * as of the position that it names (Z1), nobody is held for it, and what cannot be that is refused.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { systemClock } from '../../../engine/clock/index.js'
import type { HinataError } from '../../../engine/index.js'
import { savepointChangesMax } from '../../../engine/limits/limits.js'
import { commitBatch, takeLease, type HashChange, type Ownership } from '../../../engine/log/index.js'
import type { Keyspace } from '../../../engine/record/keys.js'
import {
  fieldsOf, loadScript, send, type RedisArgument, type RedisConnection,
} from '../../../engine/redis/index.js'
import { savePartition } from '../../../engine/topology/savepoint-create.js'
import { readFrames } from '../../../engine/topology/savepoint-file.js'
import { ordersTopology } from '../../faults/orders.js'
import { connectRedis, openConnection, type Connected } from '../../support/connection.js'
import { seededRandom } from '../../support/random.js'

t.setTimeout(180_000)

const partition = 0
const id = 'orders.1'
const prefix = 'h:{0}:'
const readChanges = loadScript('read-changes').digest
const takeChanges = loadScript('take-changes').digest

/** Name behind the prefix → field, member or entry → value, as text. */
type State = Map<string, Map<string, string>>

/** Commits at random, and knows the state behind each. */
class Writer {
  readonly #redis: RedisConnection
  readonly #keys: Keyspace
  readonly #random: () => number
  #lease: Ownership | undefined
  #sequence = 0
  #last: Promise<unknown> = Promise.resolve()
  readonly states = new Map<string, State>()

  constructor(redis: RedisConnection, keys: Keyspace, random: () => number) {
    this.#redis = redis
    this.#keys = keys
    this.#random = random
  }

  get sequence(): number {
    return this.#sequence
  }

  async take(): Promise<void> {
    this.#lease = (await takeLease(this.#redis, this.#keys.checkpoint(partition, id), 'writer', 600_000))!
  }

  /** One commit, behind those before; `false` when it was fenced. */
  commit(fields = 1 + this.below(12)): Promise<boolean> {
    const committed = this.#last.then(() => this.#commit(fields))
    this.#last = committed
    return committed
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  async #commit(fields: number): Promise<boolean> {
    const hashes = new Map<string, HashChange>()
    for (let n = 0; n < fields; n++) {
      const key = this.#keys.table(partition, id, 'account', 'orders', `ä ${this.below(9)}!:${this.below(2)}`)
      const hash = hashes.get(key) ?? { key, puts: [], removals: [], isCleared: this.below(25) === 0 }
      hashes.set(key, hash)
      const field = `order\0${this.below(fields > 100 ? fields : 900)}`
      const isPut = hash.puts.includes(field)
      if (this.below(4) === 0 && !isPut) hash.removals.push(field)
      else if (!hash.removals.includes(field)) {
        hash.puts.push(field, Buffer.from([n & 0xff, 0xff, this.below(256)]))
      }
    }
    const timers = new Map(Array.from({ length: this.below(3) }, () =>
      [`due\0${this.below(40)}é`, this.below(3) === 0 ? null : this.below(1_000)] as const))
    try {
      await commitBatch(this.#redis, partition, {
        checkpoint: this.#keys.checkpoint(partition, id), outbox: this.#keys.outbox(partition, id),
        timers: this.#keys.timers(partition, id), dead: this.#keys.dead(partition, id),
        changed: this.#keys.changed(partition, id),
      }, { ...this.#lease!, sequence: this.#sequence, position: `${this.#sequence + 1}-0`, folded: 1,
        emitted: 1, outputs: [Buffer.from(`out ${this.#sequence}`)],
        dead: this.below(9) === 0 ? [Buffer.from(`letter ${this.#sequence}`)] : [],
        timers, hashes: [...hashes.values()] })
    } catch (error) {
      if ((error as HinataError).code === 'TASK_FENCED') return false
      throw error
    }
    this.#sequence++
    this.states.set(`${this.#sequence}-0`, await stateOf(this.#redis))
    return true
  }
}

/** All that a savepoint of the partition holds of what commits write. */
async function stateOf(redis: RedisConnection): Promise<State> {
  const names = (await send(redis, 'KEYS', [`${prefix}${id}:*`]) as Buffer[]).map(String)
    .filter(name => !name.includes(':changed'))
  return new Map(await Promise.all(names.map(async name => {
    const key = name.slice(prefix.length)
    const kind = String(await send(redis, 'TYPE', [name]))
    const items = await (kind === 'hash' ? send(redis, 'HGETALL', [name])
      : kind === 'zset' ? send(redis, 'ZRANGE', [name, 0, -1, 'WITHSCORES'])
        : send(redis, 'XRANGE', [name, '-', '+'])) as unknown[]
    return [key, pairsOf(items.flat())] as const
  })))
}

/** The same, of a file. */
async function stateIn(path: string): Promise<State> {
  const state: State = new Map()
  for await (const { key, kind, items } of readFrames(path)) {
    const found = state.get(key) ?? new Map<string, string>()
    for (const [item, value] of pairsOf(kind === 'x' ? items.slice(1) : items)) found.set(item, value)
    if (found.size > 0) state.set(key, found)
  }
  return state
}

function pairsOf(flat: unknown): Map<string, string> {
  const text = (item: unknown): string => (Array.isArray(item) ? item.map(text).join()
    : item instanceof Uint8Array ? Buffer.from(item).toString('latin1')
      : Buffer.from(String(item)).toString('latin1'))
  const items = flat as unknown[]
  return new Map(Array.from({ length: items.length / 2 }, (_, i) =>
    [text(items[2 * i]), text(items[2 * i + 1])]))
}

function plain(state: State | undefined): unknown {
  return Object.fromEntries([...state ?? []].sort().filter(([key]) => !key.endsWith(':cp'))
    .map(([key, items]) => [key, Object.fromEntries([...items].sort())]))
}

/** A connection on which something happens before each command. */
function interleaved(redis: RedisConnection, before: (name: string, args: unknown[]) => Promise<unknown>):
RedisConnection {
  return { ...redis, masters: () => redis.masters(), placeOf: key => redis.placeOf(key),
    send: async (name, args, key) => {
      await before(name, args)
      return redis.send(name, args, key)
    } }
}

interface Subject extends Connected {
  readonly writer: Writer
  readonly path: string
  /** Saves the partition; `before` happens before each command of that. */
  save(before: (name: string, args: unknown[]) => Promise<unknown>, path?: string):
  ReturnType<typeof savePartition>
}

async function subject(t: Test, seed: number): Promise<Subject> {
  const on = await connectRedis(t)
  const folder = mkdtempSync(join(tmpdir(), 'hinata-saved-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const topology = ordersTopology(on.redis, 'h')
  await send(on.redis, 'HSET', [on.keys.live(partition, 'orders'), 'version', 1])
  const writer = new Writer(on.redis, on.keys, seededRandom(seed))
  await writer.take()
  const reading = await openConnection(t, on.server.url)
  const path = join(folder, 'p.sp')
  return { ...on, writer, path, save: (before, to = path) => savePartition({
    redis: interleaved(reading, before), keys: on.keys, partition, topology,
  }, topology, to, systemClock) }
}

t.test('whatever is committed between two commands, the file is of one commit', async t => {
  for (let seed = 1; seed <= 8; seed++) {
    const { writer, path, redis, keys, save } = await subject(t, seed)
    for (let n = 0; n < 60; n++) await writer.commit()
    const epoch = await send(redis, 'HGET', [keys.checkpoint(partition, id), 'epoch'])
    let rounds = 0
    const { part } = await save(async (name, args) => {
      if (name === 'EVALSHA' && args[0] === readChanges && ++rounds === 1) {
        await writer.commit(1.5 * savepointChangesMax) // too much for one instant
      }
      // its answer is lost, and it is sent again
      if (name === 'EVALSHA' && args[0] === takeChanges) await send(redis, name, args as RedisArgument[])
      if (writer.below(3) > 0) return
      await writer.commit(writer.below(40) === 0 ? savepointChangesMax / 2 : undefined)
    })
    const saved = plain(await stateIn(path))
    t.ok(rounds > 1, `seed ${seed}: ${writer.sequence - 60} commits meanwhile, ${rounds - 1} rounds`)
    t.strictSame(saved, plain(writer.states.get(part.position)), `as of ${part.position}`)
    t.equal(part.folded, Number(part.position.split('-')[0]))
    t.strictSame(await send(redis, 'HGET', [keys.checkpoint(partition, id), 'epoch']), epoch, 'not fenced')
    t.equal(await send(redis, 'EXISTS', [keys.changed(partition, id)]), 0, 'nothing is noted any more')
  }
})

t.test('a partition that changes faster than it is read is held, once', async t => {
  const { writer, path, redis, keys, save } = await subject(t, 5)
  for (let n = 0; n < 10; n++) await writer.commit()
  let fenced = 0
  const { part } = await save(async (name, args) => {
    if (name !== 'EVALSHA' || args[0] !== readChanges) return
    if (!await writer.commit(3 * savepointChangesMax)) fenced++
  })
  t.equal(fenced, 1)
  t.strictSame(plain(await stateIn(path)), plain(writer.states.get(part.position)))
  const { owner } = fieldsOf(await send(redis, 'HGETALL', [keys.checkpoint(partition, id)]))
  t.equal(String(owner), '', 'and given back')
  await writer.take()
  t.ok(await writer.commit())
})

t.test('what every sink has taken meanwhile is not in the file, what a sink has not taken is', async t => {
  const { writer, path, redis, keys, save } = await subject(t, 9)
  const sink = keys.sink(partition, id, 'rows')
  const outputs = (): Promise<string[]> => send(redis, 'XRANGE', [keys.outbox(partition, id), '-', '+'])
    .then(found => (found as [Buffer][]).map(([entry]) => String(entry)))
  for (let n = 0; n < 30; n++) await writer.commit()
  const entries = await outputs()
  for (const name of ['rows', 'kept']) {
    await send(redis, 'HSET', [keys.sink(partition, id, name), 'position', entries[5]])
  }
  await save(async (name, args) => {
    if (name !== 'EVALSHA' || args[0] !== readChanges) return
    await send(redis, 'HSET', [sink, 'position', entries[20]])
    await send(redis, 'HSET', [keys.sink(partition, id, 'kept'), 'position', entries[12]])
    await send(redis, 'XTRIM', [keys.outbox(partition, id), 'MINID', '=', entries[13]])
  })
  const saved = await stateIn(path)
  t.strictSame([...saved.get(`${id}:out`)!.keys()], entries.slice(13))
  t.strictSame(saved.get(`${id}:sink:rows`)!.get('position'), entries[20])
})

t.test('two that save one partition: the first is told', async t => {
  const { writer, save, path } = await subject(t, 6)
  for (let n = 0; n < 10; n++) await writer.commit()
  let isSecond = false
  await t.rejects(save(async (name, args) => {
    if (isSecond || name !== 'EVALSHA' || args[0] !== readChanges) return
    isSecond = true
    await save(async () => undefined, `${path}.second`)
  }), { code: 'SAVEPOINT_INTERRUPTED' })
  t.strictSame(plain(await stateIn(`${path}.second`)), plain(writer.states.get(`${writer.sequence}-0`)))
})

t.test('another version goes live, or the notes are gone', async t => {
  const { writer, save, redis, keys, path } = await subject(t, 7)
  for (let n = 0; n < 10; n++) await writer.commit()
  const then = (work: () => Promise<unknown>) => async (name: string, args: unknown[]): Promise<void> => {
    if (name === 'EVALSHA' && args[0] === readChanges) await work()
  }
  await t.rejects(save(then(() => send(redis, 'DEL', [keys.changed(partition, id)]))),
    { code: 'SAVEPOINT_INTERRUPTED' })
  const version = (): Promise<unknown> => send(redis, 'HSET', [keys.live(partition, 'orders'), 'version', 2])
  await t.rejects(save(then(version), `${path}.other`), { code: 'VERSION_NOT_LIVE' })
})

t.test('notes of a process that died expire', async t => {
  const { save, redis, keys, writer } = await subject(t, 8)
  await writer.commit()
  await t.rejects(save(async name => {
    if (name === 'SCAN') throw new Error('died')
  }), { message: 'died' })
  const expiresInMs = await send(redis, 'PTTL', [keys.changed(partition, id)])
  t.ok(Number(expiresInMs) > 0)
  t.ok(await writer.commit())
  t.ok(Number(await send(redis, 'PTTL', [keys.changed(partition, id)])) <= Number(expiresInMs))
})
