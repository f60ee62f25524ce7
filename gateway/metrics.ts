/**
 * What the gateway counts, in Prometheus' form. prom-client lives here alone; one registry per gateway, so
 * that two in one process do not mix.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { LagMetrics, type ProgressView } from './lag-metrics.js'

/** The running totals that the `stats` topic tells. */
interface Totals {
  accepted: number
  duplicates: number
  rejected: number
  connections: number
  subscriptions: number
}

/** The gateway's metrics. */
export class Metrics {
  readonly totals: Totals = { accepted: 0, duplicates: 0, rejected: 0, connections: 0, subscriptions: 0 }
  readonly #registry = new Registry()
  readonly #records: Counter<'outcome' | 'tenant'>
  readonly #requests: Histogram<'route' | 'status'>
  readonly #errors: Counter<'code'>
  readonly #acks: Histogram
  readonly #open: Counter
  readonly #dropped: Counter
  readonly #lag: LagMetrics

  /** `newestBackupAt` tells when the newest backup was written, ms UTC; 0: never. */
  constructor(pipeline: string, intakeBytes: () => number, newestBackupAt: () => number = () => 0) {
    const registers = [this.#registry]
    collectDefaultMetrics({ register: this.#registry, prefix: 'hinata_gateway_' })
    this.#records = new Counter({
      name: 'hinata_gateway_records_total', help: 'Records by outcome and tenant',
      labelNames: ['outcome', 'tenant'], registers,
    })
    this.#requests = new Histogram({
      name: 'hinata_gateway_request_seconds', help: 'HTTP requests by route and status',
      labelNames: ['route', 'status'], buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5], registers,
    })
    this.#errors = new Counter({
      name: 'hinata_gateway_errors_total', help: 'Refusals and failures by code',
      labelNames: ['code'], registers,
    })
    this.#acks = new Histogram({
      name: 'hinata_gateway_ack_seconds', help: 'From a submit to its acknowledgement',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5], registers,
    })
    this.#open = new Counter({
      name: 'hinata_gateway_limits_open_total', registers,
      help: 'Passed uncounted, since Redis did not answer',
    })
    this.#dropped = new Counter({
      name: 'hinata_gateway_accesses_dropped_total', registers,
      help: 'Rows of the access log that found no room, since ClickHouse did not take them in time',
    })
    this.#lag = new LagMetrics(this.#registry, pipeline)
    this.#gauge('hinata_gateway_connections', 'Open WebSocket connections', () => this.totals.connections)
    this.#gauge('hinata_gateway_subscriptions', 'Live subscriptions', () => this.totals.subscriptions)
    this.#gauge('hinata_gateway_intake_bytes', 'Bytes that wait for the log', intakeBytes)
    this.#gauge('hinata_backup_newest_timestamp_seconds', 'When the newest backup was written; 0: never',
      () => newestBackupAt() / 1_000)
  }

  /** Counts one batch and how long its acknowledgement took. */
  countBatch(
    batch: { accepted: number, duplicates: number, rejected: number }, tookMs: number, tenant: string,
  ): void {
    for (const outcome of ['accepted', 'duplicates', 'rejected'] as const) {
      this.totals[outcome] += batch[outcome]
      if (batch[outcome] > 0) this.#records.inc({ outcome, tenant }, batch[outcome])
    }
    this.#acks.observe(tookMs / 1_000)
  }

  countRequest(route: string, status: number, tookMs: number): void {
    this.#requests.observe({ route, status: String(status) }, tookMs / 1_000)
  }

  /** Counts what passed uncounted, because limits could not be asked. */
  countOpen(): void {
    this.#open.inc()
  }

  /** Counts accesses that are not written down. */
  countDropped(rows: number): void {
    this.#dropped.inc(rows)
  }

  countError(code: string): void {
    this.#errors.inc({ code })
  }

  /** The text that Prometheus scrapes. */
  async text(progress: ProgressView): Promise<string> {
    this.#lag.set(progress)
    return this.#registry.metrics()
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({ name, help, registers: [this.#registry], collect() { this.set(read()) } })
  }
}
