/**
 * What each app asked and sent within the last hour: counted at every gateway, told for all of them together.
 *
 *   count ─▶ slice of five minutes (memory) ──usagePutMs──▶ document of this gateway ─▶ told: own memory and
 *                                                           in the registry             others' documents
 *
 * Owns: documents of kind `app-usage-<app>`, one per gateway; they expire when their hour is over.
 * Q1  Bounded: `appsMeteredMax` apps, the one that was silent longest gives way; twelve slices each.
 * Q2  A percentile is the upper bound of its bucket; bounds grow by 2^(1/4), so it is at most 19 % too high.
 * Q3  Never stalls a request: a document that cannot be written is written next time.
 */
import { randomBytes } from 'node:crypto'
import type { Clock, Registry } from '../../engine/index.js'
import type { GatewayLimits } from '../limits.js'

/** One request, as far as it counts. */
interface Asked {
  readonly tookMs: number
  /** The code of the refusal or failure; null when it was answered. */
  readonly code: string | null
}

/** One batch of records, as far as it counts. */
interface Sent {
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: readonly { readonly code: string }[]
}

/** What an app did within the window. */
export interface Usage {
  /** ms UTC. */
  readonly since: number
  readonly requests: number
  readonly failed: number
  /** Of requests and of refused records. */
  readonly errors: Readonly<Record<string, number>>
  /** ms; null without requests. */
  readonly p50: number | null
  readonly p99: number | null
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: number
}

/** What is counted within five minutes. */
interface Slice {
  /** Its place in time: ms UTC by sliceMs. */
  readonly at: number
  requests: number
  failed: number
  accepted: number
  duplicates: number
  rejected: number
  readonly errors: Record<string, number>
  /** Requests by bucket of their latency. */
  readonly latencies: Record<string, number>
}

interface Metered {
  slices: Slice[]
  isChanged: boolean
  /** Documents of gateways that are gone were swept. */
  isSwept: boolean
}

const sliceMs = 300_000
const slicesMax = 12
const firstBoundMs = 0.125
const bucketsPerDoubling = 4
const bucketMax = 80

/** Counts by app. Pair `start` with `stop`. */
export class AppUsage {
  readonly #registry: Registry
  readonly #clock: Clock
  readonly #limits: GatewayLimits
  readonly #id = randomBytes(6).toString('base64url')
  readonly #apps = new Map<string, Metered>()
  readonly #stopping = new AbortController()

  constructor(registry: Registry, clock: Clock, limits: GatewayLimits) {
    this.#registry = registry
    this.#clock = clock
    this.#limits = limits
  }

  /** Counts a request of an app. */
  countRequest(app: string, { tookMs, code }: Asked): void {
    const slice = this.#sliceOf(app)
    slice.requests += 1
    add(slice.latencies, String(bucketOf(tookMs)), 1)
    if (code === null) return
    slice.failed += 1
    add(slice.errors, code, 1)
  }

  /** Counts a batch of an app, however it came. */
  countBatch(app: string, { accepted, duplicates, rejected }: Sent): void {
    const slice = this.#sliceOf(app)
    slice.accepted += accepted
    slice.duplicates += duplicates
    slice.rejected += rejected.length
    for (const { code } of rejected) add(slice.errors, code, 1)
  }

  /** What an app did at all gateways: here up to now, at others up to `usagePutMs` ago. */
  async of(app: string): Promise<Usage> {
    const documents = await this.#registry.list(kindOf(app)) as [string, Slice[]][]
    const others = documents.filter(([id]) => id !== this.#id).flatMap(([, slices]) => slices)
    const first = this.#present() - slicesMax + 1
    return usageOf([...this.#apps.get(app)?.slices ?? [], ...others].filter(({ at }) => at >= first),
      first * sliceMs)
  }

  /** Writes what changed, again and again. */
  start(): void {
    void this.#putOn()
  }

  /** Writes what changed, a last time. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#put()
  }

  async #putOn(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await this.#clock.wait(this.#limits.usagePutMs, signal)
      if (!signal.aborted) await this.#put()
    }
  }

  async #put(): Promise<void> {
    for (const [app, metered] of [...this.#apps]) {
      if (!metered.isChanged) continue
      metered.isChanged = false
      try {
        if (!metered.isSwept) await this.#registry.list(kindOf(app)) // to list a kind sweeps it
        metered.isSwept = true
        await this.#registry.put(kindOf(app), this.#id, metered.slices, slicesMax * sliceMs)
      } catch {
        metered.isChanged = true // Redis is away (Q3)
        return
      }
    }
  }

  #sliceOf(app: string): Slice {
    const metered = this.#meteredOf(app)
    metered.isChanged = true
    const at = this.#present()
    const last = metered.slices.at(-1)
    if (last !== undefined && last.at >= at) return last
    const slice: Slice = {
      at, requests: 0, failed: 0, accepted: 0, duplicates: 0, rejected: 0, errors: {}, latencies: {},
    }
    metered.slices = [...metered.slices.filter(one => one.at > at - slicesMax), slice]
    return slice
  }

  /** An app that is heard of goes to the end, so that the first is the one that was silent longest (Q1). */
  #meteredOf(app: string): Metered {
    const metered = this.#apps.get(app) ?? { slices: [], isChanged: false, isSwept: false }
    this.#apps.delete(app)
    if (this.#apps.size >= this.#limits.appsMeteredMax) {
      const [silent] = this.#apps.keys()
      if (silent !== undefined) this.#apps.delete(silent)
    }
    this.#apps.set(app, metered)
    return metered
  }

  #present(): number {
    return Math.floor(this.#clock.now() / sliceMs)
  }
}

function usageOf(slices: readonly Slice[], since: number): Usage {
  const sum = (of: (slice: Slice) => number): number => slices.reduce((total, one) => total + of(one), 0)
  const errors: Record<string, number> = {}
  const latencies: Record<string, number> = {}
  for (const slice of slices) {
    for (const [code, count] of Object.entries(slice.errors)) add(errors, code, count)
    for (const [bucket, count] of Object.entries(slice.latencies)) add(latencies, bucket, count)
  }
  return {
    since, requests: sum(one => one.requests), failed: sum(one => one.failed), errors,
    p50: percentileOf(latencies, 0.5), p99: percentileOf(latencies, 0.99),
    accepted: sum(one => one.accepted), duplicates: sum(one => one.duplicates),
    rejected: sum(one => one.rejected),
  }
}

/** The upper bound of the bucket that the share's request lies in (Q2), ms. */
function percentileOf(latencies: Readonly<Record<string, number>>, share: number): number | null {
  const counts = Object.entries(latencies).map(([bucket, count]) => [Number(bucket), count] as const)
    .sort(([a], [b]) => a - b)
  const total = counts.reduce((sum, [, count]) => sum + count, 0)
  let seen = 0
  for (const [bucket, count] of counts) {
    seen += count
    if (seen >= total * share) return Math.round(boundOf(bucket) * 1e3) / 1e3
  }
  return null
}

function bucketOf(ms: number): number {
  const bucket = Math.ceil(Math.log2(Math.max(ms, firstBoundMs) / firstBoundMs) * bucketsPerDoubling)
  return Math.min(bucketMax, bucket)
}

function boundOf(bucket: number): number {
  return firstBoundMs * 2 ** (bucket / bucketsPerDoubling)
}

function add(counts: Record<string, number>, name: string, count: number): void {
  counts[name] = (counts[name] ?? 0) + count
}

function kindOf(app: string): string {
  return `app-usage-${app}`
}
