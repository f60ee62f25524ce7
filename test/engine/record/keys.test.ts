/** Names of keys: one partition, one cluster slot. */
import t from 'tap'
import { Keyspace } from '../../../engine/record/keys.js'

const keys = new Keyspace('h')

t.test('every key of a partition carries its hash tag', async t => {
  const names = [
    keys.log(7, 'in'), keys.meta(7, 'in'), keys.appender(7, 'in', 'a'), keys.ids(7, 'in', 'ada'),
    keys.checkpoint(7, 'psp.1'), keys.outbox(7, 'psp.1'), keys.dead(7, 'psp.1'), keys.timers(7, 'psp.1'),
    keys.sink(7, 'psp.1', 'rows'), keys.state(7, 'psp.1', 'person', 'ada'),
    keys.table(7, 'psp.1', 'person', 'records', 'ada'), keys.changed(7, 'psp.1'),
  ]
  t.strictSame(names.filter(name => !name.startsWith('h:{7}:')), [])
  t.equal(new Set(names).size, names.length, 'all different')
})

t.test('the names are part of the stored format', async t => {
  t.equal(keys.log(7, 'in'), 'h:{7}:in')
  t.equal(keys.checkpoint(7, 'psp.1'), 'h:{7}:psp.1:cp')
  t.equal(keys.state(7, 'psp.1', 'person', 'ada:x'), 'h:{7}:psp.1:s:person:ada:x')
  t.equal(keys.table(7, 'psp.1', 'person', 'records', 'ada'), 'h:{7}:psp.1:t:person:records:ada')
  t.equal(keys.topic('in'), 'h:topic:in')
  t.equal(keys.registry('node'), 'h:registry:node')
})

t.test('a key that holds braces cannot leave its slot', async t => {
  t.match(keys.state(7, 'psp.1', 'person', '{8}'), /^h:\{7\}:/, 'Redis hashes the first pair of braces only')
})
