/** Receivers keep what they acknowledge, and say so: every record's number once, over both transports. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import t from 'tap'
import type { Stored } from '../../bench/ingest/receiver.js'
import { openLane } from '../../bench/ingest/sender.js'
import { startRedis } from '../support/redis.js'

const messages = 30

for (const [name, recordsPerMessage] of [['hinata', 1], ['hinata', 5], ['bare', 1], ['bare', 5]] as const) {
  t.test(`${name} keeps ${recordsPerMessage} records a message`, async t => {
    const redis = await startRedis()
    const module = new URL(name === 'bare' ? '../../bench/ingest/bare.js' : '../../bench/ingest/hinata.js',
      import.meta.url)
    const receiver = fork(new URL('../../bench/ingest/receiver-process.js', import.meta.url),
      [module.href, name, redis.url])
    t.teardown(async () => {
      const ended = once(receiver, 'exit')
      receiver.disconnect()
      await ended
      await redis.stop()
    })
    const [{ url, token }] = await once(receiver, 'message') as [{ url: string, token: string }]
    const [socket, http] = await Promise.all((['ws', 'http'] as const).map(transport =>
      openLane({ url, token, transport, recordsPerMessage })))
    await Promise.all(Array.from({ length: messages }, (_, n) => socket.send(n)))
    for (let n = messages; n < 2 * messages; n++) await http.send(n)
    for (const lane of [socket, http]) lane.close()
    receiver.send('stored')
    const [stored] = await once(receiver, 'message') as [Stored]
    const sent = 2 * messages * recordsPerMessage
    t.strictSame(stored, { records: sent, sum: sent * (sent - 1) / 2 })
  })
}
