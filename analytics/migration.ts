/**
 * The tables, brought up to date. schema/NNNN-name.sql are forward steps; which were taken stands in
 * `schema_migrations`.
 *
 * M1  A step's statements are idempotent (IF NOT EXISTS), so that two nodes may migrate at once and a
 *     migration that was cut short is simply run again.
 * M2  A step that was released is never edited; a change is a new step.
 */
import { readdir, readFile } from 'node:fs/promises'
import type { Analytics } from './connection.js'
import { clickhouseFailure } from './failure.js'

const schemaFolder = new URL('./schema/', import.meta.url)
const stepFile = /^(\d{4})-([a-z-]+)\.sql$/

const createLedger = `
CREATE TABLE IF NOT EXISTS schema_migrations (
    version UInt32, name String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
) ENGINE = ReplacingMergeTree ORDER BY version COMMENT 'Steps of analytics/schema that were taken.'`

/** A step forward. */
export interface SchemaStep {
  readonly version: number
  readonly name: string
  readonly statements: readonly string[]
}

/** All steps, in order. */
export async function schemaSteps(): Promise<SchemaStep[]> {
  const steps: SchemaStep[] = []
  for (const file of (await readdir(schemaFolder)).sort()) {
    const [, version, name] = stepFile.exec(file) ?? []
    if (version === undefined || name === undefined) continue
    const statements = statementsOf(await readFile(new URL(file, schemaFolder), 'utf8'))
    steps.push({ version: Number(version), name, statements })
  }
  return steps
}

/** Takes the steps that are missing, in order. Returns their names; none when everything is up to date. */
export async function migrate(analytics: Analytics): Promise<string[]> {
  const { client, url } = analytics
  try {
    await client.command({ query: createLedger })
    const ledger = await analytics.query<{ version: number }>('SELECT version FROM schema_migrations')
    const taken = new Set(ledger.map(row => row.version))
    const names: string[] = []
    for (const { version, name, statements } of await schemaSteps()) {
      if (taken.has(version)) continue
      for (const query of statements) await client.command({ query })
      await client.insert({
        table: 'schema_migrations', columns: ['version', 'name'], values: [[version, name]],
        format: 'JSONCompactEachRow',
      })
      names.push(name)
    }
    return names
  } catch (error) {
    throw clickhouseFailure(error, url, 'a migration')
  }
}

/** The statements of a file: each ends with a semicolon at the end of a line. */
function statementsOf(sql: string): string[] {
  return sql.split(/;\s*$/m).map(statement => statement.trim()).filter(statement => statement !== '')
}
