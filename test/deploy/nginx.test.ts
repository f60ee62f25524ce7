// deploy/nginx/hinata.conf in the real nginx, in front of a real gateway.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as requestPlain, type IncomingHttpHeaders } from 'node:http'
import { Agent, request as requestTls } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { findProgram } from '../../deploy/system.mjs'
import { connect } from '../../gateway/index.js'
import { lightTopology } from '../gateway/light.js'
import { recordOf, startSystem } from '../gateway/system.js'
import { certify } from '../support/certificate.js'
import { freePort } from '../support/redis.js'
import { until } from '../support/until.js'
import { projectRoot } from '../tidy/sources.js'

const nginx = findProgram('nginx')
const folder = mkdtempSync(join(tmpdir(), 'hinata-nginx-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))
const certificate = certify(folder, 'hinata.example')
const skip = nginx === undefined ? 'nginx is not on this machine: apt-get install nginx-light'
  : certificate === null && 'openssl is not on this machine: it makes the certificate of this test'

class TrustingSocket extends WebSocket {
  constructor(url: string, subprotocol: string) {
    super(url, subprotocol, { rejectUnauthorized: false })
  }
}

interface Answer { readonly status: number, readonly headers: IncomingHttpHeaders, readonly text: string }

function ask(port: number, path: string, options: {
  isPlain?: boolean, from?: string, headers?: Record<string, string>, body?: Buffer, agent?: Agent,
} = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { isPlain, from: localAddress, headers, body, agent = false } = options
    const asking = (isPlain ? requestPlain : requestTls)({
      port, host: '127.0.0.1', path, headers, localAddress, rejectUnauthorized: false, agent,
      method: body === undefined ? 'GET' : 'POST',
    }, response => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => { text += part })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    asking.on('error', reject).end(body)
  })
}

/** The file with the places of this test, and shorter patience. */
function configured(ports: { plain: number, tls: number, gateway: number }): string {
  const places: readonly (readonly [string, string])[] = [
    ['listen 80;', `listen 127.0.0.1:${ports.plain};`], ['listen 443 ssl',
      `listen 127.0.0.1:${ports.tls} ssl`],
    ['/etc/hinata/tls/fullchain.pem', certificate?.certFile ?? ''],
    ['/etc/hinata/tls/privkey.pem', certificate?.keyFile ?? ''],
    ['127.0.0.1:8080', `127.0.0.1:${ports.gateway}`],
    ['client_header_timeout 10s', 'client_header_timeout 5s'],
  ]
  let text = readFileSync(join(projectRoot(import.meta.dirname), 'deploy/nginx/hinata.conf'), 'utf8')
  for (const [from, to] of places) {
    if (!text.includes(from)) throw new Error(`hinata.conf has no ${from}`)
    text = text.replaceAll(from, to)
  }
  return text
}

/** Starts nginx with the file; it ends with the test. */
async function startNginx(t: Test, ports: { plain: number, tls: number, gateway: number }): Promise<void> {
  writeFileSync(join(folder, 'hinata.conf'), configured(ports))
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  for (const name of temporary) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'nginx.conf'), [
    'daemon off; master_process off;', `pid ${folder}/pid; error_log stderr crit;`, 'events {}', 'http {',
    'access_log off;', ...temporary.map(name => `${name}_temp_path ${folder}/${name};`),
    `include ${folder}/hinata.conf;`, '}'].join('\n'))
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf')]
  const tried = spawnSync(nginx ?? '', [...args, '-t'], { encoding: 'utf8' })
  t.equal(tried.status, 0, tried.stderr)
  const running = spawn(nginx ?? '', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  t.teardown(() => new Promise<void>(resolve => {
    running.once('exit', () => resolve())
    running.kill('SIGTERM')
  }))
  await until('nginx answers', () => ask(ports.tls, '/ready').catch(() => null))
}

