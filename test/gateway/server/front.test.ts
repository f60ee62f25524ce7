// TLS in the gateway: O1, O2.
import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import t from 'tap'
import { startGateway } from '../../../gateway/index.js'
import { certify } from '../../support/certificate.js'
import { until } from '../../support/until.js'
import { lightTopology } from '../light.js'
import { openGreeted, startSystem } from '../system.js'

const folder = mkdtempSync(join(tmpdir(), 'hinata-tls-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))
const tls = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') }

/** Who answers at this port by TLS, and with which headers. */
function seenAt(port: number): Promise<{ name: string, protocol: string | null, hsts: unknown }> {
  return new Promise((resolve, reject) => {
    const asking = request(
      { port, host: '127.0.0.1', path: '/ready', rejectUnauthorized: false, agent: false },
      response => {
        const socket = response.socket as TLSSocket
        const { subject } = socket.getPeerCertificate()
        response.resume().on('end', () => resolve({
          name: String(subject.CN), protocol: socket.getProtocol(),
          hsts: response.headers['strict-transport-security'],
        }))
      })
    asking.on('error', reject).end()
  })
}

const isCertified = certify(folder, 'first') !== null

t.test('the gateway speaks TLS, and uses a renewed certificate', {
  skip: !isCertified && 'openssl is not on this machine: it makes the certificates of this test',
}, async t => {
  const system = await startSystem({ topology: lightTopology, hasNode: false })
  t.teardown(() => system.stop())
  const failures: unknown[] = []
  const gateway = await startGateway({
    host: '127.0.0.1', port: 0, client: system.client, pipeline: system.topology, tls,
    limits: { certificatePollMs: 20 }, onFailure: ({ thrown }) => void failures.push(thrown),
  })
  t.teardown(() => gateway.stop())
  const { url, port } = gateway
  t.match(url, /^https:/)
  t.same(await seenAt(port), { name: 'first', protocol: 'TLSv1.3', hsts: 'max-age=31536000' })
  const raw = await openGreeted(url, await system.key(), {}, { rejectUnauthorized: false })

  writeFileSync(join(folder, 'broken.pem'), 'no certificate')
  const kept = join(folder, 'kept.pem')
  copyFileSync(tls.certFile, kept)
  renameSync(join(folder, 'broken.pem'), tls.certFile)
  await until('the broken one is reported', () => failures.length > 0)
  t.match(failures[0], { code: 'CONFIG_INVALID', message: /tls_cert_file/ })
  t.equal((await seenAt(port)).name, 'first', 'O2')

  certify(folder, 'second')
  await until('the second is used', async () => (await seenAt(port).catch(() => null))?.name === 'second')
  raw.send({ type: 'ping' })
  t.match(await raw.until(({ type }) => type === 'pong'), {}, 'O1 who was connected stays so')
  t.equal(failures.filter(one => (one as { code?: string }).code !== 'CONFIG_INVALID').length, 0)

  const old = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1' })
  await t.rejects(new Promise((resolve, reject) => old.on('secureConnect', resolve).on('error', reject)),
    'TLS 1.1 is not spoken')
  raw.socket.terminate()
})

t.test('a certificate that is not there is refused at the start', async t => {
  const system = await startSystem({ topology: lightTopology, hasNode: false })
  t.teardown(() => system.stop())
  await t.rejects(startGateway({
    host: '127.0.0.1', port: 0, client: system.client, pipeline: system.topology,
    tls: { certFile: join(folder, 'none.pem'), keyFile: join(folder, 'none.pem') },
  }), { code: 'CONFIG_INVALID', message: /none\.pem/ })
})
