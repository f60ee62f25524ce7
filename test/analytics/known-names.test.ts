// Names that a sink remembers, and when it may not. Against the embedded server.
import t from 'tap'
import { openAnalytics, type Analytics } from '../../analytics/index.js'
import { KnownNames } from '../../analytics/known-names.js'
import { dropNames } from '../../analytics/row-names.js'
import { acceptedAt } from './samples.js'
import { TestServer } from './server.js'

const server = await TestServer.start()
const analytics = await openAnalytics({ url: server.url, rowNames: 'drawn' })
t.teardown(async () => {
  await analytics.close()
  await server.remove()
})

let asked = 0
const counted: Analytics = { ...analytics, query(sql, parameters) {
  asked++
  return analytics.query(sql, parameters)
} }
const since = (...persons: string[]): Map<string, number> =>
  new Map(persons.map(person => [person, acceptedAt]))
const batch = (from: string, to: string, partition = 1): { token: string, partition: number } =>
  ({ token: `h:clickhouse:${partition}:x:${from}:${to}`, partition })

t.test('a batch that goes on where the last one ended asks for new persons alone', async t => {
  const known = new KnownNames()
  const first = await known.of(counted, batch('0', '5-0'), [], since('ada', 'bob'))
  known.keep(batch('0', '5-0'), first)
  const ada = first.get('ada')
  asked = 0
  const second = await known.of(counted, batch('5-0', '9-0'), [], since('ada', 'bob'))
  t.equal(asked, 0)
  t.same(second.get('ada'), ada)
  known.keep(batch('5-0', '9-0'), second)
  const third = await known.of(counted, batch('9-0', '12-0'), [], since('ada', 'cyn'))
  t.ok(asked > 0)
  t.match(third.get('cyn')?.[0], /^p_/)
})

t.test('a gap, the same batch again, another partition: everything is asked anew', async t => {
  const known = new KnownNames()
  known.keep(batch('0', '5-0'), await known.of(counted, batch('0', '5-0'), [], since('ada')))
  for (const next of [batch('7-0', '9-0'), batch('0', '5-0'), batch('5-0', '9-0', 2)]) {
    asked = 0
    await known.of(counted, next, [], since('ada'))
    t.ok(asked > 0, next.token)
  }
})

t.test('a batch that was not kept makes all forgotten', async t => {
  const known = new KnownNames()
  known.keep(batch('0', '5-0'), await known.of(counted, batch('0', '5-0'), [], since('ada')))
  await known.of(counted, batch('5-0', '9-0'), [], since('ada'))
  asked = 0
  await known.of(counted, batch('5-0', '9-0'), [], since('ada'))
  t.ok(asked > 0)
})

t.test('who is erased by the batch gets the name of their next life', async t => {
  const known = new KnownNames()
  const first = await known.of(counted, batch('0', '5-0'), [], since('eve'))
  known.keep(batch('0', '5-0'), first)
  const before = first.get('eve')
  const erased = new Map([['eve', acceptedAt + 5]])
  await dropNames(analytics, erased)
  const next = await known.of(counted, batch('5-0', '9-0'), erased.keys(), new Map([['eve', acceptedAt + 5]]))
  t.notSame(next.get('eve'), before)
})
