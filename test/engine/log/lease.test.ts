/** Leases: one owner at a time, by the clock of Redis, with an epoch that only rises (G4). */
import t from 'tap'
import { releaseLease, renewLease, takeLease } from '../../../engine/log/index.js'
import { send } from '../../../engine/redis/index.js'
import { connectRedis } from '../../support/connection.js'
import { until } from '../../support/until.js'

const key = 'h:{0}:shop.1:cp'

t.test('a held lease is refused to others, given back it is free, and every taking raises the epoch',
  async t => {
  const { redis } = await connectRedis(t)
  const first = (await takeLease(redis, key, 'one', 60_000))!
  t.match(first, { epoch: 1, history: /^\w{40}$/,
    checkpoint: { sequence: 0, position: '0-0', folded: 0, emitted: 0 } })
  t.equal(await takeLease(redis, key, 'two', 60_000), null)
  t.equal((await takeLease(redis, key, 'one', 60_000))?.epoch, 2, 'its own owner may take it again')
  await releaseLease(redis, key, first)
  t.equal(await takeLease(redis, key, 'two', 60_000), null, 'an old epoch gives nothing back')
  await releaseLease(redis, key, { ...first, epoch: 2 })
  t.equal((await takeLease(redis, key, 'two', 60_000))?.epoch, 3)
})

t.test('a lease that is not renewed runs out by the time of Redis', async t => {
  const { redis } = await connectRedis(t)
  const first = (await takeLease(redis, key, 'one', 40))!
  const second = await until('the lease has run out', () => takeLease(redis, key, 'two', 60_000))
  t.equal(second.epoch, first.epoch + 1)
  t.equal(await renewLease(redis, key, first, 60_000), false,
    'the first owner learns that it is fenced')
  t.equal(await renewLease(redis, key, second, 60_000), true)
})

t.test('a renewed lease stays; what was committed is handed to the next owner', async t => {
  const { redis } = await connectRedis(t)
  const lease = (await takeLease(redis, key, 'one', 60_000))!
  const untilOf = async (): Promise<number> => Number(String(await send(redis, 'HGET', [key, 'until'])))
  const before = await untilOf()
  t.ok(await renewLease(redis, key, lease, 120_000))
  t.ok(await untilOf() >= before + 60_000)
  await send(redis, 'HSET', [key, 'sequence', 7, 'position', '9-1', 'folded', 70, 'emitted', 12])
  await releaseLease(redis, key, lease)
  t.strictSame((await takeLease(redis, key, 'two', 60_000))?.checkpoint,
    { sequence: 7, position: '9-1', folded: 70, emitted: 12 })
})
