// Positions, plain values, limits, permissions: the small pure parts.
import t from 'tap'
import { limitsWith, limitTable } from '../../gateway/limits.js'
import { foreignPartOf } from '../../gateway/plain.js'
import { isAtOrAfter } from '../../gateway/positions.js'
import { corsHeaders } from '../../gateway/server/cors.js'

t.test('positions are ordered as numbers', async t => {
  t.equal(isAtOrAfter('10-0', '9-5'), true)
  t.equal(isAtOrAfter('9-5', '10-0'), false)
  t.equal(isAtOrAfter('9-10', '9-9'), true)
  t.equal(isAtOrAfter('9-1:2', '9-1:10'), false)
  t.equal(isAtOrAfter('9-1:2', '9-1:2'), true)
})

t.test('only JSON is plain', async t => {
  t.equal(foreignPartOf({ a: [1, 'x', null, true, { b: {} }] }), null)
  t.equal(foreignPartOf({ a: new Date(0) }), 'Date')
  t.equal(foreignPartOf([1n]), 'bigint')
  t.equal(foreignPartOf({ a: Number.NaN }), 'NaN')
  t.equal(foreignPartOf({ a: new Map() }), 'Map')
  t.equal(foreignPartOf({ a: undefined }), 'undefined')
  let deep: unknown = 1
  for (let i = 0; i < 70; i++) deep = [deep]
  t.match(foreignPartOf(deep), /levels/)
})

t.test('limits are defaults with single rows overridden, and each has a reason', async t => {
  t.equal(limitsWith().batchRecordsMax, 100)
  t.equal(limitsWith({ batchRecordsMax: 5 }).batchRecordsMax, 5)
  for (const { reason } of Object.values(limitTable)) t.ok(reason.length > 10, reason)
})

t.test('cross-origin requests are off unless configured', async t => {
  t.same(corsHeaders(null, 'https://a.test'), [])
  t.same(corsHeaders({ origins: ['https://b.test'] }, 'https://a.test'), [])
  t.match(corsHeaders({ origins: ['https://a.test'] }, 'https://a.test'), [
    ['Access-Control-Allow-Origin', 'https://a.test'],
  ])
})
