/**
 * Credit: how many records one connection may have unacknowledged.
 *
 *            log fills, room < credit                   room returns
 *   open ──────────────────────────────▶ lowered ─────────────────────▶ open
 *    credit = creditRecordsMax            credit = room (0 when full)
 *
 * V1  Unacknowledged records never exceed the binding credit, unacknowledged bytes never `creditBytesMax`. A
 *     frame beyond that is refused whole (CREDIT_EXCEEDED).
 * V2  A lowered credit binds once the app has seen it, not before: frames that were on their way are judged
 *     by the credit that the app knew. `announced` says which credit was sent, `seen` that the app has it.
 * V3  A raised credit binds at once.
 * V4  After the log (or the intake) refused one frame, every later frame is refused alike until the app has
 *     seen the lowered credit, so that what the app sends again stays in order.
 */
import { HinataError } from '../../engine/index.js'
import type { GatewayLimits } from '../limits.js'

/** The credit of one connection. Pure: no clock, no socket. */
export class Credit {
  readonly #limits: GatewayLimits
  #announced: number
  #binding: number
  #records = 0
  #bytes = 0
  #generation = 0
  #isBlocked = false

  constructor(limits: GatewayLimits) {
    this.#limits = limits
    this.#announced = limits.creditRecordsMax
    this.#binding = limits.creditRecordsMax
  }

  /** The credit that was last told to the app. */
  get announced(): number {
    return this.#announced
  }

  /** Records taken and not yet released. */
  get unacknowledged(): number {
    return this.#records
  }

  get isLowered(): boolean {
    return this.#announced < this.#limits.creditRecordsMax
  }

  /** The log refused a frame and the app does not know yet (V4). */
  get isBlocked(): boolean {
    return this.#isBlocked
  }

  /** Takes room for a frame, or throws CREDIT_EXCEEDED and takes nothing. */
  take(records: number, bytes: number): void {
    if (this.#records + records > this.#binding) {
      throw new HinataError('CREDIT_EXCEEDED', { found: this.#records + records, credit: this.#binding })
    }
    if (this.#bytes > 0 && this.#bytes + bytes > this.#limits.creditBytesMax) {
      throw new HinataError('CREDIT_EXCEEDED', {
        found: `${this.#bytes + bytes} bytes of`, credit: `${this.#limits.creditBytesMax} bytes`,
      })
    }
    this.#records += records
    this.#bytes += bytes
  }

  release(records: number, bytes: number): void {
    this.#records -= records
    this.#bytes -= bytes
  }

  /**
   * Adapts to the room that the log has. Answers the generation of a credit that must be sent now, or null
   * when the app already knows. Small changes are not worth a frame: only full, half full again and free are
   * told.
   */
  adapt(room: number): number | null {
    const next = Math.max(0, Math.min(this.#limits.creditRecordsMax, room))
    const isWorthTelling = next !== this.#announced && (next === 0 || this.#announced === 0
      || next === this.#limits.creditRecordsMax || next * 2 <= this.#announced || next >= this.#announced * 2)
    if (!isWorthTelling) return null
    this.#announced = next
    this.#binding = Math.max(this.#binding, next)
    this.#generation += 1
    return this.#generation
  }

  /** The log refused a frame: later frames are refused until the app has seen the credit of this refusal. */
  block(): void {
    this.#isBlocked = true
  }

  /** The app has seen the credit of this generation. */
  seen(generation: number): void {
    if (generation === this.#generation) this.bind()
  }

  /** What was announced binds from now on, seen or not. */
  bind(): void {
    this.#binding = this.#announced
    this.#isBlocked = false
  }
}
