/**
 * G2 G6 G7 on the whole system: processes are killed (SIGKILL) at random instants while a person's records
 * arrive.
 *
 * Afterwards the same log is replayed, undisturbed, into an empty namespace: the state must be the same, byte
 * for byte. Every record must be one row in ClickHouse, counted without FINAL.
 *
 * Usage with other records: node dist/test/scenarios/kill-roles.test.js FILE.jsonl USER [ROLE]
 */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { clickhouseSink, connectAnalytics, openAnalytics } from '../../analytics/index.js'
import { loadConfig } from '../../deploy/config/index.js'
import { startSystem, type RunningSystem } from '../../deploy/roles/system.js'
import { ensureRedis } from '../../deploy/system.mjs'
import { sampleRecords } from '../../deploy/tour/sample.js'
import { openTopologyClient, startNode } from '../../engine/index.js'
import { connect } from '../../gateway/index.js'
import { hinataTopology } from '../../pipelines/hinata.js'
import { copyLog, dumpState } from '../support/state-dump.js'
import { seededRandom } from '../support/random.js'
import { isOf } from '../support/row-names.js'

const partitions = 4
const [file, fileUser, onlyRole] = process.argv.slice(2)
const killsPerRole = file ? 20 : 4
const batchRecords = 10
const movingMsMax = 8_000
const { user, records } = file ? fromFile(file, fileUser) : fromSample()

t.setTimeout(600_000)

type Role = 'node' | 'gateway' | 'clickhouse'
const roles: readonly Role[] = ['node', 'gateway', 'clickhouse']

for (const role of roles.filter(one => onlyRole === undefined || one === onlyRole)) {
  t.test(`kill -9 of the ${role}, ${killsPerRole} times, changes nothing`, async t => {
    const dataDir = await mkdtemp(join(tmpdir(), 'hinata-kill-'))
    const config = loadConfig({ port: '0', clickhousePort: '0', dataDir }, undefined,
      { HINATA_PARTITIONS: String(partitions), HINATA_LEASE_MS: '1000' })
    const system = await startSystem(config, ensureRedis, () => undefined)
    t.teardown(async () => {
      await system.stop()
      await rm(dataDir, { recursive: true, force: true })
    })
    const disturbance: Disturbance = { kills: 0, wokeAtKills: [] }
    await Promise.all([disturb(system, role, disturbance), sendAll(system, disturbance)])
    t.equal(disturbance.kills, killsPerRole, 'all kills happened')
    t.ok(disturbance.wokeAtKills.length > killsPerRole / 2,
      `${disturbance.wokeAtKills.length} kills hit records being sent or folded`)
    await untilSettled(system)
    t.strictSame(await rowsOf(system), { rows: records.length, ids: records.length },
      'each record is one row')

    const lived = await dumpState(system.redis, 'h', partitions)
    await copyLog(system.redis, 'h', 'replay', partitions)
    const topology = hinataTopology({ partitions, sinks: [] })
    const node = await startNode({ redisUrl: system.redis, topology, namespace: 'replay' })
    const client = await openTopologyClient({ redisUrl: system.redis, topology, namespace: 'replay' })
    t.ok(await client.settled(user, 300_000), 'the replay is through')
    await client.close()
    await node.stop()
    const replayed = await dumpState(system.redis, 'replay', partitions)
    t.ok(lived.size >= 3, `${lived.size} hashes to compare`)
    t.strictSame([...lived.keys()], [...replayed.keys()])
    t.strictSame([...lived].filter(([name, bytes]) => replayed.get(name) !== bytes).map(([name]) => name), [],
      'lived through kills = replayed undisturbed, byte for byte')
  })
}

/** What the killer tells the sender. */
interface Disturbance {
  kills: number
  /** Kills before which the system had done some of the work since the kill before. */
  readonly wokeAtKills: number[]
}

/** Sends everything in small batches, spread over all kills: each kill releases a few more. */
async function sendAll(system: RunningSystem, disturbance: Disturbance): Promise<void> {
  const client = await connect({ url: system.gateway, token: system.adminKey, producer: 'kill-test',
    reconnectMsMax: 120_000 })
  const perKill = Math.ceil(records.length / killsPerRole)
  let accepted = 0
  const answers: Promise<void>[] = []
  for (let i = 0; i < records.length; i += batchRecords) {
    while (disturbance.kills < killsPerRole && i > perKill * (disturbance.kills + 1)) await pause(5)
    await client.ready()
    answers.push(client.submit(user, records.slice(i, i + batchRecords)).then(ack => {
      accepted += ack.accepted
      if (ack.duplicates > 0 || ack.rejected.length > 0) {
        throw new Error(`unexpected ack ${JSON.stringify(ack)}`)
      }
    }))
  }
  await Promise.all(answers)
  await client.close()
  if (accepted !== records.length) throw new Error(`${accepted} accepted of ${records.length}`)
}

/** Kills the role again and again, shortly after its work moves, at instants drawn from a seed. */
async function disturb(system: RunningSystem, role: Role, disturbance: Disturbance): Promise<void> {
  const random = seededRandom(7)
  const child = system.processes.find(process => process.role === role)!
  const analytics = connectAnalytics({ url: system.clickhouse }) // not used, only named
  const topology = hinataTopology({ partitions, sinks: [clickhouseSink(analytics)] })
  const client = await openTopologyClient({ redisUrl: system.redis, topology })
  const work = ({ gateway: 'appended', node: 'folded', clickhouse: 'inserted' } as const)[role]
  const moved = async (): Promise<number> => (await client.lag()).reduce((sum, lag) => sum + lag[work], 0)
  for (; disturbance.kills < killsPerRole; disturbance.kills++) {
    while (child.starts <= disturbance.kills) await pause(5)
    const before = await moved()
    const deadline = Date.now() + movingMsMax
    while (Date.now() < deadline && await moved() === before) await pause(1)
    if (await moved() > before) disturbance.wokeAtKills.push(disturbance.kills)
    await pause(random() * 60) // the instants are the experiment
    process.kill(child.pid!, 'SIGKILL')
  }
  await client.close()
  await analytics.close()
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}

async function untilSettled(system: RunningSystem): Promise<void> {
  for (;;) {
    const answer = await fetch(`${system.gateway}/api/status`,
      { headers: { authorization: `Bearer ${system.adminKey}` } })
      .then(response => response.json() as
        Promise<{ pipelines: { lag_records: number, sink_values: number }[] }>)
      .catch(() => undefined)
    if (answer?.pipelines.every(one => one.lag_records + one.sink_values === 0)) return
    await pause(100)
  }
}

async function rowsOf(system: RunningSystem): Promise<{ rows: number, ids: number }> {
  const analytics = await openAnalytics({ url: system.clickhouse }, { waitMs: 30_000 })
  const [row] = await analytics.query<{ rows: string, ids: string }>(
    `SELECT count() AS rows, uniqExact(id) AS ids FROM records WHERE ${isOf(user)} SETTINGS final = 0`)
  await analytics.close()
  return { rows: Number(row.rows), ids: Number(row.ids) }
}

function fromFile(path: string, person: string): { user: string, records: unknown[] } {
  const lines = readFileSync(path, 'utf8').split('\n').filter(line => line.trim() !== '')
  return {
    user: person,
    records: lines.map(line => {
      const { user_id: _, ...record } = JSON.parse(line) as Record<string, unknown>
      return record
    }),
  }
}

function fromSample(): { user: string, records: unknown[] } {
  const all = sampleRecords(1, Date.now())
  const person = all[0].userId
  return { user: person, records: all.filter(({ userId }) => userId === person).map(({ record }) => record) }
}
