/** Submitting records over HTTP, and asking for what became of them. */
import { person } from '../../actors/person/person.js'
import type { FoldedRecord } from '../../actors/record/index.js'
import { HinataError } from '../../engine/index.js'
import { readRecords } from '../contents.js'
import type { Edge } from '../edge.js'
import { enhancedOf } from '../enhanced.js'
import type { Job } from '../jobs.js'
import { isAtOrAfter } from '../positions.js'
import type { Principal } from '../identity/principal.js'
import type { Action } from '../privacy/ladder.js'
import type { Sight } from '../privacy/minimisation.js'
import { route, type Route } from '../route.js'
import { enhancedAnswer, submissionAnswer } from '../schema/answers.js'
import { submission } from '../schema/requests.js'
import type { Submitted } from '../submission.js'

type Reach = (key: string, action: Action) => Promise<Sight>

/** How far a job is. */
interface JobProgress {
  readonly folded: readonly FoldedRecord[]
  readonly pending: number
  readonly failed: number
}

/** Routes about submitted records. */
export function submitRoutes(edge: Edge): Route[] {
  return [submitRoute(edge), enhancedRoute(edge)]
}

function submitRoute(edge: Edge): Route {
  return route({
    method: 'post', path: '/api/hinata/submit', access: 'hinata_submit', input: submission,
    answer: submissionAnswer,
    summary: 'Submits 1 to 100 records of a person; accepted record by record.',
    async handle({ input, principal, requestId, reach }) {
      const startedAt = performance.now()
      const acceptedAt = edge.clock.now()
      // sent again under its X-Request-Id, a batch is a resend
      const origin = `${principal.appId}/request:${requestId}`
      const batch = { person: input.user_id, records: input.hinata_batch, app: principal.appId, origin }
      const done = await edge.submissions.submit(batch, 0)
      const { accepted, duplicates, rejected, durability, records } = done
      edge.usage.countBatch(principal.appId, done)
      edge.metrics.countBatch(
        { accepted, duplicates, rejected: rejected.length }, performance.now() - startedAt, principal.tenant
      )
      const job: Job = { app: principal.appId, person: input.user_id, acceptedAt, records }
      const jobId = await edge.jobs.put(job)
      const waitMs = input.processing_options?.wait_ms ?? 0
      const sight = waitMs > 0 ? await readingSight(reach, job.person) : null
      const found = sight === null ? null : await waited(edge, job, waitMs)
      return {
        json: {
          status: statusOf(done, found),
          job_id: jobId,
          processed_count: accepted,
          duplicates,
          errors: rejected,
          durability,
          processing_time: secondsSince(startedAt),
          ...(found === null || sight === null ? {} : { enhanced_hinata: shown(found, principal, sight) }),
        },
      }
    },
  })
}

function enhancedRoute(edge: Edge): Route {
  return route({
    method: 'get', path: '/api/hinata/enhanced/:job_id', access: 'known', input: null, answer: enhancedAnswer,
    summary: 'The enhanced records of a submission.',
    async handle({ path, principal, reach }) {
      const job = await edge.jobs.get(path.job_id ?? '', principal)
      const sight = await reach(job.person, 'read')
      const found = await progressOf(edge, job)
      const last = found.folded.reduce((latest, folded) => Math.max(latest, folded.accepted_at), 0)
      return {
        json: {
          status: found.pending > 0 ? 'processing' : 'completed',
          enhanced_hinata: shown(found, principal, sight),
          processing_metrics: {
            total: job.records.length, completed: found.folded.length, pending: found.pending,
            failed: found.failed, latency_ms: last === 0 ? null : Math.max(0, last - job.acceptedAt),
          },
        },
      }
    },
  })
}

async function waited(edge: Edge, job: Job, waitMs: number): Promise<JobProgress> {
  if (job.records.length > 0) await edge.client.settled(job.person, waitMs)
  return progressOf(edge, job)
}

/**
 * Reads the committed rows. A record without a row, in a partition where nothing waits, went to the dead
 * letters.
 */
async function progressOf(edge: Edge, job: Job): Promise<JobProgress> {
  if (job.records.length === 0) return { folded: [], pending: 0, failed: 0 }
  const isSettled = await edge.client.settled(job.person, 0)
  const ids = job.records.map(([id]) => id)
  const rows = await readRecords(edge, job.person, await edge.client.rows(person, job.person, 'records', ids))
  const folded: FoldedRecord[] = []
  let missing = 0
  job.records.forEach(([, position], i) => {
    const row = rows[i]
    if (row !== undefined && (position === null || isAtOrAfter(row.position, position))) folded.push(row)
    else missing += 1
  })
  return { folded, pending: isSettled ? 0 : missing, failed: isSettled ? missing : 0 }
}

function shown(found: JobProgress, principal: Principal, sight: Sight): unknown[] {
  return found.folded.map(folded => enhancedOf(folded, principal, sight))
}

/** Who may write and not read is told how many were taken, and nothing else. */
async function readingSight(reach: Reach, person: string): Promise<Sight | null> {
  try {
    return await reach(person, 'read')
  } catch (thrown) {
    if (thrown instanceof HinataError && thrown.kind === 'forbidden') return null
    throw thrown
  }
}

function statusOf(done: Submitted, found: JobProgress | null): string {
  if (done.accepted + done.duplicates === 0) return 'rejected'
  if (done.rejected.length > 0) return 'partial'
  return found !== null && found.pending === 0 ? 'completed' : 'accepted'
}

function secondsSince(startedAt: number): number {
  return Math.round(performance.now() - startedAt) / 1_000
}
