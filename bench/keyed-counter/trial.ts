/**
 * Runs a contender once in a process of its own, on an empty Redis with the settings that all sides have
 * (append-only file, fsync every second), with the heap that `hinata up` gives its nodes. What hangs is ended
 * by its process id, with the servers it has started.
 */
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../deploy/roles/free-port.js'
import { startManagedRedis } from '../../deploy/roles/managed-redis.js'
import { ensureRedis } from '../../deploy/system.mjs'
import { youngGenerationMb } from '../nexmark/limits.js'
import type { TrialMessage, TrialOrder, TrialResult } from './trial-process.js'

/** A run that takes longer hangs. */
const trialMsMax = 240_000

/** What to run, and how much of it. */
export interface Trial {
  readonly module: URL
  readonly contender: string
  readonly keysFile: string
  readonly records: number
  readonly warmUpRecords: number
}

/** Runs it. Throws unless everything was delivered. */
export async function runTrial(trial: Trial): Promise<TrialResult> {
  const folder = mkdtempSync(join(tmpdir(), 'hinata-bench-'))
  const open = async (name: string): Promise<Awaited<ReturnType<typeof startManagedRedis>>> =>
    startManagedRedis(ensureRedis(), join(folder, name), 'everysec', await freePort(0))
  const [warm, measured] = [await open('warm'), await open('measured')]
  try {
    return await inProcess({
      module: trial.module.href, contender: trial.contender, keysFile: trial.keysFile,
      warmUp: { redisUrl: warm.url, folder: join(folder, 'warm'), records: trial.warmUpRecords },
      measured: { redisUrl: measured.url, folder: join(folder, 'measured'), records: trial.records },
    })
  } catch (thrown) {
    throw new Error(`${trial.contender} failed`, { cause: thrown })
  } finally {
    await Promise.all([warm.stop(), measured.stop()])
    rmSync(folder, { recursive: true, force: true })
  }
}

async function inProcess(order: TrialOrder): Promise<TrialResult> {
  const child = fork(new URL('./trial-process.js', import.meta.url),
    { execArgv: [`--max-semi-space-size=${youngGenerationMb}`] })
  const servers: number[] = []
  const late = setTimeout(() => {
    for (const pid of servers) end(pid)
    child.kill('SIGKILL')
  }, trialMsMax)
  child.send(order)
  try {
    return await new Promise((resolve, reject) => {
      child.on('message', message => {
        const said = message as TrialMessage
        if ('started' in said) servers.push(said.started)
        else resolve(said.result)
      })
      child.once('exit', (code, signal) => reject(new Error(`its process ended with ${code ?? signal}`)))
    })
  } finally {
    clearTimeout(late)
    if (child.exitCode !== 0) for (const pid of servers) end(pid)
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended
  }
}
