// Allowances on a real Redis (A1, A2).
import t from 'tap'
import { openAllowances, redisTime, type Allowance } from '../../../engine/redis/index.js'
import { Keyspace } from '../../../engine/record/keys.js'
import { connectRedis } from '../../support/connection.js'

const { redis } = await connectRedis(t)
const allowances = openAllowances(redis, new Keyspace('a'))
const hour = 3_600_000

function allowance(name: string, ...windows: [most: number, ms: number][]): Allowance {
  return { group: 'g', name, windows: windows.map(([most, ms]) => ({ most, ms })) }
}

t.test('of many at once exactly the most are taken, and what is left is told', async t => {
  const one = allowance('many', [10, hour], [100, hour])
  const all = await Promise.all(Array.from({ length: 50 }, () => allowances.take([one], 1)))
  t.equal(all.filter(({ isTaken }) => isTaken).length, 10)
  t.match(all[0], { most: 10, left: 9, waitMs: 0 })
  const refused = all.at(-1)!
  t.match(refused, { isTaken: false, most: 10, left: 0 })
  t.ok(refused.waitMs > 0 && refused.waitMs <= hour / 12 * 13, `wait ${refused.waitMs} ms`)
})

t.test('the tightest window decides, whichever it is', async t => {
  const one = allowance('tight', [100, hour], [3, hour])
  const all = await Promise.all(Array.from({ length: 5 }, () => allowances.take([one], 1)))
  t.equal(all.filter(({ isTaken }) => isTaken).length, 3)
  t.equal(all[0]?.most, 3)
})

t.test('A2: from several allowances all or nothing', async t => {
  const [wide, narrow] = [allowance('wide', [10, hour]), allowance('narrow', [2, hour])]
  for (let i = 0; i < 5; i++) await allowances.take([wide, narrow], 1)
  t.match(await allowances.take([wide], 1), { isTaken: true, left: 7 }, 'refusals took nothing')
})

t.test('a forced taking counts, however much it is', async t => {
  const one = allowance('forced', [5, hour])
  t.match(await allowances.take([one], 50, true), { isTaken: true, left: 0 })
  t.match(await allowances.take([one], 1), { isTaken: false })
})

t.test('A1: no window ever holds more than its most, and it opens again', async t => {
  const [most, ms] = [5, 120]
  const one = allowance('slides', [most, ms])
  const taken: { before: number, after: number }[] = []
  let refusedUntil = 0
  while (taken.length < 4 * most) {
    const before = await redisTime(redis, '')
    const { isTaken, waitMs } = await allowances.take([one], 1)
    const after = await redisTime(redis, '')
    if (isTaken) taken.push({ before, after })
    else refusedUntil = after + waitMs
    if (!isTaken && before > refusedUntil) t.fail('it was open when it said it would be')
  }
  for (const [i, first] of taken.entries()) {
    const inside = taken.slice(i).filter(({ after }) => after - first.before < ms)
    if (inside.length > most) t.fail(`${inside.length} within ${ms} ms`)
  }
  t.ok(taken.length >= 4 * most)
})

t.test('it leaves nothing behind', async t => {
  const ttl = await redis.send('PTTL', ['a:allowance:{g}:slides'])
  t.ok(Number(ttl) < 200, 'the key ends with its windows')
})
