/** Servers of peers: started on free ports of the loopback, waited for, ended by their process. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'

const startMsMax = 60_000
const pollMs = 25

/** A server that runs. */
export interface ServerProcess {
  readonly pid: number
  stop(): Promise<void>
}

/** Starts a program and waits until it listens, or throws. What it says goes to `log`. */
export async function startServer(
  program: string, given: readonly string[], port: number, log: string,
): Promise<ServerProcess> {
  const file = openSync(log, 'a')
  const child = spawn(program, given, { stdio: ['ignore', file, file] })
  const deadline = Date.now() + startMsMax
  while (!await listens(port)) {
    if (child.exitCode !== null || child.pid === undefined || Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`${program} does not listen on port ${port}; what it said is in ${log}`)
    }
    await setTimeout(pollMs)
  }
  return { pid: child.pid!, stop: () => end(child) }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const late = new AbortController()
  const kill = setTimeout(5_000, undefined, { signal: late.signal })
    .then(() => { child.kill('SIGKILL') }, () => undefined)
  await ended
  late.abort()
  await kill
}

function listens(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => { socket.destroy(); resolve(true) })
    socket.once('error', () => { resolve(false) })
  })
}
