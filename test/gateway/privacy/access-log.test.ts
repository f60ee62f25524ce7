// The access log between requests and its store: batches, bounds, retries (L1 to L3).
import t from 'tap'
import { ManualClock } from '../../../engine/index.js'
import { nobody, type Principal } from '../../../gateway/identity/principal.js'
import { limitsWith } from '../../../gateway/limits.js'
import { AccessLog, newVisit, type Visit } from '../../../gateway/privacy/access-log.js'
import type { AccessRow, AccessStore, CallRow } from '../../../gateway/privacy/access-store.js'

const limits = limitsWith({ accessRowsMax: 5, accessBatchMax: 3, accessFlushMs: 1_000, accessRetryMs: 4_000 })
const app: Principal = { ...nobody, role: 'app', appId: 'app_a' }
const asked = { what: 'POST /x', purpose: 'hinata_query', address: '::1', requestId: 'r', tookMs: 2 }

interface Put {
  readonly token: string
  readonly accesses: readonly AccessRow[]
  readonly calls: readonly CallRow[]
}

interface Opened {
  readonly log: AccessLog
  readonly clock: ManualClock
  readonly puts: Put[]
  readonly store: { isAway: boolean, onPut: () => void }
  readonly lost: number[]
}

function opened(): Opened {
  const clock = new ManualClock(1_000_000)
  const puts: Put[] = []
  const lost: number[] = []
  const state = { isAway: false, onPut: () => {} }
  const store: AccessStore = {
    put(rows, token) {
      puts.push({ ...rows, token })
      state.onPut()
      return state.isAway ? Promise.reject(new Error('away')) : Promise.resolve()
    },
    accessesOf: () => Promise.resolve({ accesses: [], by_app: [] }),
    callsOf: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  }
  const log = new AccessLog(store, clock, limits, rows => lost.push(rows))
  return { log, clock, puts, store: state, lost }
}

function visitOf(key: string | null): Visit {
  return { ...newVisit(), principal: app, key, action: 'read', rung: 'policy' }
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

t.test('L1 more than fits is dropped and counted, and batches are bounded', async t => {
  const { log, puts, lost } = opened()
  for (let i = 0; i < 7; i++) log.request(visitOf('ada'), { ...asked, status: 200 })
  log.request(visitOf(null), { ...asked, status: 404 })
  t.same(lost, [1, 1])
  await log.stop()
  t.same(puts.map(({ accesses }) => accesses.length), [3, 2])
  t.same(puts[0]?.calls.map(({ status, calls }) => [status, calls]), [[200, 7], [404, 1]],
    'calls are counted, also of requests about nobody')
  t.match(puts[0]?.accesses[0], {
    at: 1_000_000, user_id: 'ada', who: 'app', app: 'app_a', action: 'read', what: 'POST /x',
    decided_by: 'policy', result: 'allowed', address: '::1', request_id: 'r', times: 1,
  })
})

t.test('L2 frames are counted until they are written', async t => {
  const { log, puts } = opened()
  const visit = { ...visitOf('ada'), key: 'ada', what: 'frame: submit', address: '::1', isAllowed: true }
  const tally = log.tally(visit)
  tally.times += 2
  tally.records += 150
  t.equal(log.tally(visit), tally)
  t.not(log.tally({ ...visit, key: 'bob', isAllowed: false, rung: 'blocked' }), tally)
  await log.stop()
  t.ok(tally.isWritten)
  t.same(puts[0]?.accesses.map(({ user_id: user, times, records, result }) => [user, times, records, result]),
    [['ada', 2, 150, 'allowed'], ['bob', 0, 0, 'denied']])
})

t.test('L3 a batch that failed comes again under its token, and it is told while it waits', async t => {
  const { log, clock, puts, store } = opened()
  store.isAway = true
  log.start()
  log.request(visitOf('ada'), { ...asked, status: 403 })
  await turn()
  clock.advance(1_000)
  await turn()
  t.equal(puts.length, 1)
  t.match(log.problem(), { code: 'ACCESS_LOG_WAITS' })
  log.request(visitOf('bob'), { ...asked, status: 500 })
  store.isAway = false
  clock.advance(4_000)
  await turn()
  t.equal(puts[1]?.token, puts[0]?.token)
  t.same(puts[1]?.accesses, puts[0]?.accesses)
  t.equal(log.problem(), null)
  clock.advance(1_000)
  await turn()
  t.same(puts.map(({ accesses }) => accesses.map(({ user_id: user, result }) => [user, result])),
    [[['ada', 'denied']], [['ada', 'denied']], [['bob', 'failed']]])
  t.not(puts[2]?.token, puts[1]?.token)
  await log.stop()
})

t.test('L5 what comes while a batch is written waits, unless it fills the next one', async t => {
  const { log, clock, puts, store } = opened()
  store.onPut = () => {
    if (puts.length < 4) log.request(visitOf('bob'), { ...asked, status: 200 })
  }
  log.start()
  await turn()
  log.request(visitOf('ada'), { ...asked, status: 200 })
  clock.advance(1_000)
  for (let i = 0; i < 5; i++) await turn()
  t.equal(puts.length, 1, 'not written as fast as the store takes it')
  for (let i = 0; i < 3; i++) log.request(visitOf('eve'), { ...asked, status: 200 })
  clock.advance(1_000)
  for (let i = 0; i < 5; i++) await turn()
  t.same(puts.map(({ accesses }) => accesses.length), [1, 3], 'bob of the first, then three; bob waits again')
  await log.stop()
})

t.test('without a store nothing is kept', async t => {
  const log = new AccessLog(null, new ManualClock(), limits, () => t.fail())
  for (let i = 0; i < 20; i++) log.request(visitOf('ada'), { ...asked, status: 200 })
  await log.stop()
  t.equal(log.problem(), null)
})
