/** The examples and the commands of the README, run against a whole system. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { firstRecord } from '../../examples/01-first-record.js'
import { followPrompt } from '../../examples/02-live-prompt.js'
import { drive } from '../../examples/04-test-an-actor.js'
import {
  driveReading, mostOpened, readings, readingTopology, tooLate,
} from '../../examples/05-event-time.js'
import { sayIt } from '../../examples/07-say-it.js'
import { firstVisits, visitsTopology } from '../../examples/03-visits-actor.js'
import { questions } from '../../analytics/index.js'
import { testDriver } from '../../engine/index.js'
import { startHinata, type RunningSystem } from '../deploy/tour/running-system.js'
import { projectRoot } from '../tidy/sources.js'
import { isOf } from '../support/row-names.js'
import { fencedOf } from './fenced.js'

type Test = Pick<typeof t, 'same' | 'equal' | 'strictSame'>

const run = promisify(execFile)
const root = projectRoot(import.meta.dirname)
const blocks = fencedOf(root, 'README.md')

t.test('the actor and its driver', async t => {
  t.strictSame(await drive(), { total: 2, ended: [{ person: 'ada', visits: 2 }] })
  const driver = await testDriver(visitsTopology, { startMs: 1_000 })
  await driver.push('bob', { address: '/a' })
  await driver.push('bob', { address: '/b' })
  t.strictSame(driver.emitted(firstVisits), [{ person: 'bob', at: 1_000 }], 'only the first visit is one')
})

t.test('windows and a join in event time', async t => {
  const { first, minutes } = await driveReading()
  t.match(first, { end: Date.UTC(2026, 0, 1, 0, 1), timing: 'on-time',
    result: [{ article: 'mills', times: 2 }, { article: 'looms', times: 1 }] })
  t.strictSame(minutes, [11.85, null, null])
  const driver = await testDriver(readingTopology)
  const open = { kind: 'open', article: 'mills', reader: 'ada' }
  await driver.push('ada', { ...open, at: 1_000_000 }, 1_000_000)
  await driver.push('ada', { ...open, at: 9_000_000 }, 9_000_000)
  await driver.push('ada', { ...open, at: 1_000_000 }, 1_000_000)
  t.match(driver.emitted(tooLate), [{ key: 'mills', eventTime: 1_000_000 }])
  t.equal(driver.emitted(mostOpened).length, 10, 'one pane per window of the first opening')
  t.strictSame(driver.emitted(readings), [{ article: 'mills', reader: 'ada', minutes: null }])
})

t.test('against a running system', async t => {
  const system = await startHinata()
  t.teardown(() => system.stop())
  const shell = async (script: string): Promise<string> =>
    (await run('sh', ['-ec', placed(script, system)])).stdout

  t.test('the commands of the README', async t => {
    const [submitted = '', queried = ''] = blocks
      .filter(({ language, text }) => language === 'sh' && text.includes('curl')).map(({ text }) => text)
    const said = await shell(submitted)
    t.match(said, '"status":"completed"', 'the record is folded when the answer comes')
    t.match(said, 'Wants to write a compiler that reads like English', 'and the prompt knows it')
    await untilRow(system, 'grace')
    t.match(await shell(queried), /^grace\t1\t0\.\d+$/m)
  })

  t.test('the program of the README', async t => {
    const program = blocks.find(({ language }) => language === 'js')!.text
    const folder = await mkdtemp(join(import.meta.dirname, 'program-'))
    t.teardown(() => rm(folder, { recursive: true, force: true }))
    await writeFile(join(folder, 'program.mjs'), placed(program, system))
    const { stdout } = await run(process.execPath, [join(folder, 'program.mjs')])
    t.match(stdout, 'Wants to write a compiler that reads like English')
  })

  t.test('the queries of ANALYTICS', async t => {
    const queries = fencedOf(root, 'docs/ANALYTICS.md').filter(({ language }) => language === 'sql')
    t.equal(queries.length, questions.length)
    const parameters = new URLSearchParams()
    for (const one of questions) {
      for (const [name, value] of Object.entries(one.parameters ?? {})) parameters.set(`param_${name}`, value)
    }
    for (const [i, { line, text }] of queries.entries()) {
      t.equal(text, questions[i].sql.trim(), `line ${line} is the question of analytics/questions`)
      const answer = await fetch(`${system.clickhouse}/?${parameters}`, { method: 'POST', body: text })
      t.equal(answer.status, 200, `line ${line}: ${answer.ok ? 'answered' : await answer.text()}`)
    }
  })

  t.test('the four calls from Python', {
    skip: spawnSync('python3', ['-c', 'pass']).status !== 0 && 'python3 is not on this machine',
  }, async t => {
    const file = join(root, 'examples', 'python', 'four_calls.py')
    const answer: unknown = JSON.parse((await run('python3', [file, system.gateway])).stdout)
    t.match(answer, { accepted: 1, components: Number, prompt: /compiler that reads like English/ })
  })

  t.test('the WebSocket examples', async t => {
    const key = await registered(system)
    const following = followPrompt(system.gateway, key, 'card reader')
    t.match(await firstRecord(system.gateway, key), { accepted: 1, duplicates: 0, rejected: [] })
    t.match((await following).at(-1), /card reader/)
  })

  t.test('what a person says holds', t => saysIt(t, system))
})

/** What example 6 says, in the answers and in the rows. */
async function saysIt(t: Test, system: RunningSystem): Promise<void> {
  const key = await registered(system)
  t.strictSame(await sayIt(system.gateway, key), ['Wants to run 8 km every week'])
  const changes = `SELECT change FROM psp_components WHERE ${isOf('hopper')} AND record_id = ''`
  const said = ['corrected', 'pinned', 'rated', 'removed', 'superseded']
  await until(system, `SELECT count() = 1 FROM (${changes}) WHERE change = 'removed'`)
  t.same((await answered(system, changes)).split('\n').filter(one => one !== '' && !said.includes(one)), [])
  t.equal(await answered(system, `SELECT description FROM psp_current WHERE ${isOf('hopper')}`),
    'Wants to run 8 km every week\n')
  t.equal(await answered(system, `SELECT description, valid_to > valid_from FROM psp_components
    WHERE ${isOf('hopper')} AND change = 'superseded'`), 'Wants to run 5 km every week\t1\n')
}

/** The key of an app that may submit and read. */
async function registered({ gateway }: RunningSystem): Promise<string> {
  const answer = await fetch(`${gateway}/api/apps/register`, {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      app_name: 'examples', app_version: '1', developer: 'us', description: 'the examples',
      requested_permissions: ['hinata_submit', 'psp_read'],
    }),
  })
  return (await answer.json() as { api_key: string }).api_key
}

/** The text with the addresses of the running system. */
function placed(text: string, { gateway, clickhouse }: RunningSystem): string {
  return text.replaceAll('http://127.0.0.1:8080', gateway).replaceAll('http://127.0.0.1:8123', clickhouse)
}

/** Rows follow the fold within moments: asks until the person's is there. */
function untilRow(system: RunningSystem, person: string): Promise<void> {
  return until(system, `SELECT count() FROM records WHERE ${isOf(person)}`)
}

/** Asks until the answer is a number above zero. */
async function until(system: RunningSystem, query: string): Promise<void> {
  while (!(Number(await answered(system, query)) > 0)) await new Promise(resolve => setTimeout(resolve, 50))
}

async function answered({ clickhouse }: RunningSystem, query: string): Promise<string> {
  return (await fetch(clickhouse, { method: 'POST', body: query })).text()
}
