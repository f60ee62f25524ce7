// The client's subscriptions without a gateway: C3..C5.
import t from 'tap'
import { GatewayRefusal, type LiveUpdate } from '../../../gateway/client/index.js'
import { ClientSubscriptions } from '../../../gateway/client/subscriptions.js'
import type { AppFrame } from '../../../gateway/schema/frames.js'

/** As many as an inbox holds. */
const held = 1_000

function opened(): { sent: AppFrame[], subscriptions: ClientSubscriptions } {
  const sent: AppFrame[] = []
  const subscriptions = new ClientSubscriptions(frame => void sent.push(frame))
  subscriptions.welcomed()
  return { sent, subscriptions }
}

const updateAt = (id: string, n: number): LiveUpdate =>
  ({ type: 'update', id, position: `${n}-0:0`, data: n })

const idOf = (frame: AppFrame | undefined): string => (frame as { id: string }).id

async function take(updates: AsyncIterableIterator<LiveUpdate>, count: number): Promise<LiveUpdate[]> {
  const taken: LiveUpdate[] = []
  for (let i = 0; i < count; i++) taken.push((await updates.next()).value as LiveUpdate)
  return taken
}

t.test('C3 goes on behind the last update, or the last gap', async t => {
  const { sent, subscriptions } = opened()
  const updates = subscriptions.subscribe({ topic: 'records', userId: 'ada' })
  subscriptions.deliver(updateAt(idOf(sent[0]), 7))
  subscriptions.lost()
  subscriptions.welcomed()
  t.match(sent[1], { type: 'subscribe', user_id: 'ada', from: '7-0:0' })
  subscriptions.deliver({ type: 'gap', id: idOf(sent[1]), from: '7-0', to: '9-0' })
  subscriptions.lost()
  subscriptions.welcomed()
  t.match(sent[2], { from: '9-0' })
  t.match(await take(updates, 2), [{ id: 's1', data: 7 }, { type: 'gap', id: 's1', to: '9-0' }])
})

t.test('C3 without a place to go on from, a broken link is told as a gap', async t => {
  const { subscriptions } = opened()
  const records = subscriptions.subscribe({ topic: 'records' })
  const stats = subscriptions.subscribe({ topic: 'stats' })
  subscriptions.lost()
  subscriptions.welcomed()
  t.match(await take(records, 1), [{ type: 'gap', from: null, to: null }])
  subscriptions.end(null)
  t.match(await stats.next(), { done: true }, 'numbers of now have no history')
})

t.test('C4 a person\'s subscription pauses while its reader is behind, and misses nothing', async t => {
  const { sent, subscriptions } = opened()
  const updates = subscriptions.subscribe({ topic: 'psp', userId: 'ada' })
  for (let n = 1; n <= held + 5; n++) subscriptions.deliver(updateAt(idOf(sent[0]), n))
  t.match(sent[1], { type: 'unsubscribe', id: idOf(sent[0]) })
  t.equal(sent.length, 2)
  await take(updates, held / 2 - 1)
  t.equal(sent.length, 2, 'not for each that is taken')
  await take(updates, 1)
  t.match(sent[2], { type: 'subscribe', from: `${held}-0:0` })
  t.not(idOf(sent[2]), idOf(sent[0]), 'C5')
  subscriptions.deliver(updateAt(idOf(sent[0]), held + 5))
  subscriptions.deliver(updateAt(idOf(sent[2]), held + 1))
  const rest = await take(updates, held / 2 + 1)
  t.equal((rest.at(-1) as { data: number }).data, held + 1, 'C5 the late one of before is not taken')
})

t.test('C4 of any other the oldest are dropped, and the next one says how many', async t => {
  const { sent, subscriptions } = opened()
  const updates = subscriptions.subscribe({ topic: 'records' })
  for (let n = 1; n <= held + 3; n++) subscriptions.deliver(updateAt(idOf(sent[0]), n))
  t.equal(sent.length, 1)
  const taken = await take(updates, held)
  t.match(taken[0], { data: 4 })
  t.match(taken.at(-1), { data: held + 3, skipped: 1 })
  const skipped = taken.reduce((sum, one) => sum + (one.type === 'update' ? one.skipped ?? 0 : 0), 0)
  t.equal(skipped, 3)
})

t.test('ending and refusing', async t => {
  const { sent, subscriptions } = opened()
  const left = subscriptions.subscribe({ topic: 'stats' })
  await left.return?.()
  t.match(sent[1], { type: 'unsubscribe', id: idOf(sent[0]) })
  const refused = subscriptions.subscribe({ topic: 'psp', userId: 'x' })
  subscriptions.refuse(idOf(sent[2]), new GatewayRefusal('PERMISSION_MISSING', 'no', false))
  await t.rejects(refused.next(), { code: 'PERMISSION_MISSING' })
  subscriptions.refuse('s9.9', new GatewayRefusal('PERMISSION_MISSING', 'no', false))
})
