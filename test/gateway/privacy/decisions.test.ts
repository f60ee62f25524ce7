// Decisions while Redis does not answer, and what is remembered (B2, B3, B5). Two gateways: privacy.test.ts.
import t from 'tap'
import { systemClock, type Registry } from '../../../engine/index.js'
import { openRegistry } from '../../../engine/redis/index.js'
import { nobody, type Principal } from '../../../gateway/identity/principal.js'
import { limitsWith } from '../../../gateway/limits.js'
import { Decisions } from '../../../gateway/privacy/decisions.js'
import { connectRedis } from '../../support/connection.js'
import { until } from '../../support/until.js'

const limits = limitsWith({
  identityMsMax: 100, privacyBeliefMs: 200, privacyPollMs: 20, personsDecidedMax: 3,
})
const app: Principal = { ...nobody, role: 'app', appId: 'app_a' }

t.test('B3 what cannot be read lets nobody in, and it goes on by itself', async t => {
  const { redis, keys } = await connectRedis(t)
  const real = openRegistry(redis, keys)
  let isAway = false
  const never = new Promise<never>(() => undefined)
  const registry: Registry = {
    ...real,
    get: (kind, id) => (isAway ? never : real.get(kind, id)),
    list: kind => (isAway ? never : real.list(kind)),
  }
  const decisions = new Decisions(registry, systemClock, limits)
  decisions.start(() => undefined)
  t.teardown(() => decisions.stop())
  t.match(await decisions.decide(app, 'ada', 'read'), { isAllowed: true })
  isAway = true
  await until('the belief ends', () => decisions.known(app, 'ada', 'read') === null)
  await t.rejects(decisions.decide(app, 'ada', 'read'), { code: 'PRIVACY_UNAVAILABLE' })
  await t.rejects(decisions.decide(app, 'bob', 'read'), { code: 'PRIVACY_UNAVAILABLE' })
  isAway = false
  await until('it decides again', () => decisions.decide(app, 'ada', 'read').catch(() => null))
})

t.test('B2 what was read before a change is not remembered after it', async t => {
  const { redis, keys } = await connectRedis(t)
  const real = openRegistry(redis, keys)
  let release: (() => void) | null = null
  const slow: Registry = {
    ...real,
    async list(kind) {
      const found = await real.list(kind)
      if (release === null) await new Promise<void>(resolve => { release = resolve })
      return found
    },
  }
  const patient = limitsWith({ ...limits, identityMsMax: 10_000, privacyBeliefMs: 60_000 })
  const reading = new Decisions(slow, systemClock, patient)
  let changes = 0
  reading.start(() => { changes += 1 })
  t.teardown(() => reading.stop())
  const deciding = reading.decide(app, 'ada', 'read')
  await until('it has read', () => release !== null)
  const changing = new Decisions(real, systemClock, limits)
  await changing.change('ada', { policy: 'strict' }, 'test')
  await until('the other has heard', () => changes === 1)
  release!()
  await deciding
  t.equal(reading.known(app, 'ada', 'read'), null, 'the old reading is not kept')
  t.match(await reading.decide(app, 'ada', 'read'), { isAllowed: false, rung: 'policy' })
})

t.test('B5 no more persons are remembered than the limit says; fields of two changes both stay', async t => {
  const { redis, keys } = await connectRedis(t)
  const decisions = new Decisions(openRegistry(redis, keys), systemClock, limits)
  decisions.start(() => undefined)
  t.teardown(() => decisions.stop())
  for (const person of ['a', 'b', 'c', 'd']) await decisions.decide(app, person, 'read')
  await decisions.decide(app, 'd', 'read')
  t.equal(decisions.known(app, 'a', 'read'), null, 'the oldest is gone')
  await Promise.all([
    decisions.change('a', { retention_days: 7 }, 'one'), decisions.change('a', { policy: 'strict' }, 'two'),
    decisions.change('a', { consents: { analytics: true } }, 'three'),
  ])
  t.match(await decisions.preferencesOf('a'),
    { retentionDays: 7, policy: 'strict', consents: { analytics: true, personalization: true } })
  await decisions.forget('a')
  t.match(await decisions.preferencesOf('a'), { retentionDays: 365, policy: 'balanced', changed: null })
})

t.test('D10 an app is enrolled once, at whichever gateway it writes', async t => {
  const { redis, keys } = await connectRedis(t)
  const registry = openRegistry(redis, keys)
  const [one, two] = [1, 2].map(() => new Decisions(registry, systemClock, limits))
  for (const decisions of [one!, two!]) {
    decisions.start(() => undefined)
    t.teardown(() => decisions.stop())
  }
  await two!.decide(app, 'ada', 'read')
  const first = await Promise.all([1, 2, 3].map(() => one!.decide(app, 'ada', 'write')))
  t.strictSame(new Set(first.map(({ rung }) => rung)), new Set(['enrolled']))
  const since = (await one!.preferencesOf('ada')).enrolledApps.get('app_a')
  await until('the clock has moved', () => Date.now() > since!)
  t.match(await two!.decide(app, 'ada', 'write'), { isAllowed: true, rung: 'enrolled' })
  t.equal((await two!.preferencesOf('ada')).enrolledApps.get('app_a'), since, 'it is enrolled since then')
})
