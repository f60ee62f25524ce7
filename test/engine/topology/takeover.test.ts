/** What a node tells of itself: the pause of a takeover, and its hot keys. */
import t from 'tap'
import { openTopologyClient, startNode } from '../../../engine/index.js'
import { shopTopology } from './shop.js'
import { startRedis } from '../../support/redis.js'
import { until } from '../../support/until.js'

const addition = (key: string, item: string): { key: string, eventTime: number, value: unknown } =>
  ({ key, eventTime: 1, value: { item, count: 1 } })

t.test('a takeover\'s pause runs from the last commit, or the first record since, to the next', async t => {
  const redis = await startRedis()
  const topology = shopTopology(1)
  const at = { redisUrl: redis.url, topology }
  const client = await openTopologyClient(at)
  const first = await startNode(at)
  t.teardown(async () => {
    await client.close()
    await redis.stop()
  })
  await client.append([addition('ada', 'tea')])
  t.ok(await client.settled('ada', 20_000))
  t.match(await client.lag(), [{ takeover: null }])
  await first.stop()
  await client.append([addition('ada', 'ham')])
  await until('the record has waited', async () => (await client.lag())[0].lagMs >= 100)
  const second = await startNode(at)
  t.ok(await client.settled('ada', 20_000))
  const takeover = await until('it is measured', async () => (await client.lag())[0].takeover)
  t.equal(takeover.epoch, 2)
  await until('the key is named', async () => (await client.nodes())[0]?.hotKeys.length === 1)
  t.match(await client.nodes(), [{ problems: [], hotKeys: [{ key: 'ada', records: 1, share: 1 }] }])
  t.ok(takeover.pauseMs >= 100 && takeover.pauseMs < 20_000, `${takeover.pauseMs} ms`)
  await second.stop()
})
