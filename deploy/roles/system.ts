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
      ...inheritedEnvironment(), ...environmentOf(config), HINATA_DATA_DIR: dataDir, REDIS_URL: redis.url,
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

/** The options that roles read from the environment, as `up` has them after flags and file. */
function environmentOf(config: Config): NodeJS.ProcessEnv {
  return {
    HINATA_NAMESPACE: config.text('redis.namespace'),
    HINATA_PARTITIONS: String(config.integer('log.partitions')),
    HINATA_ENCRYPTION: config.text('privacy.encryption'),
    HINATA_EMBEDDER: config.text('models.embedder'),
    HINATA_MASTER_KEY_FILE: config.text('privacy.master_key_file'),
    HINATA_DURABILITY: config.text('log.durability'),
    HINATA_THREADS: String(config.integer('engine.threads')),
    HINATA_LEASE_MS: String(config.integer('engine.lease_ms')),
    HINATA_STALL_MS: String(config.integer('engine.stall_ms')),
    HINATA_HOST: config.text('gateway.host'),
    HINATA_TLS_CERT_FILE: config.text('gateway.tls_cert_file'),
    HINATA_TLS_KEY_FILE: config.text('gateway.tls_key_file'),
    HINATA_CORS_ORIGINS: config.text('gateway.cors_origins'),
    HINATA_TRUSTED_PROXIES: config.text('gateway.trusted_proxies'),
    HINATA_MESSAGE_COMPRESSION: config.text('gateway.message_compression'),
    HINATA_NODE_HOST: config.text('engine.host'),
    HINATA_BACKUP_DIR: config.text('storage.backup_dir'),
    CLICKHOUSE_HOST: config.text('clickhouse.host'),
    CLICKHOUSE_PASSWORD: config.text('clickhouse.password'),
    HINATA_COLD: config.text('storage.cold'),
    HINATA_KEEP_RECORDS_DAYS: String(config.integer('storage.keep_records_days')),
    HINATA_KEEP_CHANGES_DAYS: String(config.integer('storage.keep_changes_days')),
    HINATA_KEEP_DEAD_LETTERS_DAYS: String(config.integer('storage.keep_dead_letters_days')),
    HINATA_KEEP_ACCESS_DAYS: String(config.integer('storage.keep_access_days')),
    HINATA_KEEP_CALLS_DAYS: String(config.integer('storage.keep_calls_days')),
    LOG_LEVEL: config.text('system.log_level'),
  }
}
