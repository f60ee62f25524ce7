/** B1 of actors/text/remembered.ts. */
import t from 'tap'
import { Remembered } from '../../../actors/text/remembered.js'

t.test('B1 what is asked for stays, the rest gives way', async t => {
  const remembered = new Remembered<number>(8)
  remembered.set('kept', 1)
  remembered.set('left', 2)
  for (let i = 0; i < 100; i += 1) {
    remembered.set(`new ${i}`, i)
    t.equal(remembered.get('kept'), 1)
  }
  t.equal(remembered.get('left'), undefined)
  const held = Array.from({ length: 100 }, (_, i) => `new ${i}`)
    .filter(text => remembered.get(text) !== undefined)
  t.ok(held.length <= 8, `${held.length} of 8 are held`)
  remembered.clear()
  t.equal(remembered.get('kept'), undefined)
})
