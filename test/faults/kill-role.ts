/**
 * The gateway or ClickHouse of the whole system is killed (SIGKILL) at seeded instants while a person's
 * records arrive through the WebSocket. Judged by `hinata verify --deep`, rows included.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../deploy/config/index.js'
import { startSystem, type RunningSystem } from '../../deploy/roles/system.js'
import { ensureRedis } from '../../deploy/system.mjs'
import { sampleRecords } from '../../deploy/tour/sample.js'
import { verifySystem } from '../../deploy/verification.js'
import { openTopologyClient } from '../../engine/index.js'
import { connect } from '../../gateway/index.js'
import { hinataTopology } from '../../pipelines/hinata.js'
import { seededRandom } from '../support/random.js'
import { until } from '../support/until.js'
import { addRun, newOutcome, type Fault, type Outcome } from './fault.js'

const kills = { quick: 2, full: 20 }
const partitions = 4
const batchRecords = 10
const movingMsMax = 8_000
const instantMsMax = 60

/** With the role that is killed. */
export function killRole(role: 'gateway' | 'clickhouse'): Fault {
  return {
    name: `kill -9 of ${role === 'gateway' ? 'the gateway' : 'ClickHouse'}`,
    guarantees: role === 'gateway' ? 'G1 G2 G3' : 'G5 G6',
    async run(size) {
      const dataDir = await mkdtemp(join(tmpdir(), 'hinata-role-'))
      const config = loadConfig({ port: '0', clickhousePort: '0', dataDir }, undefined,
        { HINATA_PARTITIONS: String(partitions), HINATA_LEASE_MS: '1000' })
      const system = await startSystem(config, ensureRedis, () => undefined)
      try {
        const outcome = newOutcome()
        addRun(outcome, await oneRun(system, role, kills[size]), kills[size])
        return outcome
      } finally {
        await system.stop()
        await rm(dataDir, { recursive: true, force: true })
      }
    },
  }
}

async function oneRun(
  system: RunningSystem, role: 'gateway' | 'clickhouse', killsMax: number,
): Promise<Omit<Outcome, 'runs'>> {
  const topology = hinataTopology({ partitions, sinks: [] })
  const engine = await openTopologyClient({ redisUrl: system.redis, topology })
  const child = system.processes.find(one => one.role === role)!
  const random = seededRandom(13)
  const progress = { kills: 0 }
  const disturb = async (): Promise<void> => {
    for (; progress.kills < killsMax; progress.kills++) {
      await until(`${role} runs`, () => child.starts > progress.kills)
      const before = await folded(engine)
      const deadline = performance.now() + movingMsMax
      await until('records move', async () =>
        await folded(engine) > before || performance.now() > deadline)
      await new Promise(resolve => setTimeout(resolve, random() * instantMsMax))
      process.kill(child.pid!, 'SIGKILL')
    }
  }
  const [records] = await Promise.all([sendAll(system, progress, killsMax), disturb()])
  const began = performance.now()
  await until('all is folded and inserted', async () => (await statusOf(system))?.pipelines
    .every(one => one.lag_records + one.sink_values === 0), 120)
  await until(`${role} runs again`, () => child.starts > killsMax)
  const catchUpMs = performance.now() - began
  await engine.close()
  const found = await verifySystem({ redisUrl: system.redis, deep: 'all',
    clickhouse: { url: system.clickhouse } })
  const appended = found.partitions.reduce((sum, one) => sum + one.appended, 0)
  const findings = [...found.findings, ...found.partitions.flatMap(one => one.findings)]
  const count = (kind: 'lost' | 'doubled' | 'changed'): number =>
    findings.reduce((sum, one) => sum + (one.kind === kind ? one.count : 0), 0)
  return {
    records, catchUpMs, changed: count('changed'),
    lost: count('lost') + Math.max(0, records - appended),
    doubled: count('doubled') + Math.max(0, appended - records),
    wrong: findings.map(({ check, kind, examples }) => `${kind}: ${check}: ${examples[0]}`),
  }
}

/** Sends everything in small batches, spread over all kills; the records that were acknowledged. */
async function sendAll(
  system: RunningSystem, progress: { readonly kills: number }, killsMax: number,
): Promise<number> {
  const all = sampleRecords(1, Date.now())
  const { userId } = all[0]
  const records = all.filter(one => one.userId === userId).map(({ record }) => record)
  const client = await connect({ url: system.gateway, token: system.adminKey, producer: 'fault',
    reconnectMsMax: 120_000 })
  const perKill = Math.ceil(records.length / killsMax)
  let accepted = 0
  const answers: Promise<void>[] = []
  for (let i = 0; i < records.length; i += batchRecords) {
    await until('the next kill', () => progress.kills >= killsMax || i <= perKill * (progress.kills + 1))
    await client.ready()
    answers.push(client.submit(userId, records.slice(i, i + batchRecords))
      .then(ack => { accepted += ack.accepted }))
  }
  await Promise.all(answers)
  await client.close()
  return accepted
}

async function folded(client: Awaited<ReturnType<typeof openTopologyClient>>): Promise<number> {
  return (await client.lag()).reduce((sum, lag) => sum + lag.folded, 0)
}

async function statusOf(
  system: RunningSystem,
): Promise<{ pipelines: { lag_records: number, sink_values: number }[] } | undefined> {
  const headers = { authorization: `Bearer ${system.adminKey}` }
  return fetch(`${system.gateway}/api/status`, { headers }).then(answer => answer.json() as
    Promise<{ pipelines: { lag_records: number, sink_values: number }[] }>).catch(() => undefined)
}
