/**
 * A keep-alive HTTP/1.1 connection for load: one request at a time, written and parsed with as little as that
 * needs, so that the sender takes less of a shared machine than an HTTP library would. Answers must say their
 * Content-Length, or come in chunks.
 */
import { connect, type Socket } from 'node:net'

/** An answer. */
export interface HttpAnswer {
  readonly status: number
  readonly body: string
}

interface Waiting {
  resolve(answer: HttpAnswer): void
  reject(error: Error): void
}

const headEnd = '\r\n\r\n'

/** See the top of the file. */
export class HttpConnection {
  readonly #host: string
  readonly #headers: string
  readonly #socket: Socket
  #received = ''
  #waiting: Waiting | undefined

  /** `headers` go with every request. */
  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    const { hostname, port, host } = new URL(url)
    this.#host = host
    this.#headers = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')
    this.#socket = connect(Number(port), hostname).setNoDelay(true).setEncoding('latin1')
    this.#socket.on('data', text => { this.#take(String(text)) })
    this.#socket.on('error', error => { this.#fail(error) })
    this.#socket.on('close', () => { this.#fail(new Error('the connection ended')) })
  }

  /** Sends one request; the one before must have been answered. */
  request(method: string, path: string, body = ''): Promise<HttpAnswer> {
    if (this.#waiting) throw new Error('one request at a time')
    if (this.#socket.destroyed) return Promise.reject(new Error('the connection has ended'))
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${this.#host}\r\n${this.#headers}${
        body === '' ? '' : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`
      }\r\n${body}`, 'utf8')
    })
  }

  close(): void {
    this.#waiting = undefined
    this.#socket.destroy()
  }

  #take(text: string): void {
    this.#received += text
    const end = this.#received.indexOf(headEnd)
    if (end < 0) return
    const head = this.#received.slice(0, end)
    const body = bodyOf(head, this.#received.slice(end + headEnd.length))
    if (body === undefined) return
    this.#received = ''
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.resolve({ status: Number(head.slice(9, 12)), body: Buffer.from(body, 'latin1').toString() })
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }
}

/** The whole body, or undefined while some of it is missing. */
function bodyOf(head: string, rest: string): string | undefined {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)
  if (length) return rest.length >= Number(length[1]) ? rest : undefined
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return ''
  let [body, from] = ['', 0]
  for (;;) {
    const lineEnd = rest.indexOf('\r\n', from)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(rest.slice(from, lineEnd), 16)
    const end = lineEnd + 2 + size + 2
    if (rest.length < end) return undefined
    if (size === 0) return body
    body += rest.slice(lineEnd + 2, end - 2)
    from = end
  }
}
