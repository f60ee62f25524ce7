// Batches that were refused for now come again before those behind them: T1..T3.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { Batches } from '../../../gateway/client/batches.js'
import { limitsWith } from '../../../gateway/limits.js'
import { Credit } from '../../../gateway/socket/credit.js'
import { TurnedBack } from '../../../gateway/socket/turned-back.js'

const limits = limitsWith({ creditGraceMs: 1_000, heldFramesMax: 3, creditRecordsMax: 20 })

t.test('T1 what is behind waits until it comes again; other persons do not', async t => {
  const back = new TurnedBack(limits)
  back.refused('ada', 5, 0)
  t.equal(back.mustWait('ada', 6), true)
  t.equal(back.mustWait('bob', 6), false)
  back.waits('ada', 6)
  t.equal(back.mustWait('ada', 5), false)
  back.came('ada', 5)
  t.equal(back.mustWait('ada', 8), true, '6 has not come again')
  back.came('ada', 6)
  t.equal(back.mustWait('ada', 8), false)
})

t.test('T2 an app that never sends it again is held up for the grace, counted from the last own cause',
  async t => {
  const back = new TurnedBack(limits)
  back.refused('ada', 5, 0)
  back.refused('ada', 5, 500)
  back.waits('ada', 9)
  back.tick(1_500)
  t.equal(back.mustWait('ada', 9), true)
  back.tick(1_501)
  t.equal(back.mustWait('ada', 9), false)
})

t.test('T3 no more are remembered than may be held', async t => {
  const back = new TurnedBack(limits)
  for (const seq of [9, 5, 7, 6, 8]) back.refused('ada', seq, 0)
  for (const seq of [5, 7, 9]) back.came('ada', seq)
  t.equal(back.mustWait('ada', 10), false)
  back.refused('bob', 1, 0)
  t.equal(back.mustWait('bob', 2), true, 'there is room again')
})

/** A page and a gateway with a link between them; the browser answers pings before the page reads. */
class Page {
  readonly taken: number[] = []
  readonly #batches = new Batches({ records: 1_000, bytes: 1_000_000 })
  readonly #credit = new Credit(limits)
  readonly #back = new TurnedBack(limitsWith({ creditGraceMs: 1_000 }))
  readonly #allowance = { records: 20, bytes: 1_000_000 }
  readonly #toGateway: number[] = []
  readonly #toPage: (() => void)[] = []

  add(seq: number): void {
    this.#batches.add({ seq, records: 1, message: 'm', resolve: () => undefined, reject: () => undefined })
    this.#pump()
  }

  /** The gateway takes a frame, if there is one, with so much room in the log. */
  arrive(room: number): void {
    const seq = this.#toGateway.shift()
    if (seq === undefined) return
    const refuse = (): void => void this.#toPage.push(() => this.#batches.requeue(seq))
    if (this.#back.mustWait('ada', seq)) {
      this.#back.waits('ada', seq)
      return refuse()
    }
    this.#back.came('ada', seq)
    if (room > 0 && !this.#credit.isBlocked) {
      this.taken.push(seq)
      this.#toPage.push(() => this.#batches.acknowledge({
        seq, accepted: 1, duplicates: 0, rejected: [], durability: '', positions: [],
      }))
      return
    }
    this.#back.refused('ada', seq, 0)
    this.#credit.block()
    const generation = this.#credit.adapt(0)
    refuse()
    if (generation !== null) this.#credit.seen(generation) // the pong, while the page has read nothing
    else this.#credit.bind()
  }

  /** The page reads what lies longest. */
  read(): void {
    this.#toPage.shift()?.()
    this.#pump()
  }

  get isIdle(): boolean {
    return this.#batches.unanswered === 0
  }

  #pump(): void {
    for (let next = this.#batches.next(this.#allowance); next; next = this.#batches.next(this.#allowance)) {
      this.#toGateway.push(next.seq)
    }
  }
}

t.test('T1 whatever the order of pongs, refusals and room, batches are taken in order', async t => {
  const step = fc.constantFrom('add', 'full', 'room', 'read')
  fc.assert(fc.property(fc.array(step, { maxLength: 120 }), steps => {
    const page = new Page()
    let seq = 0
    for (const one of steps) {
      if (one === 'add') page.add(++seq)
      else if (one === 'read') page.read()
      else page.arrive(one === 'full' ? 0 : 1)
    }
    for (let i = 0; i < 10_000 && !page.isIdle; i++) {
      page.arrive(1)
      page.read()
    }
    assert.deepEqual(page.taken, Array.from({ length: seq }, (_, i) => i + 1))
  }), { seed: 5, numRuns: 500 })
  t.pass()
})
