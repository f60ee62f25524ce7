// The client's batches: D1..D3.
import t from 'tap'
import { Batches, type Ack, type OutgoingBatch } from '../../../gateway/client/batches.js'

function batchOf(seq: number, records: number, answers: string[]): OutgoingBatch {
  return {
    seq, records, message: 'x'.repeat(10),
    resolve: () => void answers.push(`ack ${seq}`),
    reject: error => void answers.push(`${error.message} ${seq}`),
  }
}

const ack = (seq: number): Ack =>
  ({ seq, accepted: 1, duplicates: 0, rejected: [], durability: 'memory', positions: [] })

t.test('D1 what comes back is sent again in the order of seq', async t => {
  const answers: string[] = []
  const batches = new Batches({ records: 1_000, bytes: 1_000 })
  for (let seq = 1; seq <= 4; seq++) batches.add(batchOf(seq, 1, answers))
  const allowance = { records: 3, bytes: 1_000 }
  t.same([1, 2, 3].map(() => batches.next(allowance)?.seq), [1, 2, 3])
  t.equal(batches.next(allowance), null)
  batches.requeue(3)
  batches.requeue(2)
  t.equal(batches.next(allowance)?.seq, 2)
  batches.acknowledge(ack(1))
  batches.requeueAll()
  t.same([1, 2, 3].map(() => batches.next(allowance)?.seq), [2, 3, 4])
  t.same(answers, ['ack 1'])
  t.equal(batches.unanswered, 3)
})

t.test('D2 records and bytes in flight stay within the allowance', async t => {
  const batches = new Batches({ records: 1_000, bytes: 1_000 })
  for (let seq = 1; seq <= 3; seq++) batches.add(batchOf(seq, 10, []))
  t.equal(batches.next({ records: 9, bytes: 1_000 }), null)
  t.equal(batches.next({ records: 100, bytes: 15 })?.seq, 1)
  t.equal(batches.next({ records: 100, bytes: 15 }), null)
  t.equal(batches.next({ records: 100, bytes: 20 })?.seq, 2)
  batches.acknowledge(ack(1))
  batches.acknowledge(ack(1)) // an answer that comes twice counts once
  t.equal(batches.next({ records: 20, bytes: 1_000 })?.seq, 3)
})

t.test('D3 waiting for room ends when a batch leaves the queue', async t => {
  const batches = new Batches({ records: 10, bytes: 1_000 })
  batches.add(batchOf(1, 10, []))
  t.equal(batches.hasRoom, false)
  const waiting = batches.whenRoom()
  batches.next({ records: 10, bytes: 10 })
  await waiting
  t.equal(batches.hasRoom, true)
})

t.test('after the end every batch is answered', async t => {
  const answers: string[] = []
  const batches = new Batches({ records: 10, bytes: 1_000 })
  for (let seq = 1; seq <= 3; seq++) batches.add(batchOf(seq, 1, answers))
  batches.next({ records: 1, bytes: 10 })
  batches.refuse(1, new Error('no'))
  batches.rejectAll(new Error('closed'))
  t.same(answers, ['no 1', 'closed 2', 'closed 3'])
})

t.test('D3 whoever waits for room goes on waiting when a refused batch takes it again', async t => {
  const batches = new Batches({ records: 10, bytes: 1_000 })
  const allowance = { records: 20, bytes: 1_000 }
  batches.add(batchOf(1, 10, []))
  batches.next(allowance)
  batches.add(batchOf(2, 10, []))
  let hasRoom = false
  const waiting = batches.whenRoom().then(() => { hasRoom = batches.hasRoom })
  batches.next(allowance)
  batches.requeue(1) // refused for now, before the one who waits has run
  await new Promise(resolve => setImmediate(resolve))
  batches.next(allowance)
  await waiting
  t.ok(hasRoom)
})
