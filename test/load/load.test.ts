// Small versions of what run.js measures: all are answered, nothing is lost. Times are not looked at.
import t from 'tap'
import { manyConnections } from './connections.js'
import { fastSender } from './fast-sender.js'
import { slowSubscribers } from './subscribers.js'

t.test('idle connections cost little, active ones are all answered', async t => {
  const { idle, active } = await manyConnections(400, 30, 5)
  t.ok(idle.bytesEach < 100_000, `${idle.bytesEach} bytes each`)
  t.equal(active.acks, 150)
})

t.test('who reads gets every update, with subscribers beside who never do', async t => {
  const { updates } = await slowSubscribers(40, 20)
  t.equal(updates, 20)
})

t.test('a fast sender loses nothing', async t => {
  const { records, accepted, folded, dead } = await fastSender(3_000)
  t.same({ accepted, folded, dead }, { accepted: records, folded: records, dead: 0 })
})
