/**
 * What the ladder costs: requests that read, and frames that write, with it and without.
 *
 *   node dist/bench/privacy-ladder.js [--requests 4000] [--rounds 6]
 *
 * Question: how much of a read is the ladder's, and does a submitted record pay less than a microsecond?
 * Reads: POST /api/psp/context of 20 persons whose preferences are remembered, over HTTP by 16 callers at
 * once, against a real Redis; nothing is known of the persons, so the answer is PERSON_UNKNOWN after one
 * lookup, the cheapest read there is. Rounds with and without alternate; without, every decision is yes
 * before anything is looked up. Lower bound: the rounds without. Frames: what one frame's decision costs,
 * asked twice as the gateway does, of 1,000 persons in turn.
 * Does not measure: first decisions, which read Redis once per person; the access log (no ClickHouse).
 * Processor time is this process's: gateway, its client, and the callers.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openTopologyClient, systemClock } from '../engine/index.js'
import { startGateway } from '../gateway/index.js'
import { nobody, type Principal } from '../gateway/identity/principal.js'
import { limitsWith } from '../gateway/limits.js'
import { Decisions } from '../gateway/privacy/decisions.js'
import { frameActions } from '../gateway/privacy/ladder.js'
import { hinataTopology } from '../pipelines/hinata.js'
import { freePort } from '../deploy/roles/free-port.js'
import { startManagedRedis } from '../deploy/roles/managed-redis.js'
import { ensureRedis } from '../deploy/system.mjs'
import { median } from './benchmark.js'

const { values } = parseArgs({ options: {
  requests: { type: 'string', default: '4000' }, rounds: { type: 'string', default: '6' },
} })
const [requests, rounds] = [Number(values.requests), Number(values.rounds)]
const callers = 16
const persons = 20
const framePersons = 1_000
const frames = 1_000_000

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const folder = mkdtempSync(join(tmpdir(), 'hinata-bench-'))
const redis = await startManagedRedis(ensureRedis(), folder, 'everysec', await freePort(0))
const topology = hinataTopology({ partitions: 4, sinks: [] })
const client = await openTopologyClient({ redisUrl: redis.url, topology })
const gateway = await startGateway({
  host: '127.0.0.1', port: 0, client, pipeline: topology,
  limits: { requestsPerHourMax: 0, registrationsPerMinuteMax: 100 },
})

interface Round {
  readonly perSecond: number
  /** Processor time, microseconds per request. */
  readonly cpuUs: number
}

async function readRound(key: string, count: number): Promise<Round> {
  let next = 0
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: callers }, async () => {
    while (next < count) {
      const body = JSON.stringify({ user_id: `p${next++ % persons}`, current_request: 'x' })
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
      const answer = await fetch(`${gateway.url}/api/psp/context`, { method: 'POST', headers, body })
      await answer.arrayBuffer()
      if (answer.status !== 404) throw new Error(`${answer.status}`)
    }
  }))
  const { user, system } = process.cpuUsage(cpu)
  return {
    perSecond: count / (performance.now() - startedAt) * 1_000, cpuUs: (user + system) / count,
  }
}

async function measureReads(): Promise<void> {
  const registered = await fetch(`${gateway.url}/api/apps/register`, {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      app_name: 'bench', app_version: '1', developer: 'us', description: 'measures',
      requested_permissions: ['psp_context'],
    }),
  })
  const { api_key: key } = await registered.json() as { api_key: string }
  const real = Decisions.prototype.decide
  const found = { with: [] as Round[], without: [] as Round[] }
  for (let round = 0; round <= rounds; round++) {
    for (const side of round % 2 === 0 ? ['with', 'without'] as const : ['without', 'with'] as const) {
      Decisions.prototype.decide = side === 'with' ? real
        : () => Promise.resolve({ isAllowed: true, rung: 'policy', preferences: null })
      const measured = await readRound(key, round === 0 ? Math.min(requests, 500) : requests)
      if (round > 0) found[side].push(measured)
    }
  }
  Decisions.prototype.decide = real
  for (const side of ['without', 'with'] as const) {
    const cpu = found[side].map(({ cpuUs }) => cpuUs)
    const rates = found[side].map(({ perSecond }) => perSecond)
    say(`reads ${side.padEnd(8)} ${median(rates).toFixed(0)} requests/s, ${median(cpu).toFixed(1)} µs of `
      + `processor time each (${Math.min(...cpu).toFixed(1)} to ${Math.max(...cpu).toFixed(1)})`)
  }
}

async function measureFrames(): Promise<void> {
  const patient = limitsWith({ privacyBeliefMs: 600_000 })
  const decisions = new Decisions(client.registry, systemClock, patient)
  decisions.start(() => undefined)
  const app: Principal = {
    ...nobody, role: 'app', appId: 'app_bench', permissions: new Set(['hinata_submit']),
  }
  const keys = Array.from({ length: framePersons }, (_, i) => `frame${i}`)
  for (const key of keys) await decisions.decide(app, key, frameActions.submit)
  let allowed = 0
  const decideAll = (count: number): number => {
    const cpu = process.cpuUsage()
    for (let i = 0; i < count; i++) {
      const key = keys[i % framePersons]!
      if (decisions.known(app, key, frameActions.submit) !== null) {
        allowed += decisions.known(app, key, frameActions.submit)?.isAllowed === true ? 1 : 0
      }
    }
    const { user, system } = process.cpuUsage(cpu)
    return (user + system) / count
  }
  decideAll(frames / 10)
  const figures = Array.from({ length: rounds }, () => decideAll(frames))
  decisions.stop()
  say(`frames ${median(figures).toFixed(3)} µs of processor time for the decision of a frame `
    + `(${Math.min(...figures).toFixed(3)} to ${Math.max(...figures).toFixed(3)}), ${allowed} allowed`)
}

await measureReads()
await measureFrames()
await gateway.stop()
await client.close()
await redis.stop()
rmSync(folder, { recursive: true, force: true })
