/** The queue of running queries: how many run, how many wait, what is refused. */
import t from 'tap'
import { Admission } from '../../../deploy/embedded/admission.js'

const never = new AbortController().signal

function gate(): { opened: Promise<void>, open: () => void } {
  let open = (): void => {}
  const opened = new Promise<void>(resolve => { open = resolve })
  return { opened, open }
}

t.test('A1 places are bounded, waiting is bounded and in order of arrival', async t => {
  const admission = new Admission(1, 2)
  const first = gate()
  const order: string[] = []
  const runs = [
    admission.run(never, async () => { await first.opened; order.push('first') }),
    admission.run(never, async () => { order.push('second') }),
    admission.run(never, async () => { order.push('third') }),
  ]
  t.equal(admission.runningCount, 1)
  t.equal(admission.waitingCount, 2)
  await t.rejects(admission.run(never, async () => {}), { code: 202, status: 503 })
  first.open()
  await Promise.all(runs)
  t.same(order, ['first', 'second', 'third'])
  t.equal(admission.runningCount, 0)
})

t.test('A2 an abandoned place and a failed work are given on', async t => {
  const admission = new Admission(1, 2)
  const first = gate()
  const leaving = new AbortController()
  const failing = admission.run(never, async () => { await first.opened; throw new Error('broken') })
  const abandoned = admission.run(leaving.signal, async () => 'never')
  const last = admission.run(never, async () => 'ran')
  leaving.abort()
  await t.rejects(abandoned, { code: 394 })
  first.open()
  await t.rejects(failing, { message: 'broken' })
  t.equal(await last, 'ran')
  t.equal(admission.runningCount, 0)
  await t.rejects(admission.run(leaving.signal, async () => {}), { code: 394 })
})
