// The client across broken connections: C1..C3.
import { connect as connectTcp, createServer, type AddressInfo, type Socket } from 'node:net'
import t from 'tap'
import { hashText } from '../../../engine/index.js'
import { connect, startGateway } from '../../../gateway/index.js'
import { freePort } from '../../support/redis.js'
import { lightTopology, tally } from '../light.js'
import { recordOf, startSystem } from '../system.js'

/**
 * A way to the gateway that breaks after so many bytes came back, so that some acks arrive and others are
 * lost.
 */
function breakingProxy(target: number, seed: string): Promise<{
  url: string, breaks: () => number, stop(): void,
}> {
  const open = new Set<Socket>()
  let breaks = 0
  const server = createServer(near => {
    const far = connectTcp(target, '127.0.0.1')
    let left = 800 + hashText(`${seed}${breaks}`) % 3_000
    const cut = (): void => {
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', cut)
      socket.on('close', () => {
        open.delete(socket)
        cut()
      })
    }
    near.pipe(far)
    far.pipe(near)
    far.on('data', (part: Buffer) => {
      left -= part.length
      if (left > 0) return
      breaks += 1
      cut()
    })
  })
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    breaks: () => breaks,
    stop() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  })))
}

t.test('C1 C2 broken again and again, each batch is answered, each record counted once', async t => {
  const system = await startSystem({ topology: lightTopology })
  const proxy = await breakingProxy(system.gateway.port, 'seven')
  t.teardown(async () => {
    proxy.stop()
    await system.stop()
  })
  const client = await connect({ url: proxy.url, token: await system.key(), reconnectMsMax: 20_000 })
  let accepted = 0
  let duplicates = 0
  const answered: Promise<void>[] = []
  let batch = 0
  for (; batch < 60 || proxy.breaks() < 3; batch++) {
    await client.ready()
    const records = Array.from({ length: 20 }, (_, i) => recordOf(`${batch}-${i}`))
    answered.push(client.submit(`person-${batch % 3}`, records).then(ack => {
      accepted += ack.accepted
      duplicates += ack.duplicates
    }))
  }
  await Promise.all(answered)
  await client.close()
  t.same([accepted, duplicates], [20 * batch, 0])
  let folded = 0
  for (const person of ['person-0', 'person-1', 'person-2']) {
    t.equal(await system.client.settled(person, 20_000), true)
    folded += (await system.client.state(tally, person))?.total.get() ?? 0
  }
  t.equal(folded, 20 * batch)
})

t.test('C3 a subscription goes on behind its last update when the gateway is replaced', async t => {
  const port = await freePort()
  const system = await startSystem({ gateway: { port } })
  t.teardown(() => system.stop())
  const token = await system.key()
  const client = await connect({ url: system.gateway.url, token })
  const updates = client.subscribe({ topic: 'records', userId: 'ada' })
  const seen: string[] = []
  const take = async (): Promise<void> => {
    const { value } = await updates.next() as { value: { data: { id: string } } }
    seen.push(value.data.id)
  }
  await client.submit('ada', [recordOf('a1'), recordOf('a2')])
  await take()
  await take()
  await system.gateway.stop()
  await system.client.append([{ // committed while nobody listened
    key: 'ada', eventTime: 1, value: { record: { ...recordOf('a3'), tag: [] }, app: 'other', receivedAt: 1 },
  }])
  const replaced = await startGateway(
    { host: '127.0.0.1', port, client: system.client, pipeline: system.topology }
  )
  t.teardown(() => replaced.stop())
  const ack = await client.submit('ada', [recordOf('a4')])
  t.equal(ack.accepted, 1)
  await take()
  await take()
  t.same(seen, ['a1', 'a2', 'a3', 'a4'])
  await client.close()
  t.match(await updates.next(), { done: true })
})

t.test('a client that cannot come back says so to everyone who waits', async t => {
  const system = await startSystem({ topology: lightTopology })
  t.teardown(() => system.stop())
  const client = await connect({ url: system.gateway.url, token: await system.key(), reconnectMsMax: 200 })
  const updates = client.subscribe({ topic: 'stats' })
  const waiting = updates.next()
  await system.gateway.stop()
  await t.rejects(client.submit('ada', [recordOf('x')]), { code: 'UPSTREAM_UNAVAILABLE' })
  await t.rejects(waiting, { code: 'UPSTREAM_UNAVAILABLE' })
  await t.rejects(client.submit('ada', [recordOf('y')]), { code: 'STOPPING' })
})
