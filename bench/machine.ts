/** The machine that figures come from, and what a program there has used of its processor. */
import { existsSync, readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { spawnSync } from 'node:child_process'
import { findProgram } from '../deploy/system.mjs'
import { closeRedis, openRedis, send } from '../engine/redis/index.js'

/** What a report says of it. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly node: string
  readonly redis: string
}

/** Of the clock that /proc counts in. */
const ticksPerSecond = 100
const bytesPerGb = 2 ** 30

/** Looks. */
export function machineFacts(): Machine {
  return { cpu: cpus()[0].model.trim(), cores: cpus().length, node: process.versions.node,
    memoryGb: Math.round(totalmem() / bytesPerGb), redis: versionOf('redis-server') }
}

/** The version that a program states with --version; empty when it is not here. */
export function versionOf(program: string): string {
  const path = findProgram(program)
  if (path === undefined) return ''
  const { stdout, stderr } = spawnSync(path, ['--version'], { encoding: 'utf8' })
  return /\d+\.\d+[\w.+-]*/.exec(`${stdout}${stderr}`)?.[0] ?? ''
}

/** Processor seconds of this process and of Redis so far. */
export async function cpuSeconds(redisUrl: string): Promise<number> {
  const redis = await openRedis(redisUrl, 'cpu')
  const info = String(await send(redis, 'INFO', ['cpu']))
  closeRedis(redis)
  const own = process.cpuUsage()
  const field = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)![1])
  return (own.user + own.system) / 1e6 + field('used_cpu_user') + field('used_cpu_sys')
}

/** Processor seconds of another process so far; NaN where there is no /proc. */
export function cpuSecondsOf(pid: number): number {
  if (!existsSync('/proc/self/stat')) return Number.NaN
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}
