/**
 * The model of Redis that the simulation runs on is like a real one: the same seeded calls give the same
 * replies and leave the same data. The Lua scripts are tested by the same comparison, against their second
 * telling in the model.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadScript, registerScripts } from '../../engine/redis/index.js'
import { modelScripts, notModelled } from '../simulation/model/scripts.js'
import { connectRedis } from '../support/connection.js'
import { projectRoot } from '../tidy/sources.js'
import { Comparison } from './comparison.js'

const seeds = 25
const callsPerSeed = 160

t.setTimeout(170_000)

t.test('every script of the engine has its function in the model', async t => {
  const lua = readdirSync(join(projectRoot(import.meta.dirname), 'engine', 'redis', 'lua'))
  const names = lua.map(file => file.replace(/\.lua$/, '')).filter(name => !notModelled.includes(name))
  t.strictSame(names.sort(), Object.keys(modelScripts).sort(),
    'a new script is told again in test/simulation/model/scripts.ts, and called in test/conformance/calls.ts')
})

t.test(`${seeds} seeds of ${callsPerSeed} calls: the same replies, the same data`, async t => {
  const { redis } = await connectRedis(t)
  await registerScripts(redis, Object.keys(modelScripts).map(loadScript))
  let compared = 0
  for (let seed = 1; seed <= seeds; seed++) {
    const comparison = await Comparison.open(redis, seed)
    for (let i = 0; i < callsPerSeed; i++) {
      const wrong = await comparison.call()
      if (wrong === 'unclear') break
      if (wrong) throw new Error(`seed ${seed}, call ${i}: ${wrong}`)
      compared++
    }
    const [real, model] = await comparison.data()
    t.equal(model, real, `seed ${seed}: the data`)
  }
  t.ok(compared > seeds * callsPerSeed / 3, `${compared} calls were compared`)
})
