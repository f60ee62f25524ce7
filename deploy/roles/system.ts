/**
 * The whole system on one machine: Redis, ClickHouse, one node, one gateway, each a process of its own,
 * supervised.
 *
 * Order of start: Redis, ClickHouse, node, gateway. Order of stop: gateway (accepts nothing more), node
 * (folds what was accepted, hands its partitions back), ClickHouse, Redis. What is given by URL is used, not
 * started.
 */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { HinataError, openVersions } from '../../engine/index.js'
import { codeVersion, hinataTopology } from '../../pipelines/hinata.js'
import { inheritedEnvironment, type Config } from '../config/index.js'
import { adminKeyOf, findSystemFile, removeSystemFile, writeSystemFile } from './system-file.js'
import { encryptionOf } from './encryption.js'
import { beginWithEmbedder } from './pipeline-version.js'
import { startManagedRedis, type ManagedRedis } from './managed-redis.js'
import { Supervisor, type Child } from './supervisor.js'
import { VersionHost, type NodeProcesses } from './version-host.js'

/** After a start of our Redis that failed: a port or a disk may be free again. */
const redisRestartDelayMs = 1_000

/** A system that runs. */
export interface RunningSystem {
  readonly gateway: string
  readonly clickhouse: string
  readonly redis: string
  readonly adminKey: string
  /** The key was made by this start: show it once. */
  readonly isAdminKeyNew: boolean
  readonly dataDir: string
  /** The supervised processes, by role; a restarted one has a new pid. */
  readonly processes: readonly Child[]
  stop(): Promise<void>
}

/**
 * Starts everything. `say` tells the operator what happens; `redisProgram` finds or installs redis-server.
 */
export async function startSystem(
  config: Config, redisProgram: () => string, say: (line: string) => void,
): Promise<RunningSystem> {
  const dataDir = resolve(config.text('system.data_dir'))
  mkdirSync(dataDir, { recursive: true })
  const running = findSystemFile(dataDir)
  if (running) {
    throw new HinataError(
      'USAGE', { reason: `A system (process ${running.pid}) already runs on ${dataDir}: ${running.gateway}` })
  }
  const logDir = join(dataDir, 'logs')
  const admin = adminKeyOf(dataDir)
  const supervisor = new Supervisor(logDir, say)
  const redis = await openRedisOf(config, redisProgram, dataDir, say)
  let host: VersionHost | undefined
  const stopAll = async (): Promise<void> => {
    await host?.stop()
    await supervisor.stop()
    await redis.stop()
    removeSystemFile(dataDir)
  }
  try {
    const shared: NodeJS.ProcessEnv = {
      ...inheritedEnvironment(), ...config.environment(), HINATA_DATA_DIR: dataDir, REDIS_URL: redis.url,
      HINATA_ADMIN_KEY: config.text('gateway.admin_key') || admin.key,
    }
    let clickhouse = config.text('clickhouse.url')
    if (clickhouse === '') {
      const child = await supervisor.start('clickhouse', last =>
        ({ ...shared, CLICKHOUSE_PORT: last ? new URL(last).port
          : String(config.integer('clickhouse.port')) }))
      clickhouse = child.url
      say(`ClickHouse (embedded)   ${clickhouse}`)
    }
    host = await hostVersions(config, redis.url, say, {
      start: version => supervisor.start('node', () =>
        ({ ...shared, CLICKHOUSE_URL: clickhouse, HINATA_PIPELINE_VERSION: String(version) }),
      version === codeVersion ? 'node' : `node-v${version}`),
      end: child => supervisor.end(child),
    })
    const gateway = await supervisor.start('gateway', last => ({
      ...shared, CLICKHOUSE_URL: clickhouse,
      HINATA_PORT: last ? new URL(last).port : String(config.integer('gateway.port')),
    }))
    say(`Gateway                 ${gateway.url}`)
    say(`Logs                    ${logDir}`)
    writeSystemFile(dataDir, { pid: process.pid, gateway: gateway.url, clickhouse, redis: redis.url })
    return {
      gateway: gateway.url, clickhouse, redis: redis.url, adminKey: shared.HINATA_ADMIN_KEY!,
      isAdminKeyNew: admin.isNew, dataDir, processes: supervisor.children, stop: stopAll,
    }
  } catch (error) {
    await stopAll()
    throw error
  }
}

/** Starts a node for every version that is declared. */
async function hostVersions(
  config: Config, redisUrl: string, say: (line: string) => void, processes: NodeProcesses,
): Promise<VersionHost> {
  const topology = hinataTopology({ partitions: config.integer('log.partitions'), sinks: [],
    encryption: encryptionOf(config) })
  const versions = await openVersions({ redisUrl, topology, namespace: config.text('redis.namespace') })
  const host = new VersionHost(versions, codeVersion, processes, say)
  try {
    await beginWithEmbedder(config, versions)
    await host.start()
    return host
  } catch (error) {
    await host.stop()
    throw error
  }
}

interface OpenRedis {
  readonly url: string
  stop(): Promise<void>
}

async function openRedisOf(
  config: Config, program: () => string, dataDir: string, say: (line: string) => void,
): Promise<OpenRedis> {
  const given = config.text('redis.url')
  if (given !== '') return { url: given, stop: () => Promise.resolve() }
  const path = program()
  const appendfsync = config.text('redis.appendfsync')
  let current = await startManagedRedis(path, dataDir, appendfsync)
  say(`Redis                   ${current.url}`)
  let isStopping = false
  const { port } = new URL(current.url)
  watch(current)
  return {
    url: current.url,
    stop() {
      isStopping = true
      return current.stop()
    },
  }

  function watch(redis: ManagedRedis): void {
    redis.process.once('exit', () => {
      if (isStopping) return
      say('Redis ended; starting it again')
      startAgain()
    })
  }

  function startAgain(): void {
    startManagedRedis(path, dataDir, appendfsync, Number(port)).then(next => {
      current = next
      watch(next)
      if (isStopping) void next.stop()
    }, (error: Error) => {
      say(error.message)
      const mustBeMended = error instanceof HinataError && error.code === 'REDIS_FILE_DAMAGED'
      if (!mustBeMended && !isStopping) setTimeout(startAgain, redisRestartDelayMs)
    })
  }
}
