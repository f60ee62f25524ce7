/** Deadlines of requests: given up in their time, and not a moment's thought for those that were answered. */
import t from 'tap'
import { HinataError, ManualClock } from '../../engine/index.js'
import { Deadlines } from '../../gateway/deadlines.js'

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** Moves the clock as a running one moves: in steps that timers can follow. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    clock.advance(100)
    await turn()
  }
}

t.test('a request that takes too long is given up in its time; others are not', async t => {
  const clock = new ManualClock(0)
  const deadlines = new Deadlines(clock, 3_000)
  const given: string[] = []
  const never = new Promise<string>(() => undefined)
  const note = (name: string, work: Promise<string>): void => {
    const late = (): HinataError => new HinataError('UPSTREAM_UNAVAILABLE')
    void deadlines.within(work, late).then(answer => given.push(`${name}: ${answer}`),
      (error: { code?: string, message: string }) => given.push(`${name}: ${error.code ?? error.message}`))
  }
  note('first', never)
  await pass(clock, 500)
  let answer: (text: string) => void = () => undefined
  note('second', new Promise(resolve => { answer = resolve }))
  note('third', Promise.reject(new Error('of its own')))
  note('fourth', never)
  await turn()
  t.strictSame(given, ['third: of its own'])
  t.equal(deadlines.size, 3, 'what was answered is forgotten')
  await pass(clock, 2_400)
  t.equal(given.length, 1, 'nobody is given up before')
  await pass(clock, 100)
  t.strictSame(given.slice(1), ['first: UPSTREAM_UNAVAILABLE'])
  answer('done')
  await pass(clock, 500)
  t.strictSame(given.slice(2), ['second: done', 'fourth: UPSTREAM_UNAVAILABLE'])
  t.equal(deadlines.size, 0)
  note('later', never)
  await pass(clock, 3_000)
  t.equal(given.at(-1), 'later: UPSTREAM_UNAVAILABLE', 'after a pause it watches again')
})

t.test('what is watched is looked at again and again, until it says no or has ended', async t => {
  const clock = new ManualClock(0)
  const windows = new Deadlines(clock, 1_000)
  const looks: string[] = []
  let isFast = true
  windows.watch(() => {
    looks.push(`first at ${clock.now()}`)
    return isFast
  })
  await pass(clock, 400)
  const end = windows.watch(() => {
    looks.push(`second at ${clock.now()}`)
    return true
  })
  await pass(clock, 2_000)
  t.strictSame(looks, ['first at 1000', 'second at 1400', 'first at 2000', 'second at 2400'])
  isFast = false
  end()
  await pass(clock, 3_000)
  t.strictSame(looks.slice(4), ['first at 3000'])
  t.equal(windows.size, 0)
})
