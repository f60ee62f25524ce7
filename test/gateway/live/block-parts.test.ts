// What a block shows is made once, and packed once, for all who see the same of it: V3, K1, K2.
import t from 'tap'
import { partsOf } from '../../../gateway/live/block-parts.js'
import { codecs } from '../../../gateway/socket/frames.js'

const block = { entry: '5-0', emitted: ['ada', 'bob', 'ada'].map((key, value) => ({
  output: 'o', key, value, position: '1-0:0', eventTime: 0, acceptedAt: 0,
})) }

t.test('each listener finds what is its own, under its place in the block', async t => {
  t.same(partsOf(block, 'ada').map(({ position }) => position), ['5-0:0', '5-0:2'])
  t.same(partsOf(block, 'bob').map(({ position }) => position), ['5-0:1'])
  t.equal(partsOf(block, 'eve').length, 0)
  t.equal(partsOf(block, null).length, 3)
  t.equal(partsOf(block, 'ada')[0], partsOf(block, null)[0], 'the same part for everybody')
})

t.test('V3 who sees the same is shown the same object; who sees less, another', async t => {
  const [part] = partsOf(block, 'bob')
  let made = 0
  const make = (): { key: string, data: unknown } => ({ key: 'k', data: { made: ++made } })
  const wide = part?.shownAs('wide', make)
  t.equal(part?.shownAs('wide', make), wide)
  t.not(part?.shownAs('narrow', make), wide)
  t.equal(made, 2)
})

t.test('K1 the bytes are the same for alike ids, and packed once whatever the id', async t => {
  for (const { updates, subprotocol, read } of codecs) {
    let packings = 0
    const counting = { ...updates, pack: (data: unknown) => (packings += 1, updates.pack(data)) }
    const shown = partsOf(block, 'ada')[0]!.shownAs(subprotocol, () => ({ key: 'k', data: { text: 'ü' } }))
    const first = shown.framed(counting, 's')
    t.equal(shown.framed(counting, 's'), first)
    t.same(read(first), { type: 'update', id: 's', position: '5-0:0', data: { text: 'ü' } })
    t.same(read(shown.framed(counting, 'other')),
      { type: 'update', id: 'other', position: '5-0:0', data: { text: 'ü' } })
    t.same(read(shown.framed(counting, 's', 3)),
      { type: 'update', id: 's', position: '5-0:0', data: { text: 'ü' }, skipped: 3 })
    t.equal(packings, 1, subprotocol)
  }
})
