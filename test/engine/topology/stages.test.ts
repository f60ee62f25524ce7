/**
 * Stages: order is kept, a refused record keeps its place, one bad record fails alone; in threads as without.
 */
import t from 'tap'
import { encodeRecord } from '../../../engine/record/block.js'
import { ThreadPool } from '../../../engine/threads/index.js'
import { StageRunner } from '../../../engine/topology/stages.js'
import { staged } from './staged.js'
import type { Stage } from '../../../engine/index.js'

const stageEntry = new URL('../../../engine/threads/stage-thread.js', import.meta.url)
const upper: Stage = { name: 'upper', batchMax: 3, module: new URL('./upper-stage.js', import.meta.url) }
const mark: Stage = { name: 'mark', batchMax: 100,
  run: records => records.map(({ value }) => `${String(value)}!`) }

const entries = [
  { id: '5-0', records: ['a', 'b', 7, 'c', null].map(value => ({ key: 'ada', eventTime: 1, value })) },
  { id: '6-0', records: [] },
  { id: '7-2', records: [{ key: 'bob', eventTime: 2, value: 'd' },
    { key: 'bob', eventTime: 3, value: { '~told': ['x', 'y', 1] } }] },
]

for (const isThreaded of [true, false]) {
  t.test(isThreaded ? 'in threads' : 'in this thread', async t => {
    const pool = isThreaded
      ? new ThreadPool(stageEntry, { threads: 2 })
        : undefined
    t.teardown(() => pool?.stop())
    const answers = await staged(entries, new StageRunner([upper, mark], pool))
    t.strictSame(answers.map(records => records.length), [5, 0, 2])
    const records = answers.flat()
    t.match(records.map(({ outcome }) => outcome), [
      { kind: 'value', value: 'A!' }, { kind: 'value', value: 'B!' },
      { kind: 'failure', where: 'stage upper', error: { code: 'FIELD_TYPE', message: '7 is not a text' } },
      { kind: 'value', value: 'C!' }, { kind: 'failure', where: 'stage upper', error: { code: 'INTERNAL' } },
      { kind: 'value', value: 'D!' }, { kind: 'told', actor: 'x', message: 'y', body: 1 },
    ])
    t.strictSame(records.map(({ position }) => position),
      ['5-0:0', '5-0:1', '5-0:2', '5-0:3', '5-0:4', '7-2:0', '7-2:1'])
    t.strictSame(records[2].original(), 7, 'a dead letter keeps what was sent')
    t.strictSame(records.map(({ acceptedAt }) => acceptedAt), [5, 5, 5, 5, 5, 7, 7])
  })
}

t.test('an entry that cannot be read is named, the others are staged', async t => {
  const pool = new ThreadPool(stageEntry, { threads: 1 })
  t.teardown(() => pool.stop())
  for (const threads of [pool, undefined]) {
    const good = encodeRecord({ key: 'ada', eventTime: 1, value: 'a' })
    const answers = await new StageRunner([upper], threads).run(
      [{ id: '5-0', block: Buffer.from([0xc1]) }, { id: '6-0', block: good }])
    t.match(answers[0], { unreadable: { code: 'BLOCK_CORRUPT', details: { position: '5-0' } } })
    t.match('records' in answers[1] && answers[1].records(), [{ outcome: { kind: 'value', value: 'A' } }])
  }
})
