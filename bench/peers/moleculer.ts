/**
 * Moleculer Channels on Redis Streams: one service, whose channel handler counts in a hash of the same Redis.
 * A message is acknowledged behind its handler, and counts twice when it is tried again. Tuned: a thousand in
 * flight, sends without waiting for each other.
 */
import { Redis } from 'ioredis'
import { ServiceBroker, type Middleware } from 'moleculer'
import { Middleware as channels } from '@moleculer/channels'
import { offer, type Contender } from '../keyed-counter/contender.js'

const maxInFlight = 1_000

/** Its declarations ask for every option, and do not know that it is a middleware. */
type MiddlewareOptions = Parameters<typeof channels>[0]

/** Counts in a hash. */
export const moleculer: Contender = {
  async run({ redisUrl, measured }, keys) {
    const redis = new Redis(redisUrl)
    let seen = 0
    let wake: () => void = () => undefined
    const all = new Promise<void>(resolve => { wake = resolve })
    const options: unknown = { adapter: { type: 'Redis', options: { redis: redisUrl, maxInFlight } } }
    const channelled: unknown = channels(options as MiddlewareOptions)
    const broker = new ServiceBroker({ logger: false, middlewares: [channelled as Middleware] })
    broker.createService({ name: 'counter', channels: { counts: {
      maxInFlight,
      async handler({ key }: { key: string }) {
        await redis.hincrby('totals', key, 1)
        if (++seen === keys.length) wake()
      },
    } } })
    await broker.start()
    await measured(async () => {
      await offer(keys, chunk => Promise.all(chunk.map(key => broker.sendToChannel('counts', { key }))))
      await all
    })
    await broker.stop()
    const totals = await redis.hvals('totals')
    redis.disconnect()
    return totals.reduce((sum, total) => sum + Number(total), 0)
  },
}
