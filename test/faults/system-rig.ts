/**
 * What faults of whole processes are done to: the system as `hinata up` runs it, in a folder of its own, and
 * a sender that always has records waiting, as many as it was allowed, over the WebSocket. Judged by the
 * sender's ledger against the log, and by `hinata verify --deep` from there on, rows included.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../deploy/config/index.js'
import type { Child } from '../../deploy/roles/supervisor.js'
import { startSystem, type RunningSystem } from '../../deploy/roles/system.js'
import { ensureRedis } from '../../deploy/system.mjs'
import { verifySystem } from '../../deploy/verification.js'
import { clickhouseSink, connectAnalytics, type Analytics } from '../../analytics/index.js'
import { openTopologyClient, type TopologyClient } from '../../engine/index.js'
import { closeRedis, openRedis, send } from '../../engine/redis/index.js'
import { connect, type HinataClient } from '../../gateway/index.js'
import { hinataTopology } from '../../pipelines/hinata.js'
import { seededRandom } from '../support/random.js'
import { until } from '../support/until.js'
import type { Run } from './fault.js'
import { PersonLedger, personBatches } from './person-flow.js'

const queuedRecordsMax = 1_000
const reconnectMsMax = 300_000
const settleSecondsMax = 1_800
/** Parts that may wait for merges which never come. */
const partsMax = 100_000

/** How a rig is opened. */
export interface SystemRigOptions {
  readonly seed: number
  readonly partitions: number
  /** How Redis writes; default as the system does. */
  readonly appendfsync?: 'everysec' | 'always'
}

/** See the top of the file. */
export class SystemRig {
  readonly ledger = new PersonLedger()
  readonly #dataDir: string
  readonly #system: RunningSystem
  readonly #client: HinataClient
  readonly #engine: TopologyClient
  readonly #analytics: Analytics
  readonly #partitions: number
  readonly #random: () => number
  readonly #batches: ReturnType<typeof personBatches>
  #allowed = 0
  #sent = 0
  #isFlowing = false
  #flow: Promise<void> = Promise.resolve()
  #isWell = false

  constructor(dataDir: string, system: RunningSystem, client: HinataClient, engine: TopologyClient,
    analytics: Analytics, options: SystemRigOptions) {
    this.#dataDir = dataDir
    this.#system = system
    this.#client = client
    this.#engine = engine
    this.#analytics = analytics
    this.#partitions = options.partitions
    this.#random = seededRandom(options.seed)
    this.#batches = personBatches(options.seed, Date.now())
  }

  static async open(options: SystemRigOptions): Promise<SystemRig> {
    const dataDir = await mkdtemp(join(tmpdir(), 'hinata-role-'))
    const { partitions, appendfsync = 'everysec' } = options
    const file = join(dataDir, 'hinata.yaml')
    await writeFile(file, `redis:\n  appendfsync: ${appendfsync}\n`)
    const config = loadConfig({ port: '0', clickhousePort: '0', dataDir }, file,
      { HINATA_PARTITIONS: String(partitions), HINATA_LEASE_MS: '1000' })
    const system = await startSystem(config, ensureRedis, () => undefined)
    const client = await connect({ url: system.gateway, token: system.adminKey, producer: 'fault',
      reconnectMsMax, queuedRecordsMax })
    const analytics = connectAnalytics({ url: system.clickhouse })
    const topology = hinataTopology({ partitions, sinks: [clickhouseSink(analytics)] })
    const engine = await openTopologyClient({ redisUrl: system.redis, topology })
    return new SystemRig(dataDir, system, client, engine, analytics, options)
  }

