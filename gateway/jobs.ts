/**
 * Jobs: what a submit accepted, so that its app can ask how far it is. A job is a document with a TTL in the
 * registry; documents of one hour share a kind, so that an hour that is over can be swept without reading the
 * others.
 *
 * J1  A job is known to its app, to administrators of its tenant, and to its person through that app.
 * J2  A record of a job is complete when the person's committed row stands at the job's position or after it.
 * J3  Jobs of one turn of the event loop are stored together: one command for all of them.
 */
import { randomBytes } from 'node:crypto'
import { HinataError, type Clock, type Registry } from '../engine/index.js'
import type { GatewayLimits } from './limits.js'
import type { Principal } from './identity/principal.js'
import { keyOf, tenantOf } from './identity/tenant.js'

/** One record of a job: its id and the position at which it was accepted; null when it was a duplicate. */
export type JobRecord = readonly [id: string, position: string | null]

/** What a submit accepted. */
export interface Job {
  readonly app: string
  readonly person: string
  readonly acceptedAt: number
  readonly records: readonly JobRecord[]
}

const hourMs = 3_600_000
const jobIdPattern = /^job_([0-9a-z]{1,8})_[A-Za-z0-9_-]{12}$/

/** Jobs of one kind that are stored together. */
interface Group {
  readonly kind: string
  readonly jobs: [id: string, job: Job][]
  readonly stored: Promise<void>
}

/** Keeps jobs. Pair `start` with `stop`. */
export class Jobs {
  readonly #registry: Registry
  readonly #clock: Clock
  readonly #limits: GatewayLimits
  readonly #stopping = new AbortController()
  #sweptHour: number
  /** Takes further jobs until the turn of the event loop ends. */
  #open: Group | null = null

  constructor(registry: Registry, clock: Clock, limits: GatewayLimits) {
    this.#registry = registry
    this.#clock = clock
    this.#limits = limits
    this.#sweptHour = this.#lastExpiredHour()
  }

  /** Stores a job and names it. */
  async put(job: Job): Promise<string> {
    const hour = Math.floor(this.#clock.now() / hourMs).toString(36)
    const id = `job_${hour}_${randomBytes(9).toString('base64url')}`
    await this.#groupOf(`job-${hour}`, id, job).stored
    return id
  }

  #groupOf(kind: string, id: string, job: Job): Group {
    if (this.#open?.kind === kind) {
      this.#open.jobs.push([id, job])
      return this.#open
    }
    const jobs: Group['jobs'] = [[id, job]]
    const stored = this.#clock.pause().then(() => {
      if (this.#open?.jobs === jobs) this.#open = null
      return this.#registry.putAll(kind, jobs, this.#limits.jobTtlMs)
    })
    return this.#open = { kind, jobs, stored }
  }

  /** The job, or JOB_UNKNOWN. */
  async get(id: string, principal: Principal): Promise<Job> {
    const hour = jobIdPattern.exec(id)?.[1]
    const job = hour === undefined ? null : await this.#registry.get(`job-${hour}`, id) as Job | null
    if (job === null || !mayRead(job, principal)) {
      throw new HinataError('JOB_UNKNOWN', { job: id.slice(0, 60) })
    }
    return job
  }

  /** Sweeps, hour by hour. */
  start(): void {
    void this.#sweepOn()
  }

  stop(): void {
    this.#stopping.abort()
  }

  /** Forgets the jobs of hours that are over their TTL: to list a kind sweeps it. */
  async sweep(): Promise<void> {
    const last = this.#lastExpiredHour()
    while (this.#sweptHour < last) {
      await this.#registry.list(`job-${(this.#sweptHour + 1).toString(36)}`)
      this.#sweptHour += 1
    }
  }

  async #sweepOn(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await this.sweep().catch(() => undefined) // Redis is away: the hour is swept next time
      await this.#clock.wait(hourMs, signal)
    }
  }

  #lastExpiredHour(): number {
    return Math.floor((this.#clock.now() - this.#limits.jobTtlMs) / hourMs) - 1
  }
}

function mayRead(job: Job, { tenant, appId, person, permissions }: Principal): boolean {
  if (tenantOf(job.person) !== tenant) return false
  if (person !== null && job.person !== keyOf(tenant, person)) return false
  return job.app === appId || permissions.has('admin')
}
