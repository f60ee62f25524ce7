/**
 * The asking side of a query port: one connection per node, many questions in flight, each with a deadline.
 */
import { connect, type Socket } from 'node:net'
import { errorTable, HinataError, type ErrorCode, type ErrorDetails } from '../errors/index.js'
import { queryTimeoutMs } from '../limits/limits.js'
import { encodeFrame, FrameReader } from './query-frames.js'

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/** A link to one node. */
export class QueryLink {
  readonly #url: string
  readonly #waiting = new Map<number, Waiting>()
  #socket: Socket | undefined
  #nextId = 1

  constructor(url: string) {
    this.#url = url
  }

  /**
   * Asks; throws what the node threw, QUERY_TIMEOUT, or OWNER_UNKNOWN when the node does not answer at all.
   */
  ask(view: string, key: string, name: string, args: unknown): Promise<unknown> {
    const socket = this.#socket ??= this.#connect()
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        reject(new HinataError('QUERY_TIMEOUT', { query: `${view}.${name}`, max: queryTimeoutMs }))
      }, queryTimeoutMs)
      this.#waiting.set(id, { resolve, reject, timer })
      socket.write(encodeFrame([id, view, key, name, args]))
    })
  }

  close(): void {
    this.#socket?.destroy()
  }

  #connect(): Socket {
    const { hostname, port } = new URL(this.#url)
    const socket = connect(Number(port), hostname)
    const frames = new FrameReader()
    socket.setNoDelay(true)
    socket.on('data', chunk => {
      try {
        for (const body of frames.read(chunk)) this.#settle(body as [number, boolean, unknown])
      } catch (error) {
        socket.destroy(error as Error)
      }
    })
    socket.on('error', () => socket.destroy()) // `close` follows and tells the waiting
    socket.on('close', () => {
      this.#socket = undefined
      for (const [id, { reject, timer }] of this.#waiting) {
        clearTimeout(timer)
        this.#waiting.delete(id)
        reject(new HinataError('OWNER_UNKNOWN', { partition: this.#url }))
      }
    })
    return socket
  }

  #settle([id, isAnswer, body]: [number, boolean, unknown]): void {
    const waiting = this.#waiting.get(id)
    if (!waiting) return
    this.#waiting.delete(id)
    clearTimeout(waiting.timer)
    if (isAnswer) return waiting.resolve(body)
    const { code, details } = body as { code: string, details: ErrorDetails }
    waiting.reject(new HinataError(code in errorTable ? code as ErrorCode : 'INTERNAL', details))
  }
}
