/**
 * The command line against a system that it started itself: up, import (twice), export, status, doctor,
 * config, stop, and again on the same data. What a user does, as a user does it: in processes.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { sampleRecords } from '../../deploy/tour/sample.js'
import { codeVersion } from '../../pipelines/hinata.js'
import { isOf } from '../support/row-names.js'
import { dumpState } from '../support/state-dump.js'

const entry = fileURLToPath(new URL('../../deploy/cli/hinata.js', import.meta.url))
const partitions = 16

t.setTimeout(180_000)

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs a command to its end. */
function hinata(...args: string[]): Promise<Ended> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.on('data', chunk => { out += chunk })
    child.stderr.on('data', chunk => { err += chunk })
    child.once('close', code => resolve({ code, out, err }))
  })
}

/** Starts `hinata up` and waits until it runs. */
async function up(dataDir: string): Promise<{ child: ChildProcess, out: () => string }> {
  const child = spawn(process.execPath, [entry, 'up', '--port', '0', '--clickhouse-port', '0', '--data-dir',
    dataDir],
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  let out = ''
  child.stdout!.on('data', chunk => { out += chunk })
  await new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', code => reject(new Error(`up ended with ${code}: ${out}`)))
  })
  return { child, out: () => out }
}

/** The first line of what the gateway answers to a head with a header of so many bytes, in four pieces. */
async function askInPieces(gateway: string, bytes: number): Promise<string> {
  const { hostname, port } = new URL(gateway)
  const socket = connect(Number(port), hostname).setEncoding('latin1').setNoDelay(true)
  const answer = once(socket, 'data') as Promise<[string]>
  socket.write(`GET /ready HTTP/1.1\r\nHost: a\r\nCookie: `)
  for (let part = 0; part < 2; part++) {
    socket.write('a'.repeat(bytes / 2))
    await fetch(`${gateway}/ready`) // answered after what came before it was read
  }
  socket.write('\r\n\r\n')
  const [text] = await answer
  socket.destroy()
  return text.split('\r\n')[0]
}

function stop(child: ChildProcess): Promise<number | null> {
  return new Promise(resolve => {
    child.once('exit', resolve)
    child.kill('SIGINT')
  })
}

t.test('up, import twice, export, status, stop, up again', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'hinata-cli-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const dataDir = join(folder, 'data')
  const all = sampleRecords(3, Date.UTC(2026, 9, 1)).filter(({ userId }) => userId === 'lena')
  const lines = all.map(({ record }) => JSON.stringify({ ...record, user_id: 'lena' }))
  const plain = join(folder, 'lena.jsonl')
  const packed = join(folder, 'lena.hinata.gz')
  await writeFile(plain, `${lines.join('\n')}\n`)
  await writeFile(packed, gzipSync(`${lines.join('\n')}\n`))

  const first = await up(dataDir)
  t.match(first.out(), /Gateway +http/)
  const system = JSON.parse(await readFile(join(dataDir, 'hinata.json'), 'utf8')) as
    { redis: string, clickhouse: string, gateway: string }
  t.equal(await askInPieces(system.gateway, 12_000), 'HTTP/1.1 200 OK')
  t.match(await askInPieces(system.gateway, 40_000), /^HTTP\/1\.1 431 /)

  const imported = await hinata('import', plain, '--user', 'lena', '--data-dir', dataDir)
  t.equal(imported.out, `accepted ${lines.length}, duplicates 0, rejected 0\n`, imported.err)
  const before = await dumpState(system.redis, 'h', partitions)
  const again = await hinata('import', packed, '--data-dir', dataDir)
  t.equal(again.out, `accepted 0, duplicates ${lines.length}, rejected 0\n`, again.err)
  t.strictSame(await dumpState(system.redis, 'h', partitions), before, 'the state is byte-identical')
  const count = await fetch(system.clickhouse, {
    method: 'POST', body: `SELECT count(), uniqExact(id) FROM records WHERE ${isOf('lena')}`,
  })
  t.equal(await count.text(), `${lines.length}\t${lines.length}\n`)

  const exported = await hinata('export', '--user', 'lena', '--data-dir', dataDir)
  const ids = exported.out.trim().split('\n').map(line => (JSON.parse(line) as { id: string }).id).sort()
  t.strictSame(ids, all.map(({ record }) => record.id).sort())

  const status = await hinata('status', '--json', '--data-dir', dataDir)
  t.match(JSON.parse(status.out), {
    status: 'healthy', redis: { url: system.redis },
    pipelines: [{ name: 'hinata', version: codeVersion, lag_records: 0 }],
  })
  t.match((await hinata('doctor', '--data-dir', dataDir)).out, /ok {7}Redis/)
  const taken = await hinata('up', '--data-dir', dataDir)
  t.equal(taken.code, 2, 'a second system on the same data is refused')
  t.match(taken.err, /already runs/)

  t.equal(await stop(first.child), 0)
  t.match(first.out(), /Stopped/)
  t.equal((await hinata('status', '--data-dir', dataDir)).code, 1, 'nothing runs now')

  const second = await up(dataDir)
  t.notMatch(second.out(), /Administrator's key/, 'the key is shown once')
  const restarted = JSON.parse(await readFile(join(dataDir, 'hinata.json'), 'utf8')) as { redis: string }
  t.strictSame(await dumpState(restarted.redis, 'h', partitions), before, 'everything is kept')
  t.equal(await stop(second.child), 0)
})

t.test('wrong usage is exit code 2 and says what is wrong', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'hinata-cli-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  t.equal((await hinata('imprt')).code, 2)
  t.equal((await hinata('export')).code, 2)
  t.equal((await hinata('import', join(folder, 'none.jsonl'), '--user', 'x', '--data-dir', folder)).code, 2)
  await writeFile(join(folder, 'wrong.yaml'), 'gateway:\n  prot: 1\n')
  const wrong = await hinata('config', '--config', join(folder, 'wrong.yaml'))
  t.equal(wrong.code, 1)
  t.match(wrong.err, /gateway\.prot is not an option|Did you mean gateway\.port/)
  await writeFile(join(folder, 'right.yaml'), 'gateway:\n  port: 9000\nlog:\n  partitions: 8\n')
  const rows = JSON.parse(
    (await hinata('config', '--json', '--config', join(folder, 'right.yaml'), '--port', '9001')).out) as
    { name: string, value: string, origin: string }[]
  t.match(rows.find(({ name }) => name === 'gateway.port'), { value: '9001', origin: 'flag' })
  t.match(rows.find(({ name }) => name === 'log.partitions'), { value: '8', origin: 'file' })
  t.match(rows.find(({ name }) => name === 'redis.namespace'), { value: 'h', origin: 'default' })
})
