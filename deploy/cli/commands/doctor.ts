/** hinata doctor: checks what the product needs from this machine, and says how to get what is missing. */
import { createRequire } from 'node:module'
import { accessSync, constants, existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { connectAnalytics } from '../../../analytics/index.js'
import { checkRedis } from '../../../engine/index.js'
import { findProgram } from '../../system.mjs'
import type { Config } from '../../config/index.js'
import { findSystemFile } from '../../roles/system-file.js'

interface Finding {
  readonly what: string
  readonly isGood: boolean
  readonly found: string
}

/** Prints one line per check; exit code 1 when something is missing. */
export async function doctor(config: Config): Promise<void> {
  const findings = [nodeVersion(), dataFolder(config), await redis(config), await clickhouse(config)]
  for (const { what, isGood, found } of findings) {
    process.stdout.write(`${isGood ? 'ok     ' : 'missing'}  ${what}: ${found}\n`)
  }
  if (findings.some(({ isGood }) => !isGood)) process.exitCode = 1
}

function nodeVersion(): Finding {
  const major = Number(process.versions.node.split('.')[0])
  return { what: 'Node.js', isGood: major >= 20,
    found: `${process.versions.node}${major >= 20 ? '' : '; 20 or newer is needed'}` }
}

function dataFolder(config: Config): Finding {
  const folder = resolve(config.text('system.data_dir'))
  const existing = existsSync(folder) ? folder : dirname(folder)
  try {
    accessSync(existing, constants.W_OK)
    return { what: 'data folder', isGood: true, found: `${folder} can be written` }
  } catch {
    return { what: 'data folder', isGood: false,
      found: `${existing} cannot be written; choose another with --data-dir` }
  }
}

async function redis(config: Config): Promise<Finding> {
  const url = config.text('redis.url') || findSystemFile(config.text('system.data_dir'))?.redis
  if (url === undefined || url === '') {
    const program = findProgram('redis-server')
    return { what: 'Redis', isGood: program !== undefined, found: program
      ?? 'install it: sudo apt-get install redis-server' }
  }
  try {
    const facts = await checkRedis(url)
    const found = `${facts.version} at ${url}, durability ${facts.durability}`
    return { what: 'Redis', isGood: true, found }
  } catch (error) {
    return { what: 'Redis', isGood: false, found: error instanceof Error ? error.message : String(error) }
  }
}

async function clickhouse(config: Config): Promise<Finding> {
  const url = config.text('clickhouse.url') || findSystemFile(config.text('system.data_dir'))?.clickhouse
  if (url === undefined || url === '') {
    try {
      createRequire(import.meta.url).resolve('chdb')
      return { what: 'ClickHouse', isGood: true, found: 'embedded (chdb is installed)' }
    } catch {
      return { what: 'ClickHouse', isGood: false,
        found: 'chdb is not installed for this platform; set CLICKHOUSE_URL' }
    }
  }
  const analytics = connectAnalytics({ url })
  try {
    const [row] = await analytics.query<{ version: string }>('SELECT version() AS version')
    return { what: 'ClickHouse', isGood: true, found: `${row.version} at ${analytics.url}` }
  } catch (error) {
    return { what: 'ClickHouse', isGood: false, found: error instanceof Error ? error.message
      : String(error) }
  } finally {
    await analytics.close()
  }
}
