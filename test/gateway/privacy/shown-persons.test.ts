/**
 * The consent to analytics on its way to ClickHouse: told when it is named, acknowledged when it holds there,
 * forgotten with the person.
 */
import t from 'tap'
import { ClickhouseShownPersons } from '../../../analytics/index.js'
import { adminKey, ask, askWith, codeOf, get, startSystem } from '../system.js'

t.setTimeout(120_000)

type Told = readonly [key: string, isShown: boolean | null]

t.test('what is named is told, an erasure forgets it', async t => {
  const told: Told[] = []
  const instants: number[] = []
  const system = await startSystem({ gateway: { shownPersons: {
    put: async (key, isShown, saidAt) => {
      told.push([key, isShown])
      instants.push(saidAt)
    },
    forget: async key => { told.push([key, null]) },
    close: async () => undefined,
  } } })
  t.teardown(() => system.stop())
  const { url } = system.gateway
  const put = async (change: object): Promise<number> =>
    (await askWith(url, 'put', '/api/users/ada/privacy', adminKey, change)).status
  t.equal(await put({ policy: 'balanced', consents: { research: true } }), 200)
  t.same(told, [], 'another consent is nothing of it')
  t.equal(await put({ consents: { analytics: true } }), 200)
  t.equal(await put({ consents: { analytics: false } }), 200)
  t.match(told, [[/ada$/, true], [/ada$/, false]])
  t.ok(instants[0] > 0 && instants[1] >= instants[0])
  t.equal((await ask(url, '/api/users/ada', adminKey, { method: 'DELETE' })).status, 200)
  t.match(told.at(-1), [/ada$/, null])
})

t.test('without ClickHouse it is not acknowledged, and kept; other changes are', async t => {
  const system = await startSystem({ hasNode: false,
    gateway: { shownPersons: new ClickhouseShownPersons({ url: 'http://127.0.0.1:1' }) } })
  t.teardown(() => system.stop())
  const { url } = system.gateway
  const put = (change: object): ReturnType<typeof askWith> =>
    askWith(url, 'put', '/api/users/bob/privacy', adminKey, change)
  const refused = await put({ consents: { analytics: true } })
  t.equal(codeOf(refused), 'UPSTREAM_UNAVAILABLE')
  t.equal(refused.status, 503)
  t.equal((await put({ retention_days: 30 })).status, 200)
  const { body } = await get(url, '/api/users/bob/privacy', adminKey)
  t.match(body, { consents: { analytics: true }, retention_days: 30 }, 'what was said is kept')
})
