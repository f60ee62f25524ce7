/**
 * The body of a request, bounded.
 *
 * Y1  Never holds more than `bodyBytesMax`, and all bodies together never more than the intake allows.
 * Y2  A body that is somewhat too long is read to its end and thrown away, so that its app can read the
 *     refusal; one that is far too long is refused at once.
 * Y3  A body comes on: of one that has no end yet, `bodyWindowBytesMin` in every `bodyWindowMs`, or it is
 *     refused (BODY_SLOW) and its connection ended, so that whoever sends a byte a second holds nothing.
 * Y4  What comes out of `parseJson` is a JSON value from valid UTF-8, or CONTENT_TYPE, JSON_MALFORMED.
 */
import { isUtf8 } from 'node:buffer'
import type uws from 'uWebSockets.js'
import { HinataError, type Clock } from '../../engine/index.js'
import type { Intake } from '../intake.js'
import type { GatewayLimits } from '../limits.js'

/** Up to this many times the limit a body is read and thrown away. */
const patience = 4

/** One body. Pair `read` with `release`. */
export class Body {
  readonly #intake: Intake
  readonly #max: number
  readonly #limits: GatewayLimits
  readonly #clock: Clock
  #parts: Buffer[] = []
  #bytes = 0
  #taken = 0
  #isReleased = false

  constructor(intake: Intake, limits: GatewayLimits, clock: Clock) {
    this.#intake = intake
    this.#max = limits.bodyBytesMax
    this.#limits = limits
    this.#clock = clock
  }

  /**
   * Reads all of it. Rejects with BODY_TOO_LARGE, BODY_SLOW, OVERLOADED. Call before the route's handler
   * returns.
   */
  read(response: uws.HttpResponse, lengthHeader: string): Promise<Buffer> {
    const ended = new AbortController()
    const reading = this.#read(response, lengthHeader)
    return Promise.race([reading, this.#tooSlow(ended.signal)]).finally(() => ended.abort())
  }

  #read(response: uws.HttpResponse, lengthHeader: string): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (Number(lengthHeader) > this.#max * patience) reject(this.#tooLarge())
      response.onData((part, isLast) => {
        try {
          this.#add(part)
        } catch (thrown) {
          reject(thrown)
        }
        if (isLast && this.#bytes > this.#max) reject(this.#tooLarge())
        else if (isLast) resolve(Buffer.concat(this.#parts))
      })
    })
  }

  /** Gives its room back; what still comes is thrown away. */
  release(): void {
    this.#isReleased = true
    this.#intake.release(this.#taken)
    this.#taken = 0
    this.#parts = []
  }

  /** Rejects when too little came within a window; never ends otherwise. */
  async #tooSlow(signal: AbortSignal): Promise<never> {
    const { bodyWindowMs: ms, bodyWindowBytesMin: min } = this.#limits
    for (let before = 0; ; before = this.#bytes) {
      await this.#clock.wait(ms, signal)
      if (signal.aborted) return new Promise<never>(() => undefined) // it is read: nobody waits for this now
      if (this.#bytes - before < min) throw new HinataError('BODY_SLOW', { min, ms })
    }
  }

  #add(part: ArrayBuffer): void {
    this.#bytes += part.byteLength
    if (this.#bytes > this.#max * patience) throw this.#tooLarge()
    if (this.#bytes > this.#max) this.release()
    if (this.#isReleased) return
    this.#intake.take(part.byteLength)
    this.#taken += part.byteLength
    this.#parts.push(Buffer.from(part.slice(0))) // the part is only lent
  }

  #tooLarge(): HinataError {
    return new HinataError('BODY_TOO_LARGE', { max: this.#max })
  }
}

/** The JSON value of a body. */
export function parseJson(bytes: Buffer, contentType: string): unknown {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  if (type !== 'application/json') throw new HinataError(
    'CONTENT_TYPE', { found: type === '' ? 'none' : type.slice(0, 60) }
  )
  if (!isUtf8(bytes)) throw new HinataError('JSON_MALFORMED', { reason: 'it is not UTF-8.' })
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new HinataError('JSON_MALFORMED', { reason: reason.slice(0, 200) })
  }
}
