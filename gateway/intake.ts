/**
 * What all connections and requests together hold while the log takes it: bytes, as they arrived. One per
 * gateway.
 *
 * N1  Never more than `intakeBytesMax`: beyond it a submission is refused (OVERLOADED), not queued.
 */
import { HinataError, type Clock } from '../engine/index.js'
import type { GatewayLimits } from './limits.js'

/** Counts bytes that wait for the log. */
export class Intake {
  readonly #limits: GatewayLimits
  readonly #clock: Clock
  #bytes = 0

  constructor(limits: GatewayLimits, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
  }

  /** Bytes held now. */
  get bytes(): number {
    return this.#bytes
  }

  /** Takes room for a submission, or throws OVERLOADED. Pair with `release`. */
  take(bytes: number): void {
    if (this.#bytes + bytes > this.#limits.intakeBytesMax) {
      throw new HinataError(
        'OVERLOADED', { what: 'The gateway', max: `${this.#limits.intakeBytesMax} bytes` }
      )
    }
    this.#bytes += bytes
  }

  release(bytes: number): void {
    this.#bytes -= bytes
  }

  /** Resolves when nothing is held, or after `drainMs`. */
  async drained(): Promise<void> {
    const end = this.#clock.now() + this.#limits.drainMs
    while (this.#bytes > 0 && this.#clock.now() < end) await this.#clock.wait(10)
  }
}
