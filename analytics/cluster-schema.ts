/**
 * The same schema for a cluster, generated from the steps of schema/: each table becomes a replicated one on
 * every shard and a distributed one in front of it, under the names that the sink and all questions use.
 *
 * C1  Nothing is written twice: columns, comments, keys and lifetimes are those of the one definition.
 * C2  All rows of a person lie on one shard, so that questions about one person ask one shard; of tables that
 *     know no person, all rows of an app.
 * C3  Views stand in front of the distributed tables and are made on every server.
 *
 * ```
 *  records (Distributed) ──cityHash64(user_id)──▶ records_local (Replicated…MergeTree) of a shard
 *     ▲ records_current, records_per_day, … (views)
 * ```
 */
import { schemaSteps } from './migration.js'

const createTable =
  /^CREATE TABLE IF NOT EXISTS (\w+)\n(\([\s\S]*?\n\))\nENGINE = (\w+)(?:\(([^)]*)\))?/
const alterTable = /^ALTER TABLE (\w+)\n?/
const createOrDropView = /^(CREATE VIEW IF NOT EXISTS|DROP VIEW IF EXISTS) (\w+)/
/** Made by one step and dropped by another, or of no use to a cluster, where nothing becomes cold or goes. */
const passing = new RegExp('^(?:(?:CREATE (?:TABLE|MATERIALIZED VIEW)|DROP (?:VIEW|TABLE)) '
  + 'IF (?:NOT )?EXISTS records_per_minute|CREATE TABLE IF NOT EXISTS (?:cold_parts|expirations))')
/** About rows that are there already: a distributed table has none. */
const isOfRows = /^\s*MATERIALIZE COLUMN /
const isOfOldRows = /^INSERT INTO row_names/
const clusterName = /^[A-Za-z_]\w*$/

/**
 * The statements that make the schema on a cluster, in order. `cluster` is its name in the servers'
 * configuration.
 */
export async function clusterStatements(cluster: string): Promise<string[]> {
  if (!clusterName.test(cluster)) throw new TypeError(`not the name of a cluster: ${cluster}`)
  const steps = await schemaSteps()
  return steps.flatMap(({ statements }) => statements)
    .map(statement => statement.replace(/^(?:--[^\n]*\n|\n)+/, ''))
    .filter(statement => !passing.test(statement) && !isOfOldRows.test(statement))
    .flatMap(statement => onCluster(statement, cluster))
}

function onCluster(statement: string, cluster: string): string[] {
  const created = createTable.exec(statement)
  if (created) return replicated(statement, created, cluster)
  const altered = alterTable.exec(statement)
  if (altered) {
    const change = statement.slice(altered[0].length)
    const alter = (table: string): string => `ALTER TABLE ${table} ON CLUSTER ${cluster}\n`
    const onShards = alter(`${altered[1]}_local`) + change
    return isOfRows.test(change) ? [onShards] : [onShards, alter(altered[1]) + distributedPart(change)]
  }
  const viewed = createOrDropView.exec(statement)
  if (!viewed) throw new TypeError(`no form for a cluster: ${statement.slice(0, 80)}`)
  return [`${viewed[1]} ${viewed[2]} ON CLUSTER ${cluster}${statement.slice(viewed[0].length)}`]
}

function replicated(statement: string, created: RegExpExecArray, cluster: string): string[] {
  const [head, table, columns, engine, argument] = created
  const shardedBy = ['user_id', 'person'].find(name => new RegExp(`^ +${name} `, 'm').test(columns)) ?? 'app'
  const place = '\'/clickhouse/tables/{shard}/{database}/{table}\', \'{replica}\''
  const tail = statement.slice(head.length)
    .replace('non_replicated_deduplication_window', 'replicated_deduplication_window')
  return [
    `CREATE TABLE IF NOT EXISTS ${table}_local ON CLUSTER ${cluster}\n${columns}\n`
      + `ENGINE = Replicated${engine}(${place}${argument ? `, ${argument}` : ''})${tail}`,
    `CREATE TABLE IF NOT EXISTS ${table} ON CLUSTER ${cluster} AS ${table}_local\n`
      + `ENGINE = Distributed(${cluster}, currentDatabase(), ${table}_local, cityHash64(${shardedBy}))`,
  ]
}

/** A distributed table has columns without codecs of its own. */
function distributedPart(change: string): string {
  return change.replace(/\s+CODEC\([^\n]*?\)(?=,?\n|,?$)/g, '')
}
