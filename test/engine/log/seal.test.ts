/** Sealing a log: nothing that is appended later counts as accepted earlier (F1). */
import t from 'tap'
import { sealLog } from '../../../engine/log/index.js'
import { send } from '../../../engine/redis/index.js'
import { connectRedis } from '../../support/connection.js'

const log = 'h:{0}:in'
const longPast = 1
const farAhead = 9_000_000_000_000

t.test('F1: a sealed log goes on at the time of the seal or later, and is never sealed back', async t => {
  const { redis } = await connectRedis(t)
  const lastId = async (): Promise<string> =>
    String((await send(redis, 'XINFO', ['STREAM', log]) as Buffer[])[7])
  await send(redis, 'XADD', [log, '5-0', 'd', 'x'])
  t.equal(await sealLog(redis, log, '0-0', longPast), undefined, 'not while something is unread')
  t.equal(await sealLog(redis, log, '5-0', farAhead), undefined, 'not while nothing is due')
  t.equal(await lastId(), '5-0')
  const now = (await sealLog(redis, log, '5-0', longPast))!
  t.equal(await lastId(), `${now}-0`)
  await t.rejects(send(redis, 'XADD', [log, `${now - 1}-0`, 'd', 'y']), /equal or smaller/)
  t.ok(await sealLog(redis, log, '5-0', longPast), 'the seal itself is nothing to read')
  await send(redis, 'XADD', [log, `${farAhead}-0`, 'd', 'as if the clock had gone back since'])
  t.ok(await sealLog(redis, log, `${farAhead}-0`, longPast))
  t.equal(await lastId(), `${farAhead}-0`)
  t.ok(await sealLog(redis, 'none', '0-0', longPast), 'without a log there is nothing to seal')
  t.equal(await send(redis, 'EXISTS', ['none']), 0)
})
