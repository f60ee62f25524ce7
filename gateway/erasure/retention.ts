/**
 * Retention: records older than their person wants them kept are forgotten, through the same door as a record
 * that somebody deletes.
 *
 * R1  A record is as old as the later of two instants: when it happened, and when it was told. So notes of
 *     earlier years that a person brings along are not forgotten the day after.
 * R2  One gateway looks at a time, once in `retentionSweepMs`; a person is looked at alone, so that thousands
 *     are not told again at once.
 */
import { person } from '../../actors/person/person.js'
import { recalled, type StoredRecord } from '../../actors/record/index.js'
import type { Clock, TopologyClient } from '../../engine/index.js'
import type { GatewayLimits } from '../limits.js'
import type { Decisions } from '../privacy/decisions.js'
import type { Erasures } from './erasures.js'

const dayMs = 86_400_000
const kind = 'retention'

/** Forgets what is too old. Pair `start` with `stop`. */
export class Retention {
  readonly #client: TopologyClient
  readonly #erasures: Erasures
  readonly #decisions: Decisions
  readonly #clock: Clock
  readonly #limits: GatewayLimits
  readonly #stopping = new AbortController()

  constructor(client: TopologyClient, erasures: Erasures, decisions: Decisions, clock: Clock,
    limits: GatewayLimits) {
    this.#client = client
    this.#erasures = erasures
    this.#decisions = decisions
    this.#clock = clock
    this.#limits = limits
  }

  start(): void {
    void this.#sweepOn()
  }

  stop(): void {
    this.#stopping.abort()
  }

  async #sweepOn(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await this.#clock.wait(this.#limits.retentionSweepMs, signal)
      if (!signal.aborted) await this.sweepOnce().catch(() => undefined) // a part is away: next time
    }
  }

  /** Looks at everybody, unless another gateway just does. The number of persons who lost something. */
  async sweepOnce(): Promise<number> {
    const { registry } = this.#client
    if (await registry.get(kind, 'sweep') !== null) return 0
    await registry.put(kind, 'sweep', true, this.#limits.retentionSweepMs / 2)
    let persons = 0
    for await (const key of this.#client.keysOf(person)) {
      if (this.#stopping.signal.aborted) break
      if (await this.#forgetOld(key)) persons++
    }
    return persons
  }

  async #forgetOld(key: string): Promise<boolean> {
    const { retentionDays } = await this.#decisions.preferencesOf(key)
    const before = this.#clock.now() - retentionDays * dayMs
    const cells = await this.#client.state(person, key, ['profile'])
    if (cells === null || cells.profile.get().firstAt >= before) return false
    for await (const [, row] of this.#client.allRows(person, key, 'records')) {
      const { event_time: happened, received_at: told } = recalled(key, row as StoredRecord)
      if (Math.max(happened, told) >= before) continue
      await this.#erasures.erase(key, { before }, kind)
      return true
    }
    return false
  }
}
