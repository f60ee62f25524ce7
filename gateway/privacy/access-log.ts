/**
 * The access log: who did what with whose data, why, from where, and what came of it; and how often each app
 * called what. On their way to ClickHouse, in batches.
 *
 *   request, frames ──▶ waiting (bounded) ──accessFlushMs──▶ batch under a token ──▶ written
 *                          │ full                              │ failed: the same again, accessRetryMs later
 *                          ▼                                   ▼
 *                       dropped, counted                    waiting fills
 *
 * L1  Never stalls a request: it adds to memory and goes on. What does not fit is dropped, which a metric and
 *     /api/status tell.
 * L2  A request about a person is one row. Frames of one connection about one person are one row per
 *     flush: it says how many.
 * L3  A batch that may have been written is sent again under its token, so that no row counts twice.
 * L4  No content: ids, names of routes, rungs of the ladder.
 * L5  What comes while a batch is written waits for the next flush, unless it fills a batch: an insert of a
 *     few rows costs as much as one of thousands.
 */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../../engine/index.js'
import { nobody, type Principal } from '../identity/principal.js'
import type { GatewayLimits } from '../limits.js'
import type { Problem } from '../problems.js'
import type { AccessRow, AccessStore, AppRow, CallRow } from './access-store.js'
import type { Action, Rung } from './ladder.js'

/** What a request is about; filled in while it is let in. */
export interface Visit {
  principal: Principal
  /** The person's key; null while it is about nobody. */
  key: string | null
  action: Action | 'administer'
  /** The rung that decided; `permission`: the credential alone. */
  rung: Rung | 'permission'
}

/** A visit of nobody, about nobody. */
export function newVisit(): Visit {
  return { principal: nobody, key: null, action: 'administer', rung: 'permission' }
}

/** Frames about one person, counted until they are written. */
export interface Tally {
  readonly key: string
  readonly isAllowed: boolean
  times: number
  records: number
  isWritten: boolean
}

interface Waiting {
  accesses: AccessRow[]
  tallies: Map<string, { readonly tally: Tally, readonly row: AccessRow }>
  calls: Map<string, CallRow>
  apps: AppRow[]
}

interface Batch {
  readonly token: string
  readonly accesses: readonly AccessRow[]
  readonly calls: readonly CallRow[]
  readonly apps: readonly AppRow[]
}

/** Where frames come from and what they do. */
interface FrameVisit extends Visit {
  readonly key: string
  readonly what: string
  readonly address: string
  readonly isAllowed: boolean
}

/** Writes down who accessed what. Without a store nothing is kept. Pair `start` with `stop`. */
export class AccessLog {
  readonly #store: AccessStore | null
  readonly #clock: Clock
  readonly #limits: GatewayLimits
  readonly #countDropped: (rows: number) => void
  readonly #stopping = new AbortController()
  #waiting = nothingWaits()
  #batch: Batch | null = null
  #failingSince: number | null = null
  #loop: Promise<void> | null = null

  constructor(
    store: AccessStore | null, clock: Clock, limits: GatewayLimits, countDropped: (rows: number) => void,
  ) {
    this.#store = store
    this.#clock = clock
    this.#limits = limits
    this.#countDropped = countDropped
  }

  /** A request was answered. */
  request(visit: Visit, asked: {
    readonly what: string, readonly purpose: string, readonly address: string, readonly requestId: string,
    readonly status: number, readonly tookMs: number,
  }): void {
    if (this.#store === null) return
    const { what, status, tookMs, requestId } = asked
    this.#call(visit.principal, what, status, 1, tookMs)
    if (visit.key === null) return
    const result = status < 400 ? 'allowed' : status === 401 || status === 403 ? 'denied' : 'failed'
    if (!this.#hasRoom()) return this.#countDropped(1)
    this.#waiting.accesses.push({
      ...this.#rowOf(visit, asked), result, request_id: requestId, times: 1, records: 0,
    })
  }

