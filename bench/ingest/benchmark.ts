/**
 * Question: how many records a second are taken in durably, how long does an acknowledgement take at half and
 * at nine tenths of that, and is anything lost at twice of it?
 *
 * Workload: records of some 250 bytes of 1,000 persons in turn, over 32 connections; single, and in batches
 * of 20. Every record has a number; what is kept is read back and compared by count and sum. Lower bound:
 * bare uWebSockets.js with one XADD per message. Does not measure: what is done with a record (the main job
 * does), TLS, a network, several gateways.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../deploy/roles/free-port.js'
import { startManagedRedis } from '../../deploy/roles/managed-redis.js'
import { ensureRedis } from '../../deploy/system.mjs'
import type { Benchmark, Side } from '../benchmark.js'
import { cpuSecondsOf } from '../machine.js'
import { assertPeer, peerVersion } from '../peer-packages.js'
import type { Stored } from './receiver.js'
import type { SenderMessage, SendOrder, SendResult } from './sender-process.js'

interface Entrant {
  readonly name: string
  readonly description: string
  readonly module: URL
  readonly receiver: string
  readonly transport: 'ws' | 'http'
  readonly recordsPerMessage: number
}

const connections = 32
/** Of each phase of a full run. */
const phaseSeconds = 4
const phaseSecondsMin = 1.5

const gateway = { module: new URL('./hinata.js', import.meta.url), receiver: 'hinata' }
const floor = { module: new URL('./bare.js', import.meta.url), receiver: 'bare' }
const bullmq = { module: new URL('../peers/fastify-bullmq.js', import.meta.url), receiver: 'fastifyBullmq' }

const own: readonly Entrant[] = [
  { ...gateway, name: 'hinata ws', transport: 'ws', recordsPerMessage: 1,
    description: 'the gateway: each record checked, known by (person, id, content), acknowledged with its '
      + 'position' },
  { ...floor, name: 'bare ws', transport: 'ws', recordsPerMessage: 1,
    description: 'uWebSockets.js, JSON.parse, one XADD per message; no check, no identity, duplicates are '
      + 'not known' },
  { ...gateway, name: 'hinata http', transport: 'http', recordsPerMessage: 1,
    description: 'the same over HTTP, and a job that can be asked for' },
  { ...floor, name: 'bare http', transport: 'http', recordsPerMessage: 1, description: 'as bare ws' },
]

const more: readonly Entrant[] = [
  { ...bullmq, name: 'fastify + bullmq http', transport: 'http', recordsPerMessage: 1,
    description: `Fastify ${peerVersion('fastify')}: a schema, one job of BullMQ ${peerVersion('bullmq')} `
      + 'per message' },
  { ...gateway, name: 'hinata ws ×20', transport: 'ws', recordsPerMessage: 20,
    description: 'batches of 20 records' },
  { ...floor, name: 'bare ws ×20', transport: 'ws', recordsPerMessage: 20,
    description: 'batches of 20 records, one XADD for each batch' },
]

/** P3. */
export function ingest(hasPeers: boolean): Benchmark {
  return {
    name: 'ingest', title: 'P3 · Durable ingest',
    question: 'How many records a second are acknowledged durably, and how soon at a half and at nine tenths '
      + 'of that?',
    workload: 'records of 250 bytes of 1,000 persons in turn over 32 connections, open loop below the '
      + 'maximum; at twice the maximum nothing that was sent may be missing',
    durability: 'acknowledged when Redis has it (`memory`: appendfsync everysec)',
    lowerBound: 'bare uWebSockets.js with one XADD per message',
    notMeasured: 'folding (P2), TLS, a network, several gateways',
    seed: 0,
    figures: [
      { name: 'acknowledged', unit: 'records/s' }, { name: 'cpu', unit: 'CPU s per million' },
      { name: 'half p50', unit: 'ms' }, { name: 'half p99', unit: 'ms' }, { name: 'half p99.9', unit: 'ms' },
      { name: '90 % p50', unit: 'ms' }, { name: '90 % p99', unit: 'ms' }, { name: '90 % p99.9', unit: 'ms' },
      { name: 'lost at twice', unit: 'records' },
    ],
    chart: 'bars', rounds: 3, hasWarmUp: false,
    sides: [...own, ...hasPeers ? more : []].map(sideOf),
  }
}

function sideOf({ name, description, ...entrant }: Entrant): Side {
  return { name, description, prepare: () => { assertPeer(entrant.module) }, run: ({ share }) =>
    measured(entrant, Math.max(phaseSecondsMin, phaseSeconds * share)) }
}

async function measured(
  { module, receiver, transport, recordsPerMessage }: Omit<Entrant, 'name' | 'description'>, seconds: number,
): Promise<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'hinata-bench-'))
  const redis = await startManagedRedis(ensureRedis(), folder, 'everysec', await freePort(0))
  const server = fork(new URL('./receiver-process.js', import.meta.url), [module.href, receiver, redis.url])
  const sender = fork(new URL('./sender-process.js', import.meta.url))
  try {
    const [{ url, token }] = await answerOf(server) as [{ url: string, token: string }]
    const line = { url, token, transport, recordsPerMessage }
    const pids = [server.pid!, sender.pid!, redis.process.pid!]
    const { result, fullCpu } = await send(sender, { line, connections, seconds }, pids)
    server.send('stored')
    const [stored] = await answerOf(server) as [Stored]
    const lost = assertStored(stored, result.sent * recordsPerMessage)
    return { acknowledged: result.full.perSecond * recordsPerMessage,
      cpu: fullCpu / (result.full.acknowledged * recordsPerMessage) * 1e6,
      'half p50': result.half.latency.p50, 'half p99': result.half.latency.p99,
      'half p99.9': result.half.latency.p999, '90 % p50': result.most.latency.p50,
      '90 % p99': result.most.latency.p99, '90 % p99.9': result.most.latency.p999, 'lost at twice': lost }
  } finally {
    sender.kill()
    server.disconnect()
    await redis.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs the phases; processor seconds of all processes over the phase at full load. */
async function send(
  sender: ChildProcess, order: SendOrder, pids: readonly number[],
): Promise<{ result: SendResult, fullCpu: number }> {
  const cpu = (): number => pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0)
  let [from, fullCpu] = [0, 0]
  sender.send(order)
  return new Promise((resolve, reject) => {
    sender.on('message', message => {
      const said = message as SenderMessage
      if ('result' in said) resolve({ result: said.result, fullCpu })
      else if (said.phase === 'full') from = cpu()
      else fullCpu = cpu() - from
    })
    sender.once('exit', (code, signal) => reject(new Error(`the sender ended with ${code ?? signal}`)))
  })
}

/** Every number 0 … sent-1 once: then count and sum are known. Answers how many are missing: none. */
function assertStored({ records, sum }: Stored, sent: number): number {
  if (records === sent && sum === sent * (sent - 1) / 2) return 0
  throw new Error(`${sent} records were acknowledged, ${records} are kept; their numbers add up to ${sum}`)
}

async function answerOf(child: ChildProcess): Promise<unknown[]> {
  const ended = once(child, 'exit').then(([code]) => { throw new Error(`the receiver ended with ${code}`) })
  return Promise.race([once(child, 'message'), ended])
}
