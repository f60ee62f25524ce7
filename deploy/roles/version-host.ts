/**
 * Keeps one node process running for every version of the pipeline that is declared in Redis: the one of the
 * code when none is. `hinata replay` declares one, `hinata versions drop` takes it back; a process that ends
 * by itself is the supervisor's.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Versions } from '../../engine/index.js'
import type { Child } from './supervisor.js'

const lookMs = 1_000

/** How node processes are started and ended. */
export interface NodeProcesses {
  /** `version` 0: the one of the code. */
  start(version: number): Promise<Child>
  end(child: Child): Promise<void>
}

/** Hosts versions. Pair `start` with `stop`. */
export class VersionHost {
  readonly #versions: Versions
  readonly #codeVersion: number
  readonly #processes: NodeProcesses
  readonly #say: (line: string) => void
  readonly #running = new Map<number, Child>()
  readonly #stopping = new AbortController()
  #loop: Promise<void> = Promise.resolve()

  constructor(
    versions: Versions, codeVersion: number, processes: NodeProcesses, say: (line: string) => void,
  ) {
    this.#versions = versions
    this.#codeVersion = codeVersion
    this.#processes = processes
    this.#say = say
  }

  /** Starts what is declared now, then looks again and again. */
  async start(): Promise<void> {
    await this.#look()
    this.#loop = this.#watch()
  }

  /** Looks no more; the processes are the supervisor's to end. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#versions.close()
    await this.#loop
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await wait(lookMs, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
      await this.#look().catch((error: unknown) => {
        if (!signal.aborted) this.#say(`versions: ${error instanceof Error ? error.message : String(error)}`)
      })
    }
  }

  async #look(): Promise<void> {
    const declared = (await this.#versions.declared()).map(({ version }) => version)
    const wanted = new Set(declared.length === 0 ? [this.#codeVersion] : declared)
    for (const version of wanted) {
      if (this.#running.has(version)) continue
      this.#running.set(version, await this.#processes.start(version))
      if (version !== this.#codeVersion) this.#say(`Version ${version}               a node runs it`)
    }
    for (const [version, child] of this.#running) {
      if (wanted.has(version)) continue
      this.#running.delete(version)
      await this.#processes.end(child)
      this.#say(`Version ${version}               its node has ended`)
    }
  }
}
