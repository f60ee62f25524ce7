/**
 * Supervises the role processes of `hinata up`: starts each in order, writes its log to a file, starts it
 * again with growing delay when it ends by itself, and ends them in the opposite order.
 *
 *   starting ─ready─▶ running ─exit─▶ waiting ─delay─▶ starting
 *                        │                                 │ (never ready at the first start: gives up)
 *                        └───────────── stopping ──────────┴──▶ stopped
 */
import { fork, type ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HinataError } from '../../engine/errors/index.js'
import type { ReadyMessage } from './role.js'

/** A supervised process. */
export interface Child {
  readonly role: string
  /** Where it is; the same after a restart, as its port is. */
  readonly url: string
  readonly pid: number | undefined
  /** How often it became ready. */
  readonly starts: number
}

const restartDelay = { firstMs: 100, mostMs: 2_000 }
const steadyMs = 10_000
const readyMsMax = 120_000
/**
 * Records live for a batch: a young generation that holds a few batches collects them without copying them
 * first.
 */
const youngGenerationMb = 64
const entry = fileURLToPath(new URL('../cli/hinata.js', import.meta.url))

/** Starts and watches role processes. */
export class Supervisor {
  readonly #logDir: string
  readonly #say: (line: string) => void
  readonly #children: SupervisedChild[] = []

  /** `say` tells the operator what happens. */
  constructor(logDir: string, say: (line: string) => void) {
    mkdirSync(logDir, { recursive: true })
    this.#logDir = logDir
    this.#say = say
  }

  /** Everything that was started. */
  get children(): readonly Child[] {
    return this.#children
  }

  /**
   * Starts a role and waits until it is ready. `environmentOf` gives its configuration, also at every
   * restart; `name` is that of its log, where several processes have one role.
   */
  async start(
    role: string, environmentOf: (lastUrl: string | undefined) => NodeJS.ProcessEnv, name = role,
  ): Promise<Child> {
    const child = new SupervisedChild(role, join(this.#logDir, `${name}.log`), environmentOf, this.#say)
    this.#children.push(child)
    await child.start()
    return child
  }

  /** Ends one process for good. */
  async end(child: Child): Promise<void> {
    const at = this.#children.findIndex(one => one === child)
    const [ended] = at < 0 ? [] : this.#children.splice(at, 1)
    await ended?.stop()
  }

  /** Ends everything, the last started first. */
  async stop(): Promise<void> {
    for (const child of [...this.#children].reverse()) await child.stop()
  }
}

class SupervisedChild implements Child {
  readonly role: string
  readonly #logFile: string
  readonly #environmentOf: (lastUrl: string | undefined) => NodeJS.ProcessEnv
  readonly #say: (line: string) => void
  #process: ChildProcess | undefined
  #url: string | undefined
  #isStopping = false
  #starts = 0
  #delayMs = restartDelay.firstMs

  constructor(
    role: string, logFile: string, environmentOf: (lastUrl: string | undefined) => NodeJS.ProcessEnv,
    say: (line: string) => void,
  ) {
    this.role = role
    this.#logFile = logFile
    this.#environmentOf = environmentOf
    this.#say = say
  }

  get url(): string {
    return this.#url ?? ''
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  get starts(): number {
    return this.#starts
  }

  start(): Promise<void> {
    // a file, not a pipe to us: the role can still log after we are gone
    const log = openSync(this.#logFile, 'a')
    const child = fork(entry, [this.role], {
      env: this.#environmentOf(this.#url), stdio: ['ignore', log, log, 'ipc'], detached: true,
      execArgv: [`--max-semi-space-size=${youngGenerationMb}`],
    })
    closeSync(log)
    this.#process = child
    const startedAt = Date.now()
    return new Promise((resolve, reject) => {
      const tooLate = setTimeout(() => child.kill('SIGKILL'), readyMsMax)
      child.once('message', message => {
        clearTimeout(tooLate)
        this.#url = (message as ReadyMessage).ready
        this.#starts++
        resolve()
      })
      child.once('exit', (code, signal) => {
        clearTimeout(tooLate)
        reject(new HinataError('PROCESS_FAILED',
          { role: this.role, reason: signal ?? `exit code ${code}`, log: this.#logFile }))
        if (this.#url !== undefined && !this.#isStopping) {
          this.#restart(startedAt, signal ?? `exit code ${code}`)
        }
      })
    })
  }

  stop(): Promise<void> {
    this.#isStopping = true
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
    return new Promise(resolve => {
      child.once('exit', () => resolve())
      child.kill('SIGTERM')
    })
  }

  #restart(startedAt: number, reason: string): void {
    if (Date.now() - startedAt > steadyMs) this.#delayMs = restartDelay.firstMs
    const delayMs = this.#delayMs
    this.#delayMs = Math.min(delayMs * 2, restartDelay.mostMs)
    this.#say(`${this.role} ended (${reason}); starting it again in ${delayMs} ms. Its log: ${this.#logFile}`)
    setTimeout(() => {
      if (this.#isStopping) return
      // `exit` tries again
      this.start().then(() => this.#say(`${this.role} is back at ${this.url}`), () => undefined)
    }, delayMs)
  }
}
