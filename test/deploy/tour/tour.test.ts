/** The tour against a whole running system: what a newcomer sees after `npm start`. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { startHinata } from './running-system.js'

const run = promisify(execFile)
const show = fileURLToPath(new URL('show.js', import.meta.url))

t.setTimeout(150_000)

t.test('the tour of a fresh system', async t => {
  const system = await startHinata()
  t.teardown(() => system.stop())
  const tour = async (): Promise<string> =>
    (await run(process.execPath, [show, system.gateway, system.clickhouse, system.adminKey])).stdout
  const said = await tour()
  const words = said.replace(/\s+/g, ' ')

  t.match(said, 'Streaming records: 632 of 632', 'progress ends at the whole sample')
  t.match(said, '[Hinata personal context]', 'a prompt')
  t.match(said, /Postgres: .*\(\d+ notes\)/, 'that names what the person writes about')
  t.match(said, /158 records became \d+ components/, 'components')
  t.match(words, /Likes writing services in Java\. Since [\d-]+: Does not like writing services in Java\./)
  t.match(said, /month +tag +records +persons/, 'answers of ClickHouse')
  const shown = said.slice(0, said.indexOf('Try it'))
  const wide = shown.split('\n').filter(line => [...line].length > 80)
  t.strictSame(wide, [], 'fits 80 columns')

  t.test('its commands work as they stand', async t => {
    const commands = said.slice(said.indexOf('  curl'), said.indexOf('  WebSocket:'))
    const { stdout } = await run('sh', ['-ec', commands])
    t.match(stdout, '"status":"healthy"')
    t.match(stdout, '"personalized_prompt":"[Hinata personal context]')
    t.match(stdout, /│ lena +│ +158 │/)
  })

  t.test('N1 again, and nothing is counted twice', async t => {
    t.match(await tour(), /158 records became \d+ components/)
  })
})
