/** A node in a process of its own, to be killed or frozen. See node-process.ts for what runs there. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { until } from '../support/until.js'
import type { Committed } from './commit-witness.js'

/** A lease just longer than the node's own rhythm, so that a takeover is soon. */
const leaseMs = 1_000

/** See the top of the file. */
export class NodeProcess {
  readonly #child: ChildProcess
  readonly #told: string[] = []
  readonly #commits: Committed[] = []

  constructor(redisUrl: string, namespace: string, topology: 'orders' | 'sales') {
    const args = [redisUrl, namespace, String(leaseMs), topology]
    this.#child = fork(new URL('./node-process.js', import.meta.url), args,
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#child.on('message', message => {
      if (typeof message === 'string') this.#told.push(message)
      else this.#commits.push(message as Committed)
    })
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

  /** What it committed, in that order; whole once it has ended. */
  get commits(): readonly Committed[] {
    return this.#commits
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Ends it and waits until it has ended. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    const told = this.#child.connected ? once(this.#child, 'disconnect') : undefined
    this.#child.kill(signal)
    await Promise.all([ended, told])
  }
}
