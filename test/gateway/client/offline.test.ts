// A client that is opened before there is a gateway: example 6, and the bound of what waits.
import t from 'tap'
import { sendNotes } from '../../../examples/06-offline.js'
import { openClient, startGateway } from '../../../gateway/index.js'
import { freePort } from '../../support/redis.js'
import { until } from '../../support/until.js'
import { lightTopology, tally } from '../light.js'
import { recordOf, startSystem } from '../system.js'

t.test('what was sent before there is a gateway is kept, once, and refusals are told one by one', async t => {
  const system = await startSystem({ topology: lightTopology })
  t.teardown(() => system.stop())
  const [key, port] = [await system.key(), await freePort()]
  let asked = 0
  const notes = [recordOf('a'), recordOf('b', { colour: 'red' }), recordOf('c')]
  const sending = sendNotes(`http://127.0.0.1:${port}`, () => {
    asked += 1
    return Promise.resolve(key)
  }, notes)
  await until('it has tried', () => asked > 1)
  const gateway = await startGateway(
    { host: '127.0.0.1', port, client: system.client, pipeline: system.topology })
  t.teardown(() => gateway.stop())
  t.match(await sending, [/^kept/, 'refused: FIELD_UNKNOWN', /^kept/])
  t.equal(await system.client.settled('ada', 60_000), true)
  t.equal((await system.client.state(tally, 'ada'))?.total.get(), 2)
})

t.test('C2 what waits is bounded, in records and in bytes; closing answers all of it', async t => {
  const url = `http://127.0.0.1:${await freePort()}`
  const few = openClient({ url, token: 'x', queuedRecordsMax: 3, reconnectMsMax: Infinity })
  const waiting = [1, 2, 3].map(n => few.send('ada', recordOf(String(n))))
  await t.rejects(few.send('ada', recordOf('4')), { code: 'OVERLOADED', isRetryable: true })
  t.equal(few.isConnected, false)
  few.abort()
  for (const one of waiting) await t.rejects(one, { code: 'STOPPING' })
  await t.rejects(few.send('ada', recordOf('5')), { code: 'STOPPING' })
  const small = openClient({ url, token: 'x', queuedBytesMax: 1_000, reconnectMsMax: Infinity })
  const large = small.submit('ada', [recordOf('1', { note: 'x'.repeat(2_000) })])
  await t.rejects(small.submit('ada', [recordOf('2')]), { code: 'OVERLOADED' })
  small.abort()
  await t.rejects(large, { code: 'STOPPING' })
})

t.test('a client that is patient gives up after its time, and on a key that nobody knows', async t => {
  const gone = openClient({ url: `http://127.0.0.1:${await freePort()}`, token: 'x', reconnectMsMax: 100 })
  await t.rejects(gone.send('ada', recordOf('1')), { code: 'UPSTREAM_UNAVAILABLE', isRetryable: true })
  const system = await startSystem({ topology: lightTopology, hasNode: false })
  t.teardown(() => system.stop())
  const unknown = openClient({ url: system.gateway.url, token: 'byo_none', reconnectMsMax: Infinity })
  await t.rejects(unknown.send('ada', recordOf('1')), { code: 'TOKEN_UNKNOWN', isRetryable: false })
})
