/** Values that replace each other: what leaves with a commit is the last of each name. */
import t from 'tap'
import { testDriver } from '../../../engine/index.js'
import { alarms, dead, levels, tanksTopology as topology, type Reading } from './tanks.js'

const readings = (...values: [key: string, sensor: string, value: number][]):
{ key: string, value: Reading, eventTime: number }[] =>
  values.map(([key, sensor, value]) => ({ key, value: { sensor, value }, eventTime: 1 }))

t.test('within a commit the last of a name leaves, in the place of the last', async t => {
  const driver = await testDriver(topology)
  await driver.pushBlock(readings(['a', 'top', 10], ['a', 'low', 20], ['a', 'top', 95], ['b', 'top', 30]))
  t.strictSame(driver.emitted(levels), [
    { sensor: 'low', value: 20, readings: 2 }, { sensor: 'top', value: 95, readings: 3 },
    { sensor: 'top', value: 30, readings: 1 },
  ], 'other names and other keys stand for themselves')
  t.strictSame(driver.emitted(alarms), [{ sensor: 'top', value: 95 }], 'what replaces nothing is all there')
})

t.test('between commits nothing is replaced', async t => {
  const driver = await testDriver(topology)
  for (const level of [10, 20, 30]) await driver.pushBlock(readings(['a', 'top', level]))
  t.strictSame(driver.emitted(levels).map(({ value }) => value), [10, 20, 30])
})

t.test('a turn that fails replaces nothing', async t => {
  const driver = await testDriver(topology)
  await driver.pushBlock(readings(['a', 'top', 10], ['a', 'top', -1]))
  t.strictSame(driver.emitted(levels), [{ sensor: 'top', value: 10, readings: 1 }])
  t.equal(driver.emitted(dead).length, 1)
})
