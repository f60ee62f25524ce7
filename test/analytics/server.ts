/**
 * A ClickHouse for tests: the embedded server in a process of its own, on a folder that survives its kills.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('./serve.js', import.meta.url))

/** A server that can be killed and started again on the same folder and port. */
export class TestServer {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'hinata-analytics-'))
  #child: ChildProcess | undefined
  #url = 'http://127.0.0.1:0'

  static async start(): Promise<TestServer> {
    const server = new TestServer()
    await server.start()
    return server
  }

  get url(): string {
    return this.#url
  }

  /** Starts, or starts again at the same address. */
  async start(): Promise<void> {
    const port = new URL(this.#url).port || '0'
    const child = spawn(process.execPath, [program, this.dataDir, port], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#child = child
    const ended = once(child, 'exit').then(() => { throw new Error('the test\'s ClickHouse ended early') })
    ended.catch(() => { /* told by the race, or it was killed on purpose */ })
    const lines = createInterface({ input: child.stdout! })
    const [line] = await Promise.race([once(lines, 'line'), ended]) as [string]
    this.#url = line
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  /** Ends the server and removes its data. */
  async remove(): Promise<void> {
    await this.kill()
    rmSync(this.dataDir, { recursive: true, force: true })
  }
}
