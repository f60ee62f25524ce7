/**
 * An embedder in a thread of its own, for processes that must not stand still while a text is embedded.
 *
 *   (none) ─first text─▶ opening ──▶ open ─stop─▶ stopped
 *                           └─ it fails ─▶ (none): whoever waits hears why, and the next text tries again
 *
 * T1 Texts that come while one call runs go together with the next one, at most CALL_TEXTS_MAX.
 * T2 At most WAITING_MAX texts wait; more are refused with OVERLOADED. REMEMBERED_MAX are remembered.
 */
import { Worker } from 'node:worker_threads'
import { HinataError, type ErrorCode, type ErrorDetails } from '../../engine/errors/index.js'
import { Remembered } from '../text/index.js'

const CALL_TEXTS_MAX = 16
const WAITING_MAX = 256
const REMEMBERED_MAX = 4_096
const ENTRY = new URL('./use-lite-thread.js', import.meta.url)

/** What the thread answers to a call: a quantised vector per text, or why it cannot. */
export type ThreadAnswer =
  | { readonly vectors: readonly Uint8Array[] }
  | { readonly failure: { readonly code: ErrorCode, readonly details: ErrorDetails } }

interface Waiting {
  readonly text: string
  resolve(vector: Uint8Array): void
  reject(reason: unknown): void
}

/** `use-lite` in a thread. Begins with the first text; pair with `stop`. */
export class EmbedderThread {
  readonly #known = new Remembered<Uint8Array>(REMEMBERED_MAX)
  #worker: Worker | undefined
  #waiting: Waiting[] = []
  #running: Waiting[] = []
  #isStopped = false

  /** The quantised vector of a text. Rejects with EMBEDDER_MISSING, OVERLOADED, STOPPING. */
  embed(text: string): Promise<Uint8Array> {
    const known = this.#known.get(text)
    if (known !== undefined) return Promise.resolve(known)
    if (this.#isStopped) return Promise.reject(new HinataError('STOPPING'))
    if (this.#waiting.length >= WAITING_MAX) {
      const what = 'The queue of texts to embed'
      return Promise.reject(new HinataError('OVERLOADED', { what, max: WAITING_MAX }))
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text, resolve, reject })
      this.#call()
    })
  }

  /** Ends the thread; who waits is refused with STOPPING. */
  async stop(): Promise<void> {
    this.#isStopped = true
    const worker = this.#worker
    this.#end(new HinataError('STOPPING'))
    await worker?.terminate()
  }

  #call(): void {
    if (this.#running.length > 0 || this.#waiting.length === 0) return
    this.#running = this.#waiting.splice(0, CALL_TEXTS_MAX)
    this.#worker ??= this.#begin()
    this.#worker.postMessage(this.#running.map(({ text }) => text))
  }

  #begin(): Worker {
    const worker = new Worker(ENTRY)
    worker.on('message', (answer: ThreadAnswer) => this.#take(answer))
    worker.on('error', error => this.#end(error))
    return worker
  }

  #take(answer: ThreadAnswer): void {
    if ('failure' in answer) {
      const { code, details } = answer.failure
      void this.#worker?.terminate()
      return this.#end(new HinataError(code, details))
    }
    const done = this.#running
    this.#running = []
    done.forEach(({ text, resolve }, i) => {
      this.#known.set(text, answer.vectors[i])
      resolve(answer.vectors[i])
    })
    this.#call()
  }

  #end(reason: Error): void {
    const refused = [...this.#running, ...this.#waiting]
    this.#worker = undefined
    this.#running = []
    this.#waiting = []
    for (const { reject } of refused) reject(reason)
  }
}
