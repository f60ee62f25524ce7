/** The gateway role: the HTTP and WebSocket edge. */
import type { Logger } from 'pino'
import {
  ClickhouseAccessStore, ClickhouseContents, ClickhouseShownPersons, connectAnalytics, reportOf,
  threadedClickhouseSink,
} from '../../analytics/index.js'
import { HinataError, openTopologyClient, type Durability } from '../../engine/index.js'
import { consentingTo, startGateway, type GatewayOptions } from '../../gateway/index.js'
import { hinataTopology } from '../../pipelines/hinata.js'
import type { Config } from '../config/index.js'
import { newestBackupAt, noteErasure } from '../../storage/index.js'
import { backupFolderOf } from './backup-folder.js'
import { encryptionOf } from './encryption.js'
import { requiredRedis } from './node-role.js'
import type { RunningRole } from './role.js'
import { readIssuers } from './trusted-issuers.js'

/** Starts a gateway. Throws what stands in its way. */
export async function startGatewayRole(config: Config, log: Logger): Promise<RunningRole> {
  const clickhouse = config.text('clickhouse.url')
  // named here, run by the nodes
  const sinks = clickhouse === '' ? [] : [threadedClickhouseSink({ url: clickhouse })]
  const topology = hinataTopology({
    partitions: config.integer('log.partitions'), sinks, encryption: encryptionOf(config),
  })
  const durability = config.text('log.durability')
  const client = await openTopologyClient({
    redisUrl: requiredRedis(config), topology, namespace: config.text('redis.namespace'),
    lingerMs: config.integer('log.linger_ms'),
    ...(durability === '' ? {} : { durability: durability as Durability }),
  })
  const adminKey = config.text('gateway.admin_key')
  const tokenSecret = config.text('gateway.jwt_secret')
  const issuers = config.text('gateway.issuers_file')
  const password = config.text('clickhouse.password')
  const credentials = password === '' ? {} : { username: 'default', password }
  const analytics = clickhouse === '' ? undefined : connectAnalytics({ url: clickhouse, ...credentials })
  const gateway = await startGateway({
    host: config.text('gateway.host'), port: config.integer('gateway.port'), client,
    pipeline: { name: topology.name, version: topology.version },
    ...(adminKey === '' ? {} : { adminKey }),
    ...(tokenSecret === '' ? {} : { tokenSecret }),
    ...(issuers === '' ? {} : { issuers: readIssuers(issuers) }),
    ...(clickhouse === '' ? {} : {
      clickhouse: { url: clickhouse }, accessStore: new ClickhouseAccessStore({ url: clickhouse }),
      shownPersons: new ClickhouseShownPersons({ url: clickhouse }),
      contents: new ClickhouseContents({ url: clickhouse, ...credentials }),
    }),
    ...frontOptions(config),
    newestBackupAt: () => newestBackupAt(backupFolderOf(config)),
    ...(analytics ? { reports: { weekly: (day, form) => reportOf(analytics, day, form,
      persons => consentingTo(client.registry, 'analytics', persons)) } } : {}),
    limits: {
      stallMs: config.integer('engine.stall_ms'),
      requestsPerHourMax: config.integer('gateway.requests_per_hour'),
      requestsPerMinuteMax: config.integer('gateway.requests_per_minute'),
    },
    onErasure: facts => {
      try {
        noteErasure(backupFolderOf(config), facts)
      } catch (error) {
        log.error({ error: String(error), erasure: facts.id },
          'gateway: an erasure could not be noted beside the backups')
      }
    },
    onFailure: failure => log.error({ failure }, 'gateway: a request failed inside'),
  })
  return {
    url: gateway.url,
    async stop() {
      await gateway.stop()
      await client.close()
      await analytics?.close()
    },
  }
}

/** How the gateway is reached. Throws CONFIG_INVALID. */
function frontOptions(
  config: Config,
): Pick<GatewayOptions, 'tls' | 'cors' | 'trustedProxies' | 'compressesMessages'> {
  const [certFile, keyFile] = [config.text('gateway.tls_cert_file'), config.text('gateway.tls_key_file')]
  if ((certFile === '') !== (keyFile === '')) {
    throw new HinataError('CONFIG_INVALID', {
      path: 'gateway.tls_cert_file', reason: 'needs gateway.tls_key_file, and that one needs it.',
    })
  }
  const listOf = (text: string): string[] => text.split(',').map(part => part.trim()).filter(Boolean)
  const origins = listOf(config.text('gateway.cors_origins'))
  return {
    ...(certFile === '' ? {} : { tls: { certFile, keyFile } }),
    ...(origins.length === 0 ? {} : { cors: { origins } }),
    trustedProxies: listOf(config.text('gateway.trusted_proxies')),
    compressesMessages: config.text('gateway.message_compression') === 'on',
  }
}
