/**
 * The front door of a gateway: the app that listens, and the one that takes its place when the certificate
 * was renewed.
 *
 * O1  A renewed certificate is used within `certificatePollMs`; connections that are open go on with the app
 *     that took them, until a second renewal.
 * O2  A certificate that cannot be used changes nothing and is reported; the one before stays in use.
 */
import { statSync } from 'node:fs'
import type { Clock } from '../../engine/index.js'
import type { Failure } from '../failure.js'
import { listen, openApp, type App, type Listening, type TlsFiles } from './listen.js'

/** What a front is made of. */
interface FrontOptions {
  readonly host: string
  /** 0 = a free one. */
  readonly port: number
  readonly tls: TlsFiles | null
  readonly certificatePollMs: number
  readonly clock: Clock
  readonly onFailure: (failure: Failure) => void
  /** Puts all routes on an app. */
  readonly serve: (app: App) => void
}

/** See the top of the file. Pair `open` with `stop`, then `close`. */
export class Front {
  readonly #options: FrontOptions
  readonly #stopping = new AbortController()
  #app: App
  #former: App | null = null
  #listening: Listening | null = null
  #seen: string

  constructor(options: FrontOptions) {
    this.#options = options
    this.#seen = this.#look()
    this.#app = this.#make()
  }

  /** Listens; resolves with the port. Throws CONFIG_INVALID. */
  async open(): Promise<number> {
    const { host, port, tls } = this.#options
    this.#listening = await listen(this.#app, host, port)
    if (tls !== null) void this.#watch(this.#listening.port)
    return this.#listening.port
  }

  /** Takes no new connections; the open ones go on. */
  stop(): void {
    this.#stopping.abort()
    this.#listening?.stop()
    this.#listening = null
  }

  /** Ends every connection. */
  close(): void {
    this.#former?.close()
    this.#app.close()
  }

  #make(): App {
    const app = openApp(this.#options.tls)
    this.#options.serve(app)
    return app
  }

  async #watch(port: number): Promise<void> {
    const { clock, certificatePollMs, onFailure } = this.#options
    const { signal } = this.#stopping
    for (;;) {
      await clock.wait(certificatePollMs, signal)
      if (signal.aborted) return
      try {
        await this.#renew(port)
      } catch (thrown) {
        onFailure({ where: 'renewing the certificate', thrown })
      }
    }
  }

  async #renew(port: number): Promise<void> {
    const seen = this.#look()
    if (seen === this.#seen && this.#listening !== null) return // null: the port was not free the last time
    this.#seen = seen
    const next = this.#make()
    this.#listening?.stop()
    this.#listening = null
    this.#former?.close()
    this.#former = this.#app
    this.#app = next
    this.#listening = await listen(next, this.#options.host, port)
    if (this.#stopping.signal.aborted) this.#listening.stop()
  }

  /** What tells one state of the files from another; a file that is missing just now is one too. */
  #look(): string {
    const { tls } = this.#options
    if (tls === null) return ''
    return [tls.certFile, tls.keyFile].map(file => {
      const found = statSync(file, { throwIfNoEntry: false })
      return found === undefined ? 'none' : `${found.ino}:${found.size}:${found.mtimeMs}`
    }).join(' ')
  }
}
