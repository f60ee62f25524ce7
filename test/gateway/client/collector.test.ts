// Single records into batches: K1..K3.
import t from 'tap'
import { ManualClock } from '../../../engine/index.js'
import type { Ack } from '../../../gateway/client/index.js'
import { Collector } from '../../../gateway/client/collector.js'

interface Sent { readonly userId: string, readonly records: readonly unknown[], readonly ack: Ack }

function collecting(recordsMax: number, rejected: Ack['rejected'] = []): {
  clock: ManualClock, sent: Sent[], collector: Collector,
} {
  const clock = new ManualClock(0)
  const sent: Sent[] = []
  const collector = new Collector(recordsMax, 5, clock, (userId, records) => {
    const ack = { seq: sent.length, accepted: records.length, duplicates: 0, rejected, durability: 'memory',
      positions: [] }
    sent.push({ userId, records, ack })
    return userId === 'nobody' ? Promise.reject(new Error('refused')) : Promise.resolve(ack)
  })
  return { clock, sent, collector }
}

t.test('K1 K2 full at once, the rest after lingering, each person by itself', async t => {
  const { clock, sent, collector } = collecting(3)
  const answers = [1, 2, 3, 4].map(n => collector.add('ada', n))
  void collector.add('bob', 5)
  t.match(sent, [{ userId: 'ada', records: [1, 2, 3] }])
  t.equal(collector.count, 2)
  clock.advance(4)
  await Promise.resolve()
  t.equal(sent.length, 1)
  clock.advance(1)
  t.equal((await answers[0])?.seq, 0)
  t.equal((await answers[3])?.seq, 1)
  t.match(sent.slice(1), [{ userId: 'ada', records: [4] }, { userId: 'bob', records: [5] }])
  t.equal(collector.count, 0)
  const next = collector.add('ada', 6)
  collector.flush()
  t.match(sent[3], { records: [6] })
  t.equal((await next).seq, 3)
  clock.advance(10)
  t.equal(sent.length, 4, 'a batch that is gone is not sent at its time again')
})

t.test('K3 a refused record is told alone, a refused batch to all', async t => {
  const { sent, collector } = collecting(2, [{ index: 1, id: 'x', code: 'FIELD_TYPE', message: 'no' }])
  const [good, bad] = [collector.add('ada', 1), collector.add('ada', 2)]
  t.same(await good, sent[0]?.ack)
  await t.rejects(bad, { name: 'RecordRefusal', code: 'FIELD_TYPE', recordId: 'x', isRetryable: false })
  const refused = [collector.add('nobody', 1), collector.add('nobody', 2)]
  for (const one of refused) await t.rejects(one, { message: 'refused' })
})
