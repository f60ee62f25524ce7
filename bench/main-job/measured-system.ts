/**
 * The system under measurement: everything that `hinata up` starts, in a folder of its own on free ports, and
 * what can be seen of it from outside: lag, rows, processor time of each of its processes (Linux).
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { connectAnalytics, type Analytics } from '../../analytics/index.js'
import { loadConfig } from '../../deploy/config/index.js'
import { encryptionOf } from '../../deploy/roles/encryption.js'
import { startSystem, type RunningSystem } from '../../deploy/roles/system.js'
import { ensureRedis } from '../../deploy/system.mjs'
import { openTopologyClient, type TopologyClient } from '../../engine/index.js'
import { closeRedis, openRedis, send, type RedisConnection } from '../../engine/redis/index.js'
import { hinataTopology } from '../../pipelines/hinata.js'

const pollMs = 100
/** Of the clock that /proc counts in. */
const ticksPerSecond = 100

/** Processor seconds by role. */
export type CpuSeconds = Readonly<Record<'gateway' | 'node' | 'redis' | 'clickhouse' | 'sender', number>>

/** See the top of the file. */
export class MeasuredSystem {
  readonly running: RunningSystem
  readonly engine: TopologyClient
  readonly #analytics: Analytics
  readonly #redis: RedisConnection

  constructor(running: RunningSystem, engine: TopologyClient, redis: RedisConnection) {
    this.running = running
    this.engine = engine
    this.#redis = redis
    this.#analytics = connectAnalytics({ url: running.clickhouse })
  }

  /** On an empty folder; `encryption` as the option of that name. */
  static async start(encryption: '' | 'on' | 'off' = ''): Promise<MeasuredSystem> {
    const dataDir = mkdtempSync(join(tmpdir(), 'hinata-bench-'))
    const config = loadConfig({ port: '0', clickhousePort: '0', dataDir, encryption })
    const running = await startSystem(config, ensureRedis, () => undefined)
    const partitions = config.integer('log.partitions')
    const topology = hinataTopology({ partitions, sinks: [], encryption: encryptionOf(config) })
    return new MeasuredSystem(running, await openTopologyClient({ redisUrl: running.redis, topology }),
      await openRedis(running.redis, 'bench'))
  }

  /** Resolves when everything accepted is committed, then when it is in ClickHouse; `performance.now()`. */
  async settled(): Promise<{ readonly foldedAt: number, readonly insertedAt: number }> {
    let foldedAt: number | undefined
    for (;;) {
      const lag = await this.engine.lag()
      if (lag.every(({ appended, folded }) => appended === folded)) {
        foldedAt ??= performance.now()
        const status = await this.#status()
        if (status.sink_values === 0 && status.lag_records === 0) {
          return { foldedAt, insertedAt: performance.now() }
        }
      }
      await setTimeout(pollMs)
    }
  }

  async #status(): Promise<{ lag_records: number, sink_values: number }> {
    const answer = await fetch(`${this.running.gateway}/api/status`)
    const { pipelines } = await answer.json() as
      { pipelines: { lag_records: number, sink_values: number }[] }
    return pipelines[0]
  }

  /** Rows of `records`, and different ones among them. */
  async rows(): Promise<{ readonly rows: number, readonly distinct: number }> {
    const sql = 'SELECT toUInt32(count()) AS rows, toUInt32(uniqExact((user_id, id))) AS distinct '
      + 'FROM records SETTINGS final = 0'
    return (await this.#analytics.query<{ rows: number, distinct: number }>(sql))[0]
  }

  /** What every process has used so far; the sender is this one. */
  async cpu(): Promise<CpuSeconds> {
    const info = String(await send(this.#redis, 'INFO', ['server']))
    const redisPid = Number(/^process_id:(\d+)/m.exec(info)![1])
    const of = (wanted: string): number => this.running.processes.filter(({ role }) => role === wanted)
      .reduce((sum, { pid }) => sum + (pid === undefined ? 0 : secondsOf(pid)), 0)
    return { gateway: of('gateway'), node: of('node'), clickhouse: of('clickhouse'),
      redis: secondsOf(redisPid), sender: secondsOf(process.pid) }
  }

  async stop(): Promise<void> {
    await this.engine.close()
    await this.#analytics.close()
    closeRedis(this.#redis)
    await this.running.stop()
    rmSync(this.running.dataDir, { recursive: true, force: true })
  }
}

function secondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}
