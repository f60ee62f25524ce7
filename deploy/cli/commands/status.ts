/** hinata status: how the system is, once or again and again, for people or as JSON. */
import type { SystemStatus } from '../../../gateway/index.js'
import type { Config } from '../../config/index.js'
import { findSystemFile } from '../../roles/system-file.js'
import { findTarget, request } from '../target.js'

const watchMs = 1_000
/** Partitions of one screen: those with something to tell, the furthest behind first. */
const rowsMax = 12

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
    ...found.pipelines.flatMap(pipelineLines),
    ...found.hot_keys.map(({ key, share, records }) =>
      `hot key     ${key}  ${Math.round(share * 100)} % of the records, ${records} lately`),
    ...found.problems.flatMap(({ code, message, fix, detail }) => [`problem     ${code}: ${message}`,
      ...(detail === undefined ? [] : [`            ${detail}`]), `            ${fix}`]),
  ]
  return `${lines.join('\n')}\n`
}

function pipelineLines(pipeline: SystemStatus['pipelines'][number]): string[] {
  const { name, version, lag_records: records, lag_ms: ms, sink_values: values } = pipeline
  const telling = pipeline.partitions.filter(one => one.lag_records > 0 || one.dead_letters > 0 || one.halted)
    .sort((a, b) => Number(b.halted !== null) - Number(a.halted !== null)
      || b.lag_ms - a.lag_ms || b.dead_letters - a.dead_letters)
  const pauses = pipeline.partitions.map(one => one.takeover_pause_ms).filter(pause => pause !== null)
  return [
    `pipeline    ${name} v${version}  ${records} records behind, ${ms} ms`,
    `            ${values} values wait for sinks, ${pipeline.timers} timers, `
      + `${pipeline.dead_letters} dead letters${pauses.length === 0 ? ''
        : `, longest of the last takeovers ${Math.max(...pauses)} ms`}`,
    ...freshnessLines(pipeline.freshness),
    ...(telling.length === 0 ? [] : [row('partition', 'behind', 'ms', 'dead', 'stands')]),
    ...telling.slice(0, rowsMax).map(({ partition, lag_records: behind, lag_ms: lagMs, dead_letters: dead,
      halted }) => row(partition, behind, lagMs, dead, halted ? `${halted.code} at ${halted.position}` : '')),
    ...(telling.length > rowsMax ? [`            … and ${telling.length - rowsMax} more: --json`] : []),
  ]
}

function freshnessLines(freshness: SystemStatus['pipelines'][number]['freshness']): string[] {
  if (!freshness) return []
  const { p50_ms: p50, p99_ms: p99, target_ms: target, rows } = freshness
  return [`            rows ${p50} ms after their records (p50), ${p99} ms (p99; target ${target}), `
    + `of ${rows} lately`]
}

function row(...cells: (string | number)[]): string {
  const stands = cells.pop()
  return `            ${cells.map(cell => String(cell).padStart(9)).join(' ')}  ${stands}`.trimEnd()
}