  /** Where frames of this visit are counted until the next flush; then another tally is asked for. */
  tally(visit: FrameVisit): Tally {
    const { principal, key, what, rung, address } = visit
    const name = [principal.appId, key, what, rung, address].join('\n')
    const counted = this.#waiting.tallies.get(name)
    if (counted !== undefined) return counted.tally
    const { isAllowed } = visit
    const tally: Tally = { key, isAllowed, times: 0, records: 0, isWritten: false }
    if (this.#store === null) return tally
    if (!this.#hasRoom()) {
      this.#countDropped(1)
      return tally
    }
    const result = isAllowed ? 'allowed' : 'denied'
    const whole = this.#rowOf(visit, { ...visit, purpose: visit.action })
    const row = { ...whole, result, request_id: '', times: 0, records: 0 } as const
    this.#waiting.tallies.set(name, { tally, row })
    return tally
  }

  /** An app as it stands now. */
  app(row: AppRow): void {
    if (this.#store === null) return
    if (this.#waiting.apps.length < this.#limits.accessRowsMax) this.#waiting.apps.push(row)
    else this.#countDropped(1)
  }

  /** Set while nothing can be written. */
  problem(): Problem | null {
    if (this.#failingSince === null) return null
    const since = new Date(this.#failingSince).toISOString()
    return {
      code: 'ACCESS_LOG_WAITS', fix: 'Start ClickHouse or give its address; writing goes on by itself.',
      message: `The access log cannot be written since ${since}; at most ${this.#limits.accessRowsMax} wait.`,
    }
  }

  start(): void {
    if (this.#store !== null) this.#loop = this.#writeOn()
  }

  /** Writes what waits, once, and ends. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
    if (this.#store === null) return
    const late = this.#clock.wait(this.#limits.accessRetryMs)
    await Promise.race([this.#flush(() => true), late])
  }

  async #writeOn(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      const isWritten = await this.#flush(() => this.#waiting.accesses.length >= this.#limits.accessBatchMax)
      await this.#clock.wait(isWritten ? this.#limits.accessFlushMs : this.#limits.accessRetryMs, signal)
    }
  }

  /**
   * Writes a batch, and the next while `goesOn`: a few rows are not worth an insert. False when one could not
   * be written.
   */
  async #flush(goesOn: () => boolean): Promise<boolean> {
    for (;;) {
      this.#batch ??= this.#take()
      if (this.#batch === null) return true
      const { token, accesses, calls, apps } = this.#batch
      try {
        await this.#store?.put({ accesses, calls, apps }, token)
      } catch {
        this.#failingSince ??= this.#clock.now() // told by problem()
        return false
      }
      this.#failingSince = null
      this.#batch = null
      if (!goesOn()) return true
    }
  }

  #take(): Batch | null {
    const waiting = this.#waiting
    this.#waiting = nothingWaits()
    for (const { tally, row } of waiting.tallies.values()) {
      tally.isWritten = true
      waiting.accesses.push({ ...row, times: tally.times, records: tally.records })
      const principal = { ...nobody, appId: row.app, tenant: row.tenant }
      const status = row.result === 'allowed' ? 200 : 403
      addCall(waiting.calls, principal, row.what, status, tally.times, 0, row.at)
    }
    const max = this.#limits.accessBatchMax
    this.#waiting.accesses = waiting.accesses.splice(max)
    this.#waiting.apps = waiting.apps.splice(max)
    const { accesses, apps } = waiting
    const calls = [...waiting.calls.values()]
    if (accesses.length + calls.length + apps.length === 0) return null
    return { token: randomBytes(12).toString('base64url'), accesses, calls, apps }
  }

  #hasRoom(): boolean {
    const { accesses, tallies } = this.#waiting
    return accesses.length + tallies.size < this.#limits.accessRowsMax
  }

  #rowOf(
    { principal, key, action, rung }: Visit,
    { what, purpose, address }: { readonly what: string, readonly purpose: string, readonly address: string },
  ): Omit<AccessRow, 'result' | 'request_id' | 'times' | 'records'> {
    return {
      at: this.#clock.now(), tenant: principal.tenant, user_id: key ?? '', who: principal.role,
      app: principal.appId, action, what, purpose, decided_by: rung, address,
    }
  }

  #call(principal: Principal, what: string, status: number, times: number, tookMs: number): void {
    if (this.#waiting.calls.size >= this.#limits.accessRowsMax) return this.#countDropped(1)
    addCall(this.#waiting.calls, principal, what, status, times, tookMs, this.#clock.now())
  }
}

function nothingWaits(): Waiting {
  return { accesses: [], tallies: new Map(), calls: new Map(), apps: [] }
}

function addCall(
  calls: Map<string, CallRow>, { tenant, appId: app }: Principal, what: string, status: number, times: number,
  tookMs: number, at: number,
): void {
  const name = `${app}\n${what}\n${status}`
  const found = calls.get(name) ?? { at, tenant, app, what, status, calls: 0, took_ms_sum: 0, took_ms_max: 0 }
  calls.set(name, {
    ...found, calls: found.calls + times, took_ms_sum: found.took_ms_sum + tookMs,
    took_ms_max: Math.max(found.took_ms_max, tookMs),
  })
}
