// Shows 9 at the edge: a record that makes the actor throw becomes a dead letter; its app is told, no stack.
import t from 'tap'
import { lightTopology, tally } from '../light.js'
import { openGreeted, recordOf, startSystem } from '../system.js'

t.test('G5 the app of a dead letter is told; siblings are folded, other apps hear nothing', async t => {
  const system = await startSystem({ topology: lightTopology })
  t.teardown(() => system.stop())
  const own = await openGreeted(system.gateway.url, await system.key())
  const other = await openGreeted(system.gateway.url, await system.key())
  for (const raw of [own, other]) {
    raw.send({ type: 'subscribe', id: 'd', topic: 'dead' })
    raw.send({ type: 'subscribe', id: 's', topic: 'stats' })
    raw.send({ type: 'ping' })
    await raw.until(({ type }) => type === 'pong')
  }
  own.send({ type: 'submit', seq: 1, user_id: 'ada', records: [
    recordOf('a'), recordOf('b', { highlight: 'throw' }), recordOf('c'),
  ] })
  t.match(await own.until(({ type }) => type === 'ack'), { accepted: 3 })
  const letter = await own.until(({ type, id }) => type === 'update' && id === 'd')
  t.match(letter, { data: { user_id: 'ada', attempts: 3, error: { code: 'TURN_FAILED' } } })
  t.notMatch(JSON.stringify(letter), /at counted|\.js:/, 'no stack')
  t.equal(await system.client.settled('ada', 10_000), true)
  t.equal((await system.client.state(tally, 'ada'))?.total.get(), 2)
  const stats = await other.until(({ type, id }) => type === 'update' && id === 's')
  t.match(stats, { data: { accepted: Number, connections: 2, lag: Array } })
  t.equal(other.frames.filter(({ id }) => id === 'd').length, 0)
  own.socket.close()
  other.socket.close()
})
