/** Requests that are almost right, and tokens that are not. */
import { Agent, request as openRequest } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { jsonBytes } from './bytes.js'
import { Draw } from './draw.js'
import { brief, type Outcome } from './outcome.js'
import { request, type Request } from './templates.js'
import { tampered } from './tokens.js'
import { changed } from './values.js'

/** Where a lane sends to, and as whom. */
export interface Target {
  readonly port: number
  readonly appKey: string
  /** A good token of a person. */
  readonly personToken: string
}

interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: Buffer | null
}

interface Answer {
  readonly status: number
  readonly text: string
}

/** Said by the server's parser before anything of ours sees the request, so without a code of the table. */
const headersTooLarge = 431

/** An answer that takes longer is a hang. */
const answerMsMax = 20_000

/** Sends inputs one after the other over one connection. */
export class HttpLane {
  readonly #target: Target
  readonly #seed: number
  readonly #outcome: Outcome
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })

  constructor(target: Target, seed: number, outcome: Outcome) {
    this.#target = target
    this.#seed = seed
    this.#outcome = outcome
  }

  /** A request of any kind, changed or not. */
  async send(index: number): Promise<void> {
    const draw = new Draw(this.#seed, index)
    const sent = this.#requestOf(draw)
    await this.#judge(index, 'http', sent, () => undefined)
  }

  /** A request with a token that must not be good. */
  async sendToken(index: number): Promise<void> {
    const draw = new Draw(this.#seed, index)
    const { personToken } = this.#target
    const token = draw.once(20) ? personToken : tampered(personToken, draw)
    const isGood = token === personToken // a change may change nothing
    const headers = { authorization: `Bearer ${token}` }
    const sent = { method: 'GET', path: '/api/psp/current?user_id=ada', headers, body: null }
    await this.#judge(index, 'token', sent, ({ status, text }) => {
      if (isGood && !(status === 200
        || text.includes('PERSON_UNKNOWN'))) return `a good token: ${status} ${text}`
      if (!isGood && (status === 200 || status === 404)) return `let in with ${token}`
      return undefined
    })
  }

  close(): void {
    this.#agent.destroy()
  }

  #requestOf(draw: Draw): Sent {
    const template = request(draw)
    const { method, body }: Request = draw.once(3) || template.body === undefined ? template
      : { ...template, body: changed(template.body, draw) }
    const path = draw.once(6) ? changedPath(template.path, draw) : template.path
    const headers: Record<string, string> = { authorization: `Bearer ${this.#target.appKey}` }
    if (draw.once(12)) headers.authorization = draw.pick(['', 'Bearer', 'Basic YTpi', 'Bearer byo_x',
      'bearer  x y'])
    if (draw.once(12)) headers['x-request-id'] = draw.pick(['mine', '', 'a b', '{', 'x'.repeat(200),
      '__proto__'])
    if (draw.once(12)) headers['accept-encoding'] = draw.pick(['br', 'gzip;q=0', '*', ',,,', 'br;q=x'])
    if (body === undefined) return { method, path, headers, body: null }
    headers['content-type'] = draw.once(15)
      ? draw.pick(['text/plain', '', 'application/json; charset=latin1', 'application/xml'])
        : 'application/json'
    return { method, path, headers, body: jsonBytes(body, draw) }
  }

  async #judge(
    index: number, kind: string, sent: Sent, look: (answer: Answer) => string | undefined,
  ): Promise<void> {
    this.#outcome.count(kind)
    const shown = `${sent.method} ${sent.path} ${brief(sent.body?.toString('latin1') ?? '')}`
    let answer: Answer
    try {
      answer = await this.#ask(sent)
    } catch (error) {
      return this.#outcome.wrong(index, kind, `${String(error)}: ${shown}`)
    }
    for (const { code, message } of errorsIn(answer.text)) this.#outcome.refused(index, kind, code, message)
    const found = look(answer)
    if (found !== undefined) this.#outcome.wrong(index, kind, found)
    if (answer.status >= 500 && answer.status !== 503) {
      this.#outcome.wrong(index, kind, `${answer.status} ${answer.text}: ${shown}`)
    } else if (answer.status === headersTooLarge) {
      this.#outcome.refusedOutside(headersTooLarge)
    } else if (answer.status >= 400) {
      this.#outcome.refused(index, kind, codeIn(answer.text), `${answer.status} ${answer.text}: ${shown}`)
    }
  }

  #ask({ method, path, headers, body }: Sent): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asking = openRequest({
        port: this.#target.port, host: '127.0.0.1', method, path, agent: this.#agent,
        headers: { ...headers, ...(body === null ? {} : { 'content-length': String(body.length) }) },
      }, response => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => void parts.push(part))
        response.on('error', reject)
        response.on('end', () => resolve({
          status: response.statusCode ?? 0,
          text: unpacked(Buffer.concat(parts), response.headers['content-encoding']).toString('utf8'),
        }))
      })
      asking.setTimeout(answerMsMax, () => asking.destroy(new Error('no answer')))
      asking.on('error', reject)
      asking.end(body ?? undefined)
    })
  }
}

function unpacked(bytes: Buffer, encoding: string | undefined): Buffer {
  if (encoding === 'br') return brotliDecompressSync(bytes)
  return encoding === 'gzip' ? gunzipSync(bytes) : bytes
}

/** Records of a batch that were refused one by one. */
function errorsIn(text: string): { code: unknown, message: string }[] {
  if (!text.includes('"errors":[{')) return []
  return (JSON.parse(text) as { errors: { code: unknown, message: string }[] }).errors
}

function codeIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { error?: { code?: unknown } }).error?.code
  } catch {
    return undefined // no JSON, so no code: the outcome says so
  }
}

function changedPath(path: string, draw: Draw): string {
  const more = draw.pick(['%', '%00', '%ff', '%2f..', '//', '/../', '?', '&user_id=x', '?limit=1e9',
    '?limit=-1', ';x',
    '?__proto__=1', `?${'a=1&'.repeat(200)}`, `?${'x'.repeat(3_000)}`, '?user_id[]=1', '?as_of=never', '#a'])
  return draw.once(2) ? path + more : path.slice(0, 1 + draw.below(path.length)) + more
}
