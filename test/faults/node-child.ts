/** A node in a process of its own, to be killed or frozen. See node-process.ts for what runs there. */
import { fork, type ChildProcess } from 'node:child_process'
import { until } from '../support/until.js'

/** A lease just longer than the node's own rhythm, so that a takeover is soon. */
const leaseMs = 1_000

/** See the top of the file. */
export class NodeProcess {
  readonly #child: ChildProcess
  readonly #told: string[] = []

  constructor(redisUrl: string, namespace: string, topology: 'orders' | 'sales') {
    const args = [redisUrl, namespace, String(leaseMs), topology]
    this.#child = fork(new URL('./node-process.js', import.meta.url), args,
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#child.on('message', message => this.#told.push(String(message)))
  }

  /** Its node's id, once it has started. */
  async started(): Promise<string> {
    return until('the node has started', () =>
      this.#told.find(line => line.startsWith('started '))?.slice('started '.length))
  }

  /** Whether it told something like that. */
  told(pattern: RegExp): boolean {
    return this.#told.some(line => pattern.test(line))
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Ends it and waits until it has ended. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = new Promise(resolve => this.#child.once('exit', resolve))
    this.#child.kill(signal)
    await ended
  }
}