  /** A whole number in 0..below, the next of the seed. */
  draw(below: number): number {
    return Math.floor(this.#random() * below)
  }

  /** The process of a role; a restarted one has a new pid. */
  child(role: 'gateway' | 'clickhouse' | 'node'): Child {
    return this.#system.processes.find(one => one.role === role)!
  }

  /** The process of a role that runs now, or ran last; Redis waits until it answers. */
  async pidOf(role: 'gateway' | 'clickhouse' | 'node' | 'redis'): Promise<number | undefined> {
    if (role !== 'redis') return this.child(role).pid
    const redis = await openRedis(this.#system.redis, 'test', settleSecondsMax * 1_000)
    const told = String(await send(redis, 'INFO', ['server']))
    closeRedis(redis)
    return Number(/process_id:(\d+)/.exec(told)?.[1])
  }

  /** From now on ClickHouse leaves every part as it was inserted, also after it was started again. */
  async stopMerges(): Promise<void> {
    for (const table of ['records', 'psp_components']) {
      await this.#analytics.client.command({ query: `ALTER TABLE ${table} MODIFY SETTING
        max_bytes_to_merge_at_max_space_in_pool = 1, max_bytes_to_merge_at_min_space_in_pool = 1,
        parts_to_delay_insert = ${partsMax}, parts_to_throw_insert = ${partsMax}` })
    }
  }

  /** Rows of `psp_components` that are there more than once. */
  async changesTwice(): Promise<number> {
    const [{ twice }] = await this.#analytics.query<{ twice: number }>(`
SELECT toUInt32(count() - uniqExact(user_id, component_id, sequence)) AS twice FROM psp_components
SETTINGS final = 0`)
    return twice
  }

  /** Memory of the process of a role, MB: what it holds now, and the most that it ever held. */
  async memoryOf(role: 'gateway' | 'node'): Promise<{ nowMb: number, mostMb: number }> {
    const status = await readFile(`/proc/${this.child(role).pid}/status`, 'utf8')
    const of = (name: string): number =>
      Math.round(Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1_024)
    return { nowMb: of('VmRSS'), mostMb: of('VmHWM') }
  }

  /** Lets so many more records be sent, and sends them as fast as they are taken. */
  allow(records: number): void {
    this.#allowed += records
    if (this.#isFlowing) return
    this.#isFlowing = true
    this.#flow = this.#send()
    this.#flow.catch(() => undefined) // whoever stops the flow hears of it
  }

  /** Sends nothing more; resolves when everything sent was acknowledged. */
  async stopFlow(): Promise<void> {
    this.#isFlowing = false
    await this.#flow
  }

  /** Records and values, of all partitions. */
  async progress(): Promise<{ unread: number, folded: number, waiting: number, inserted: number }> {
    const lag = await this.#engine.lag()
    const sum = (of: (one: typeof lag[number]) => number): number =>
      lag.reduce((total, one) => total + of(one), 0)
    return {
      unread: sum(({ appended, folded }) => appended - folded), folded: sum(({ folded }) => folded),
      waiting: sum(({ emitted, inserted }) => emitted - inserted), inserted: sum(({ inserted }) => inserted),
    }
  }

  /** Resolves when all is folded and inserted, with the ms that it took. */
  async settled(): Promise<number> {
    const began = performance.now()
    await until('all is folded and inserted', async () => {
      const { unread, waiting } = await this.progress()
      return unread + waiting === 0
    }, settleSecondsMax)
    return performance.now() - began
  }

  /** Compares everything: ledger, log, state by a replay, outbox, rows. */
  async check(catchUpMs: number): Promise<Run> {
    const redis = await openRedis(this.#system.redis, 'test')
    const judged = await this.ledger.judge(redis, 'h', this.#partitions)
    closeRedis(redis)
    const found = await verifySystem({ redisUrl: this.#system.redis, deep: 'all',
      clickhouse: { url: this.#system.clickhouse } })
    const findings = [...found.findings, ...found.partitions.flatMap(one => one.findings)]
    const count = (kind: 'lost' | 'doubled' | 'changed'): number =>
      findings.reduce((sum, one) => sum + (one.kind === kind ? one.count : 0), judged[kind])
    const rows = found.partitions.reduce((sum, one) => sum + one.rows, 0)
    const missing = Math.max(0, this.ledger.acknowledged - rows)
    const wrong = [...judged.wrong,
      ...findings.map(({ check, kind, examples }) => `${kind}: ${check}: ${examples[0]}`),
      ...missing > 0 ? [`lost: ${rows} rows of ${this.ledger.acknowledged} records`] : []]
    this.#isWell = wrong.length === 0
    if (!this.#isWell) wrong.push(`its data and logs: ${this.#dataDir}`)
    return { records: this.ledger.acknowledged, catchUpMs, wrong, lost: count('lost') + missing,
      doubled: count('doubled'), changed: count('changed') }
  }

  /** Ends everything. The folder stays unless everything was well. */
  async close(): Promise<void> {
    this.#isFlowing = false
    this.#client.abort()
    await this.#flow.catch(() => undefined) // told by stopFlow, or the run failed before it
    await this.#engine.close()
    await this.#analytics.close()
    await this.#system.stop()
    if (this.#isWell) await rm(this.#dataDir, { recursive: true, force: true })
    else process.stderr.write(`  its data and logs stay: ${this.#dataDir}\n`)
  }

  async #send(): Promise<void> {
    const answers = new Set<Promise<void>>()
    while (this.#isFlowing) {
      await until('more may be sent', () => !this.#isFlowing || this.#sent < this.#allowed, settleSecondsMax)
      await this.#client.ready()
      if (!this.#isFlowing) break
      const { value: batch } = this.#batches.next()
      this.ledger.sent(batch)
      this.#sent += batch.records.length
      const answer = this.#client.submit(batch.userId, batch.records).then(ack => {
        if (ack.rejected.length > 0) throw new Error(`refused: ${ack.rejected[0].message}`)
        this.ledger.acknowledge(batch)
        answers.delete(answer)
      })
      answer.catch(() => undefined) // stays among the answers
      answers.add(answer)
    }
    await Promise.all(answers)
  }
}
