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
import { HinataError } from '../../engine/index.js'
import type { Intake } from '../intake.js'
import type { GatewayLimits } from '../limits.js'
import type { Deadlines } from '../deadlines.js'

/** Up to this many times the limit a body is read and thrown away. */
const patience = 4

/** One body. Pair `read` with `release`. */
export class Body {
  readonly #intake: Intake
  readonly #max: number
  readonly #limits: GatewayLimits
  /** One window each. */
  readonly #windows: Deadlines
  #parts: Buffer[] = []
  #bytes = 0
  #taken = 0
  #isReleased = false

  constructor(intake: Intake, limits: GatewayLimits, windows: Deadlines) {
    this.#intake = intake
    this.#max = limits.bodyBytesMax
    this.#limits = limits
    this.#windows = windows
  }

  /**
   * Reads all of it. Rejects with BODY_TOO_LARGE, BODY_SLOW, OVERLOADED. Call before the route's handler
   * returns.
   */
  read(response: uws.HttpResponse, lengthHeader: string): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const endWatch = this.#watchPace(reject)
      const refuse = (thrown: unknown): void => {
        endWatch()
        reject(thrown as Error)
      }
      if (Number(lengthHeader) > this.#max * patience) refuse(this.#tooLarge())
      response.onData((part, isLast) => {
        try {
          this.#add(part)
        } catch (thrown) {
          refuse(thrown)
        }
        if (!isLast) return
        if (this.#bytes > this.#max) return refuse(this.#tooLarge())
        endWatch()
        resolve(this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts))
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

  /** Refuses when too little came within a window. */
  #watchPace(refuse: (thrown: Error) => void): () => void {
    const { bodyWindowMs: ms, bodyWindowBytesMin: min } = this.#limits
    let before = 0
    return this.#windows.watch(() => {
      const isSlow = this.#bytes - before < min
      before = this.#bytes
      if (isSlow) refuse(new HinataError('BODY_SLOW', { min, ms }))
      return !isSlow
    })
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
