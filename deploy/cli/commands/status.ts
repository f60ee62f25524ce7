/** hinata status: how the system is, once or again and again, for people or as JSON. */
import type { SystemStatus } from '../../../gateway/index.js'
import type { Config } from '../../config/index.js'
import { findSystemFile } from '../../roles/system-file.js'
import { findTarget, request } from '../target.js'

const watchMs = 1_000

/** Prints the status. The exit code is 1 when the system is unhealthy. */
export async function status(
  config: Config, options: { url?: string, json?: boolean, watch?: boolean },
): Promise<void> {
  do {
    const found = await readStatus(config, options.url)
    if (options.watch && process.stdout.isTTY) process.stdout.write('\x1b[2J\x1b[H')
    process.stdout.write(options.json ? `${JSON.stringify(found)}\n` : textOf(found))
    process.exitCode = found.status === 'unhealthy' ? 1 : 0
    if (options.watch) await new Promise(resolve => setTimeout(resolve, watchMs))
  } while (options.watch)
}

async function readStatus(config: Config, url: string | undefined): Promise<SystemStatus> {
  const found = await request(findTarget(config, url), 'GET', '/api/status') as SystemStatus
  const system = url === undefined ? findSystemFile(config.text('system.data_dir')) : undefined
  return system ? { ...found, redis: { url: system.redis } } : found
}

function textOf(found: SystemStatus): string {
  const lines = [
    `status      ${found.status}`,
    `gateway     ${found.gateway.url}`,
    `clickhouse  ${found.clickhouse?.url ?? 'none'}`,
    `redis       ${found.redis?.url ?? 'not known here'}`,
    ...found.nodes.map(node => `node        ${node.id}  partitions ${node.partitions.join(' ') || 'none'}`),
    ...found.pipelines.map(pipeline =>
      `pipeline    ${pipeline.name} v${pipeline.version}  ` +
      `${pipeline.lag_records} records behind, ${pipeline.lag_ms} ms`),
    ...found.problems.map(problem => `problem     ${problem.code}: ${problem.message} ${problem.fix}`),
  ]
  return `${lines.join('\n')}\n`
}
