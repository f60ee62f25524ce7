// Credit of one connection: V1..V4.
import t from 'tap'
import { HinataError } from '../../../engine/index.js'
import { limitsWith } from '../../../gateway/limits.js'
import { Credit } from '../../../gateway/socket/credit.js'

const limits = limitsWith({ creditRecordsMax: 100, creditBytesMax: 1_000 })

function codeOf(act: () => void): string {
  try {
    act()
  } catch (thrown) {
    return thrown instanceof HinataError ? thrown.code : String(thrown)
  }
  return 'none'
}

t.test('V1 unacknowledged records never exceed the credit, and a refused frame takes nothing', async t => {
  const credit = new Credit(limits)
  credit.take(60, 10)
  t.equal(codeOf(() => credit.take(41, 10)), 'CREDIT_EXCEEDED')
  t.equal(credit.unacknowledged, 60)
  credit.take(40, 10)
  t.equal(credit.unacknowledged, 100)
  credit.release(60, 10)
  credit.take(60, 10)
  t.equal(codeOf(() => credit.take(1, 1)), 'CREDIT_EXCEEDED')
})

t.test('V1 bytes are bounded too, but one large frame alone may pass', async t => {
  const credit = new Credit(limits)
  credit.take(1, 5_000)
  t.equal(codeOf(() => credit.take(1, 1)), 'CREDIT_EXCEEDED')
  credit.release(1, 5_000)
  credit.take(1, 600)
  t.equal(codeOf(() => credit.take(1, 600)), 'CREDIT_EXCEEDED')
})

t.test('V2 a lowered credit binds only once the app has seen it', async t => {
  const credit = new Credit(limits)
  const generation = credit.adapt(0)
  t.type(generation, 'number')
  t.equal(credit.announced, 0)
  credit.take(50, 1)
  credit.seen(Number(generation))
  t.equal(codeOf(() => credit.take(1, 1)), 'CREDIT_EXCEEDED')
})

t.test('V2 a late answer to an older credit binds nothing', async t => {
  const credit = new Credit(limits)
  const older = credit.adapt(0)
  const newer = credit.adapt(100)
  t.not(older, newer)
  credit.seen(Number(older))
  credit.take(100, 1)
  t.equal(credit.unacknowledged, 100)
})

t.test('V3 a raised credit binds at once, and small changes are not told', async t => {
  const credit = new Credit(limits)
  credit.seen(Number(credit.adapt(0)))
  t.equal(credit.adapt(0), null)
  t.not(credit.adapt(10), null)
  credit.take(10, 1)
  t.equal(credit.adapt(11), null)
  t.not(credit.adapt(25), null)
  t.not(credit.adapt(1_000_000), null)
  t.equal(credit.announced, 100)
  t.equal(credit.isLowered, false)
})

t.test('V4 blocked until the app has seen the credit of the refusal', async t => {
  const credit = new Credit(limits)
  credit.block()
  const generation = credit.adapt(0)
  t.equal(credit.isBlocked, true)
  credit.seen(Number(generation))
  t.equal(credit.isBlocked, false)
  t.equal(codeOf(() => credit.take(1, 1)), 'CREDIT_EXCEEDED')
})
