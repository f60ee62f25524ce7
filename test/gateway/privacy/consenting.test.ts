// Who consents, by what is kept now: the default counts for those who said nothing.
import t from 'tap'
import { systemClock } from '../../../engine/index.js'
import { openRegistry } from '../../../engine/redis/index.js'
import { limitsWith } from '../../../gateway/limits.js'
import { consentingTo } from '../../../gateway/privacy/consenting.js'
import { Decisions } from '../../../gateway/privacy/decisions.js'
import { connectRedis } from '../../support/connection.js'

t.test('consents are those that persons gave last', async t => {
  const { redis, keys } = await connectRedis(t)
  const registry = openRegistry(redis, keys)
  const decisions = new Decisions(registry, systemClock, limitsWith({ privacyBeliefMs: 0 }))
  await decisions.change('ada', { consents: { analytics: true } }, 'ada')
  await decisions.change('bob', { consents: { analytics: true } }, 'bob')
  await decisions.change('bob', { consents: { analytics: false } }, 'bob')
  await decisions.change('cy', { consents: { personalization: false } }, 'cy')
  const many = Array.from({ length: 250 }, (_, i) => `silent-${i}`)
  const asked = ['ada', 'bob', 'cy', ...many]
  t.same([...await consentingTo(registry, 'analytics', asked)], ['ada'])
  const personal = await consentingTo(registry, 'personalization', asked)
  t.equal(personal.size, asked.length - 1)
  t.notOk(personal.has('cy'))
})
