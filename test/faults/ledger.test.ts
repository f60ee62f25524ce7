/** The ledger of the faults: what may be lost before a kill is the end of what was acknowledged. */
import t from 'tap'
import { Ledger, type Logged } from './ledger.js'

const at = (number: number): Logged => ({ number, position: `${number}00-0:0` })

function ledgerOf(count: number): Ledger {
  const ledger = new Ledger()
  const orders = Array.from({ length: count }, () => ledger.next('a', { item: 'tea', isBroken: false }))
  ledger.acknowledge(orders, orders.map((_, i) =>
    ({ outcome: 'appended', durability: 'memory', position: { entry: `${i + 1}00-0`, index: 0 } })))
  return ledger
}

t.test('without an excuse whatever is not there is lost', async t => {
  t.match(ledgerOf(3).judge('a', [at(1), at(3)]).lost, ['log: a 2, acknowledged at 200-0:0'])
})

t.test('the end is excused', async t => {
  const ledger = ledgerOf(4)
  ledger.excuse(0)
  t.strictSame(ledger.judge('a', [at(1), at(2)]), { lost: [], doubled: [], changed: [] })
  t.match(ledger.excused(), { records: 2, holes: [] })
})

t.test('what something kept stands behind is not', async t => {
  const ledger = ledgerOf(4)
  ledger.excuse(0)
  ledger.judge('a', [at(1), at(4)])
  t.match(ledger.excused(), { records: 0, holes: [/a 2 before/, /a 3 before/] })
})

t.test('what was acknowledged after the time is not', async t => {
  const ledger = new Ledger()
  ledger.excuse(0)
  const order = ledger.next('a', { item: 'tea', isBroken: false })
  ledger.acknowledge([order],
    [{ outcome: 'appended', durability: 'memory', position: { entry: '100-0', index: 0 } }])
  t.match(ledger.judge('a', []).lost, [/a 1,/])
})
