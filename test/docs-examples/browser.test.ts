// Example 7 in a real browser: the client there is the same code, with the browser's own WebSocket.
import { createServer, type Server } from 'node:http'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import t from 'tap'
import { findProgram } from '../../deploy/system.mjs'
import { startGateway } from '../../gateway/index.js'
import { lightTopology, tally } from '../gateway/light.js'
import { startSystem } from '../gateway/system.js'
import { freePort } from '../support/redis.js'
import { until } from '../support/until.js'
import { projectRoot } from '../tidy/sources.js'

const browser = findProgram('chromium')
const example = join(projectRoot(import.meta.dirname), 'examples', 'browser')
const client = join(import.meta.dirname, '..', '..', 'gateway', 'client')

/** Serves the example's folder, with the compiled client in it. */
function serveExample(): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x')
    const [, inClient] = /^\/client\/([\w-]+\.js)$/.exec(pathname) ?? []
    const file = inClient === undefined ? join(example, pathname.slice(1).replace(/[^\w.-]/g, ''))
      : join(client, inClient)
    response.setHeader('Content-Type', file.endsWith('.js') ? 'text/javascript' : 'text/html')
    readFile(file).then(bytes => response.end(bytes), () => response.writeHead(404).end())
  })
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server)))
}

/** Selects the first characters of an element, as a person does, and lets the mouse go. */
async function select(page: Page, selector: string, characters: number): Promise<void> {
  await page.evaluate(`{
    const text = document.querySelector('${selector}').firstChild
    const range = document.createRange()
    range.setStart(text, 0)
    range.setEnd(text, ${characters})
    document.getSelection().removeAllRanges()
    document.getSelection().addRange(range)
    document.dispatchEvent(new MouseEvent('mouseup'))
  }`)
}

const told = (page: Page): Promise<string[]> => page.locator('#told li').allTextContents()

t.test('selections become records, also those of a time without a gateway', {
  skip: browser === undefined && 'chromium is not on this machine: apt-get install chromium',
    timeout: 170_000,
}, async t => {
  const port = await freePort()
  const system = await startSystem({ topology: lightTopology, gateway: { port } })
  t.teardown(() => system.stop())
  const server = await serveExample()
  t.teardown(() => new Promise<void>(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  }))
  const opened = await chromium.launch({ executablePath: browser, args: ['--no-sandbox'] })
  t.teardown(() => opened.close())
  const page = await opened.newPage()
  const errors: string[] = []
  page.on('pageerror', error => errors.push(String(error)))
  const asked = new URLSearchParams({ gateway: system.gateway.url, token: await system.key(), user: 'ada' })
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/page.html?${asked}`)

  await select(page, '#short', 10)
  await select(page, '#first', 10)
  t.same(await told(page), [], 'ten characters are a click')
  await select(page, '#first', 11)
  await until('the record is kept', async () => (await told(page))[0] === 'kept')
  await select(page, '#first', 11)
  t.equal((await told(page)).length, 1, 'the same selection once more is not another record')

  await system.gateway.stop()
  await select(page, '#second', 30)
  t.same(await told(page), ['kept', 'waiting'])
  const back = await startGateway(
    { host: '127.0.0.1', port, client: system.client, pipeline: system.topology })
  t.teardown(() => back.stop())
  await until('what waited is kept', async () => (await told(page)).every(state => state === 'kept'))
  t.equal(await system.client.settled('ada', 60_000), true)
  t.equal((await system.client.state(tally, 'ada'))?.total.get(), 2)
  t.same(errors, [])
})
