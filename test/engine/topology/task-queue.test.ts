/** The queue of a task holds so many bytes and no more: of blocks (U1), of what stages made of them (U2). */
import t from 'tap'
import { stagedBytesMax, stageGroupBytesMax, taskBytesMax } from '../../../engine/limits/limits.js'
import { encodeRecord } from '../../../engine/record/block.js'
import { StageRunner } from '../../../engine/topology/stages.js'
import { TaskQueue } from '../../../engine/topology/task-queue.js'
import type { Entry } from '../../../engine/log/index.js'
import type { Stage } from '../../../engine/index.js'

const block = encodeRecord({ key: 'ada', eventTime: 1, value: 'x'.repeat(stageGroupBytesMax / 2) })

/** Entries of half a group each. */
function entriesFrom(first: number, count: number): Entry[] {
  return Array.from({ length: count }, (_, i) => ({ id: `${first + i}-0`, block }))
}

/** Resolves when the stages have nothing to do any more: each group ends within a few turns of the loop. */
async function staged(queue: TaskQueue): Promise<void> {
  for (let before = -1; before !== countReady(queue);) {
    before = countReady(queue)
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
  }
}

function countReady(queue: TaskQueue): number {
  return [...queue.ready(Infinity, () => false)].length
}

t.test('U1 it is full at so many bytes, however few entries they are', t => {
  const queue = new TaskQueue(new StageRunner([], undefined))
  let taken = 0
  for (; !queue.isFull; taken++) queue.push(entriesFrom(taken, 1))
  t.equal(taken, Math.ceil(taskBytesMax / block.length))
  queue.shift()
  t.equal(queue.isFull, false)
  queue.push(entriesFrom(taken, 1))
  t.equal(queue.isFull, true)
  queue.clear()
  t.equal(queue.isFull, false)
  t.end()
})

t.test('U2 stages go no further ahead than so many bytes, and go on as entries are folded', async t => {
  let seen = 0
  const count: Stage = { name: 'count', batchMax: 100, run: records => {
    seen += records.length
    return records.map(({ value }) => value)
  } }
  const queue = new TaskQueue(new StageRunner([count], undefined))
  const all = 3 * Math.ceil(stagedBytesMax / block.length)
  queue.push(entriesFrom(0, all))
  await staged(queue)
  const aheadMax = stagedBytesMax + stageGroupBytesMax
  t.ok(seen * block.length >= stagedBytesMax && seen * block.length <= aheadMax, `${seen} of ${all}`)
  for (let folded = 0; folded < all; folded++) {
    await queue.head?.staging
    queue.shift()
    t.ok((seen - folded - 1) * block.length <= aheadMax)
  }
  t.equal(queue.length, 0)
  t.equal(seen, all, 'each is staged, once')
})

t.test('U2 what is larger than the bound is staged when it is first', async t => {
  const large = encodeRecord({ key: 'ada', eventTime: 1, value: 'x'.repeat(stagedBytesMax + 1) })
  const queue = new TaskQueue(new StageRunner([], undefined))
  queue.push([{ id: '1-0', block: large }, { id: '2-0', block: large }])
  await staged(queue)
  t.equal(countReady(queue), 1)
  t.equal(queue.head?.id, '1-0')
  queue.shift()
  await staged(queue)
  t.equal(countReady(queue), 1)
  t.equal(queue.head?.id, '2-0')
})
