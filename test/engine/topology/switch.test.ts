/** A switch of one partition between versions: patience with a version that comes late. */
import t, { type Test } from 'tap'
import type { Clock } from '../../../engine/index.js'
import { fieldsOf, send } from '../../../engine/redis/index.js'
import { switchPartition } from '../../../engine/topology/switch.js'
import { connectRedis, type Connected } from '../../support/connection.js'

/** Time that passes as soon as somebody waits for it; `passed` is asked at each step. */
class EagerClock implements Clock {
  readonly #passed: (now: number) => Promise<unknown>
  #now = 0

  constructor(passed: (now: number) => Promise<unknown>) {
    this.#passed = passed
  }

  now(): number {
    return this.#now
  }

  async wait(ms: number): Promise<void> {
    this.#now += ms
    await this.#passed(this.#now)
  }

  pause(): Promise<void> {
    return Promise.resolve()
  }
}

const topology = { name: 'shop', source: { topic: 'log', partitions: 1, decode: undefined } }

/** Version 1 is live and stands at 9-0; version 2 is near, at 3-0. */
async function twoVersions(t: Test): Promise<Connected> {
  const on = await connectRedis(t)
  const { redis, keys } = on
  await send(redis, 'HSET', [keys.live(0, 'shop'), 'version', 1])
  await send(redis, 'HSET', [keys.checkpoint(0, 'shop.1'), 'position', '9-0', 'folded', 90])
  await send(redis, 'HSET', [keys.checkpoint(0, 'shop.2'), 'position', '3-0', 'folded', 30,
    'owner', 'a node', 'until', Date.now() + 3_600_000])
  return on
}

const stateOf = async ({ redis, keys }: Connected, version: number): Promise<Record<string, string>> => {
  const fields = fieldsOf(await send(redis, 'HGETALL', [keys.checkpoint(0, `shop.${version}`)]))
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]))
}

t.test('X1: a version that does not arrive during a hold is let go on, and tried again', async t => {
  const on = await twoVersions(t)
  const { redis, keys } = on
  let releasedAt: number | undefined
  const clock = new EagerClock(async now => {
    const { owner = '', held } = await stateOf(on, 1)
    if (held === undefined || owner !== '' || releasedAt !== undefined) return
    releasedAt = now
    await send(redis, 'HSET', [keys.checkpoint(0, 'shop.2'), 'position', '9-0', 'folded', 90])
  })
  const heldMs = await switchPartition(0, {
    redis, keys, clock, topology, from: 1, to: 2, nearMsMax: 60_000 })
  t.ok(releasedAt !== undefined && releasedAt >= 3_000, 'the first hold was given back in its time')
  t.equal(heldMs, 0, 'the second found it there')
  t.match(fieldsOf(await send(redis, 'HGETALL', [keys.live(0, 'shop')])), { version: Buffer.from('2') })
})

t.test('X1: one that never arrives is refused when its time is up, and nothing is held', async t => {
  const { redis, keys } = await twoVersions(t)
  const clock = new EagerClock(async () => undefined)
  await t.rejects(switchPartition(0, { redis, keys, clock, topology, from: 1, to: 2, nearMsMax: 10_000 }),
    { code: 'VERSION_BEHIND' })
  t.ok(clock.now() > 6_000 && clock.now() < 20_000, 'after more than one try')
  t.equal((await stateOf({ redis, keys } as Connected, 1)).owner, '')
})
