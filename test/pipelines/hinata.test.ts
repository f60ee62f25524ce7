/** The declaration fits together: what it names exists and has the shape that a node expects. */
import t from 'tap'
import { recordsFolded } from '../../actors/person/outputs.js'
import { clickhouseSink, connectAnalytics } from '../../analytics/index.js'
import type { ShardModule, StageFunction } from '../../engine/index.js'
import { hinataTopology } from '../../pipelines/hinata.js'

t.test('hinata', async t => {
  const analytics = connectAnalytics({ url: 'http://127.0.0.1:9' })
  t.teardown(() => analytics.close())
  const sink = clickhouseSink(analytics)
  const topology = hinataTopology({ partitions: 8, sinks: [sink] })
  t.same(topology.source, { topic: 'records', partitions: 8 })
  t.same(topology.sinks, [sink])

  const { actor, message } = topology.target
  t.type(actor.receive[message], 'function')
  t.ok(topology.actors.includes(actor))

  const [view] = topology.views
  t.equal(view.restoreFrom.actor.state[view.restoreFrom.table].kind, 'table')
  const shard = await import(view.module.href) as ShardModule
  for (const call of [shard.apply, shard.query, shard.restore]) t.type(call, 'function')

  const [stage] = topology.stages
  t.ok('module' in stage)
  if ('module' in stage) {
    const { run } = await import(stage.module.href) as { run: StageFunction }
    t.type(run, 'function')
  }
  const outputs = sink.outputs.map(({ output }) => output)
  const expected = [...view.outputs, topology.deadLetters, recordsFolded]
  for (const { output } of expected) t.ok(outputs.includes(output))
})
