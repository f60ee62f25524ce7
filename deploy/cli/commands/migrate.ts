/** hinata migrate: brings the tables of ClickHouse up to date, or prints the schema for a cluster. */
import { clusterStatements, openAnalytics } from '../../../analytics/index.js'
import { HinataError } from '../../../engine/errors/index.js'
import type { Config } from '../../config/index.js'
import { findSystemFile } from '../../roles/system-file.js'

/** Takes the missing steps and names them; with `cluster` only prints statements. Throws SYSTEM_NOT_FOUND. */
export async function migrateTables(config: Config, given: { readonly cluster?: string }): Promise<void> {
  if (given.cluster !== undefined) {
    const statements = await printable(given.cluster)
    process.stdout.write(statements.map(statement => `${statement};\n\n`).join(''))
    return
  }
  const dataDir = config.text('system.data_dir')
  const url = config.text('clickhouse.url') || findSystemFile(dataDir)?.clickhouse
  if (!url) throw new HinataError('SYSTEM_NOT_FOUND', { place: dataDir })
  const password = config.text('clickhouse.password')
  const analytics = await openAnalytics(
    { url, ...(password === '' ? {} : { username: 'default', password }) })
  const [{ version } = { version: 0 }] = await analytics.query<{ version: number }>(
    'SELECT max(version) AS version FROM schema_migrations')
  await analytics.close()
  process.stdout.write(`The tables of ${analytics.url} are at version ${version}.\n`)
}

async function printable(cluster: string): Promise<string[]> {
  try {
    return await clusterStatements(cluster)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new HinataError('USAGE', { reason: `--cluster must be the name of a cluster, found ${cluster}.` })
  }
}
