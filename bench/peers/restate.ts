/**
 * Restate: a virtual object per key, whose handler reads, adds and sets; each record is one durable call over
 * the ingress, 400 in flight as its makers' own load test has. The server is its npm binary; the handlers run
 * in this process behind HTTP/2. The SDK calls `Promise.withResolvers`, which Node has from version 22 on;
 * where it is missing it is put there.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import * as restateSdk from '@restatedev/restate-sdk'
import { freePort } from '../../deploy/roles/free-port.js'
import { HttpConnection } from '../http-connection.js'
import type { Contender } from '../keyed-counter/contender.js'
import { startServer } from '../server-process.js'

const callsInFlight = 400
const pollMs = 200

if (!('withResolvers' in Promise)) {
  Object.defineProperty(Promise, 'withResolvers', { value: () => {
    let [resolve, reject]: (() => void)[] = []
    const promise = new Promise<void>((...settle) => { [resolve, reject] = settle })
    return { promise, resolve, reject }
  } })
}

const counter = restateSdk.object({ name: 'counter', handlers: {
  async add(ctx: restateSdk.ObjectContext, n: number) {
    ctx.set('total', (await ctx.get<number>('total') ?? 0) + n)
  },
} })

/** Counts in virtual objects. */
export const restate: Contender = {
  async run({ folder, watch, measured }, keys) {
    const [node, ingress, admin, handlers] = await Promise.all([0, 0, 0, 0].map(() => freePort(0)))
    const config = join(folder, 'restate.toml')
    writeFileSync(config, configOf({ folder, node, ingress, admin }))
    const server = await startServer(binary(), ['--config-file', config], ingress,
      join(folder, 'restate.log'))
    watch(server.pid)
    const endpoint = restateSdk.endpoint().bind(counter)
    endpoint.setLogger(() => undefined) // two lines per call by default
    await endpoint.listen(handlers)
    await untilHealthy(`http://127.0.0.1:${admin}/health`)
    await untilHealthy(`http://127.0.0.1:${ingress}/restate/health`)
    await register(admin, handlers)
    const url = `http://127.0.0.1:${ingress}`
    const lanes = Array.from({ length: callsInFlight }, () => new HttpConnection(url))
    // the first calls wait some ten seconds until every part of the server has heard of the handlers
    await Promise.all(lanes.map((lane, i) => lane.request('POST', `/counter/first-${i}/add`, '0')))
    await measured(async () => {
      let next = 0
      await Promise.all(lanes.map(async lane => {
        while (next < keys.length) {
          const { status, body } = await lane.request('POST', `/counter/${keys[next++]}/add`, '1')
          if (status >= 300) throw new Error(`${status} ${body}`)
        }
      }))
    })
    for (const lane of lanes) lane.close()
    const delivered = await sumOf(admin)
    await server.stop()
    return delivered
  },
}

function configOf(
  { folder, node, ingress, admin }: { folder: string, node: number, ingress: number, admin: number },
): string {
  return `base-dir = "${folder}/restate"
cluster-name = "bench"
node-name = "one"
bind-address = "127.0.0.1:${node}"
advertised-address = "http://127.0.0.1:${node}"
log-filter = "warn"
listen-mode = "tcp"
disable-telemetry = true
default-journal-retention = "0s"
metadata-update-interval = "500ms"

[ingress]
bind-address = "127.0.0.1:${ingress}"

[admin]
bind-address = "127.0.0.1:${admin}"

[log-server]
rocksdb-disable-wal-fsync = true

[bifrost.local]
rocksdb-disable-wal-fsync = true
`
}

/** The program of this platform, which its npm package brings. */
function binary(): string {
  const require = createRequire(import.meta.url)
  const platform = `@restatedev/restate-server-${process.platform}-${process.arch}`
  const own = createRequire(require.resolve('@restatedev/restate-server/package.json'))
  return join(own.resolve(`${platform}/package.json`), '..', 'bin', 'restate-server')
}

/** It listens before it can take anything. */
async function untilHealthy(url: string): Promise<void> {
  const isHealthy = (): Promise<boolean> =>
    fetch(url, { signal: AbortSignal.timeout(pollMs) }).then(({ ok }) => ok, () => false)
  while (!await isHealthy()) await setTimeout(pollMs)
}

async function register(admin: number, handlers: number): Promise<void> {
  await ask(admin, '/deployments', { uri: `http://127.0.0.1:${handlers}`, force: true })
}

/** Of the state that the server holds, by its own SQL. */
async function sumOf(admin: number): Promise<number> {
  const query = 'SELECT SUM(CAST(value_utf8 AS BIGINT)) AS total FROM state WHERE service_name = \'counter\''
  const { rows: [{ total }] } = await ask(admin, '/query', { query }) as { rows: { total: number }[] }
  return Number(total)
}

async function ask(admin: number, path: string, body: unknown): Promise<unknown> {
  const answer = await fetch(`http://127.0.0.1:${admin}${path}`, { method: 'POST', body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', accept: 'application/json' } })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}