t.test('nginx in front of a gateway', { skip, timeout: 120_000 }, async t => {
  const system = await startSystem({
    topology: lightTopology, gateway: { trustedProxies: ['127.0.0.1'] }, limits: { attemptsPerMinuteMax: 3 },
  })
  t.teardown(() => system.stop())
  const ports = { plain: await freePort(), tls: await freePort(), gateway: system.gateway.port }
  await startNginx(t, ports)
  const token = await system.key()

  await t.test('TLS from 1.2 on, HSTS once, a request id that the gateway knows', async t => {
    const { status, headers } = await ask(ports.tls, '/ready')
    t.equal(status, 200)
    t.equal(headers['strict-transport-security'], 'max-age=31536000; includeSubDomains')
    t.match(headers['x-request-id'], /^[0-9a-f]{32}$/)
    t.match(await ask(ports.plain, '/ready?x=1', { isPlain: true, headers: { Host: 'hinata.example' } }),
      { status: 308, headers: { location: 'https://hinata.example/ready?x=1' } })
    const spoken = async (minVersion: 'TLSv1' | 'TLSv1.2',
      maxVersion: 'TLSv1.1' | 'TLSv1.2'): Promise<string> =>
      new Promise(resolve => {
        const socket = connectTls({ port: ports.tls, host: '127.0.0.1', rejectUnauthorized: false, minVersion,
          maxVersion, ciphers: 'DEFAULT@SECLEVEL=0' })
        socket.on('secureConnect', () => resolve(socket.getProtocol() ?? '')).on('error', () =>
          resolve('none'))
        socket.on('secureConnect', () => socket.destroy())
      })
    t.equal(await spoken('TLSv1.2', 'TLSv1.2'), 'TLSv1.2')
    t.equal(await spoken('TLSv1', 'TLSv1.1'), 'none')
  })

  await t.test('the client through it', async t => {
    const client = await connect({ url: `https://127.0.0.1:${ports.tls}`, token, WebSocket: TrustingSocket })
    t.match(await client.submit('ada', [recordOf('x')]), { accepted: 1 })
    await client.close()
  })

  await t.test('limits answer with a code: bodies, requests, a gateway that is away', async t => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
    const large = await ask(ports.tls, '/api/hinata/submit', { headers, body: Buffer.alloc(17 * 2 ** 20,
      0x20) })
      .catch(() => null) // it may be cut before its answer is read
    if (large !== null) t.match(large, { status: 413, text: /"BODY_TOO_LARGE"/ })
    const agent = new Agent({ keepAlive: true, maxSockets: 4, rejectUnauthorized: false })
    let refused: Answer | undefined
    for (let round = 0; round < 50
      && refused === undefined; round++) { // far beyond 50 a second and 100 at once
      const many = await Promise.all(Array.from({ length: 40 }, () => ask(ports.tls, '/ready', { agent })))
      refused = many.find(({ status }) => status === 429)
    }
    agent.destroy()
    t.match(refused, { headers: { 'retry-after': '1' },
      text: /"RATE_LIMITED".*"request_id":"[0-9a-f]{32}"/ })
  })

  await refusals(t, ports, () => system.gateway.stop())
})

/** Who is kept out, and what is said when nobody is there. */
async function refusals(
  t: Test, ports: { plain: number, tls: number }, stopGateway: () => Promise<void>,
): Promise<void> {
  await t.test('a slow sender of headers is ended', async t => {
    const socket = connectTcp(ports.plain, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nX-')
    socket.on('error', () => undefined).resume()
    await new Promise<void>(resolve => socket.on('close', () => resolve()))
    t.equal((await ask(ports.tls, '/ready')).status, 200)
  })

  await t.test('failed attempts count for the app\'s address, not for that of nginx', async t => {
    const wrong = (from: string): Promise<Answer> => ask(ports.tls, '/api/psp/current?user_id=a',
      { from, headers: { Authorization: 'Bearer byo_wrong', 'X-Forwarded-For': '10.9.9.9' } })
    for (let i = 0; i < 3; i++) t.match((await wrong('127.0.0.7')).text, /TOKEN_UNKNOWN/)
    t.match((await wrong('127.0.0.7')).text, /ATTEMPTS_TOO_MANY/)
    t.match((await wrong('127.0.0.8')).text, /TOKEN_UNKNOWN/)
  })

  await t.test('without a gateway it says so', async t => {
    await stopGateway()
    t.match(await ask(ports.tls, '/ready', { from: '127.0.0.9' }),
      { status: 503, headers: { 'retry-after': '1' }, text: /"UPSTREAM_UNAVAILABLE"/ })
  })
}
