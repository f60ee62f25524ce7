/** `hinata` as its users run it, in processes: commands, and a whole system on a data folder. */
import { spawn, type ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../deploy/cli/hinata.js', import.meta.url))

/** How a command ended. */
export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** A system that runs. */
export interface RunningHinata {
  readonly gateway: string
  readonly redis: string
  readonly clickhouse: string
  readonly adminKey: string
  /** Rows as tab-separated lines. */
  query(sql: string): Promise<string>
  /** The parsed answer of the gateway to its administrator. */
  ask(path: string, body?: unknown): Promise<unknown>
  /** Drains and ends it; its exit code. */
  stop(): Promise<number | null>
}

/** Systems and commands of one data folder. */
export class HinataFolder {
  readonly dataDir: string
  readonly #extra: readonly string[]
  readonly #children = new Set<ChildProcess>()

  /** `extra` are flags of every command. */
  constructor(dataDir: string, extra: readonly string[] = []) {
    this.dataDir = dataDir
    this.#extra = extra
  }

  /** Runs a command to its end. */
  run(...args: string[]): Promise<Ended> {
    return new Promise(resolve => {
      const child = this.#start([...args, ...this.#extra, '--data-dir', this.dataDir],
        ['ignore', 'pipe', 'pipe'])
      let out = ''
      let err = ''
      child.stdout!.on('data', chunk => { out += chunk })
      child.stderr!.on('data', chunk => { err += chunk })
      child.once('close', code => resolve({ code, out, err }))
    })
  }

  /** Starts the system on free ports and waits until it runs. */
  async up(): Promise<RunningHinata> {
    const child = this.#start(['up', '--port', '0', '--clickhouse-port', '0', ...this.#extra, '--data-dir',
      this.dataDir], ['ignore', 'ignore', 'inherit', 'ipc'])
    await new Promise((resolve, reject) => {
      child.once('message', resolve)
      child.once('exit', code => reject(new Error(`up ended with ${code}`)))
    })
    const places = JSON.parse(await readFile(join(this.dataDir, 'hinata.json'), 'utf8')) as
      { gateway: string, redis: string, clickhouse: string }
    const adminKey = (await readFile(join(this.dataDir, 'admin.key'), 'utf8')).trim()
    return {
      ...places, adminKey,
      async query(sql) {
        const response = await fetch(places.clickhouse, { method: 'POST', body: sql })
        return (await response.text()).trim()
      },
      async ask(path, body) {
        const response = await fetch(`${places.gateway}${path}`, {
          method: body === undefined ? 'GET' : 'POST',
          headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        })
        return response.json()
      },
      stop: () => new Promise(resolve => {
        child.once('exit', resolve)
        child.kill('SIGINT')
      }),
    }
  }

  /** Ends whatever still runs. */
  end(): void {
    for (const child of this.#children) child.kill('SIGKILL')
  }

  #start(args: string[], stdio: Parameters<typeof spawn>[2]['stdio']): ChildProcess {
    const child = spawn(process.execPath, [entry, ...args], { stdio })
    this.#children.add(child)
    child.once('exit', () => this.#children.delete(child))
    return child
  }
}
