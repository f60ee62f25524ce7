/** The ClickHouse role: the embedded server. */
import { join } from 'node:path'
import type { Config } from '../config/index.js'
import { startEmbeddedClickhouse } from '../embedded/index.js'
import type { RunningRole } from './role.js'

/** Starts the embedded ClickHouse in `<data-dir>/clickhouse`. */
export async function startClickhouseRole(config: Config): Promise<RunningRole> {
  const password = config.text('clickhouse.password')
  const server = await startEmbeddedClickhouse({
    host: config.text('clickhouse.host'), port: config.integer('clickhouse.port'),
    dataDir: join(config.text('system.data_dir'), 'clickhouse'),
    ...(password === '' ? {} : { users: [{ name: 'default', password }] }),
  })
  return { url: server.url, stop: () => server.stop() }
}
