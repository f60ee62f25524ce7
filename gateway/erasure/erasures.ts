/**
 * Erasures, from the request to the receipt.
 *
 *   asked ──────▶ appended ──────▶ swept ──────▶ done
 *   a note is     the log has it   every version and sink    the files of Redis
 *   kept                           passed it; log, letters   are written anew
 *                                  and jobs are rid of it
 *
 * E1  The note is kept before anything is done, and every step may be repeated: a gateway that dies is
 *     followed by itself or another, which takes the note up again.
 * E2  What remains is a receipt without content: who is meant stands there as a hash, which records not at
 *     all.
 *     What was found is counted, and the count kept, before it is taken away, so that the receipt of an
 *     erasure that was cut off says what it took, not what was left.
 * E3  Jobs and decisions of the person go with it; subscribers are told to read anew (live/changes.ts).
 */
import { createHash, randomBytes } from 'node:crypto'
import {
  HinataError, type Clock, type Registry, type Retell, type TopologyClient,
} from '../../engine/index.js'
import { retelling } from '../../pipelines/retelling.js'
import { tenantOf } from '../identity/tenant.js'
import type { GatewayLimits } from '../limits.js'

/** Which records of a person; absent: the person. */
export type Choice = { readonly ids: readonly string[] } | { readonly before: number }

/** What is kept of an erasure. */
interface Note {
  readonly id: string
  readonly tenant: string
  /** SHA-256 of the person's key. */
  readonly person_hash: string
  readonly scope: 'person' | 'record' | 'retention'
  readonly asked_at: number
  readonly asked_by: string
  readonly status: 'asked' | 'appended' | 'swept' | 'done'
  /** Until it is swept. */
  readonly person?: string
  readonly choice?: Choice
  readonly entry?: string
  /** Counted before it was taken away. */
  readonly found?: { readonly records: number, readonly letters: number }
  readonly done_at?: number
  readonly removed?: Receipt['removed']
  readonly files?: 'rewritten' | 'pending'
  readonly behind?: readonly string[]
}

/** What whoever asked is given. */
export interface Receipt {
  readonly erasure_id: string
  readonly status: 'pending' | 'done'
  readonly scope: Note['scope']
  readonly person_hash: string
  readonly asked_at: string
  readonly done_at: string | null
  /** null until it is done. */
  readonly removed: {
    readonly log_records: number
    readonly dead_letters: number
    readonly state: 'erased' | 'told again without them'
    readonly rows: 'deleted'
    readonly search: 'dropped'
  } | null
  /** Whether the files of Redis were written anew. */
  readonly files: 'rewritten' | 'pending'
  /** Versions of the pipeline that nobody runs: they pass the erasure when they run again. */
  readonly versions_behind: readonly string[]
}

/** What is told of an erasure that the log has: hashes, as in the receipt. */
export interface ErasureFacts {
  readonly id: string
  readonly person_hash: string
  readonly entry: string
  readonly asked_at: number
  /** SHA-256 of key, line feed and id of each record that goes. */
  readonly record_hashes?: readonly string[]
  /** Older records go, ms UTC. */
  readonly before?: number
}

/** Knows something of persons by their own word, which goes with the whole person. */
interface Forgetful {
  forget(key: string): Promise<void>
}

/** What an appended note has. */
interface Named {
  readonly person: string
  readonly entry: string
}

const kind = 'erasure'
const idBytes = 16

/** Erases. Pair `start` with `stop`. */
export class Erasures {
  readonly #client: TopologyClient
  readonly #forgetful: readonly Forgetful[]
  readonly #registry: Registry
  readonly #clock: Clock
  readonly #limits: GatewayLimits
  readonly #stopping = new AbortController()
  readonly #onAppended: (facts: ErasureFacts) => void
  readonly #working = new Map<string, Promise<Note>>()

  constructor(client: TopologyClient, clock: Clock, limits: GatewayLimits, forgetful: readonly Forgetful[],
    onAppended: (facts: ErasureFacts) => void = () => undefined) {
    this.#onAppended = onAppended
    this.#forgetful = forgetful
    this.#client = client
    this.#registry = client.registry
    this.#clock = clock
    this.#limits = limits
  }

  /** Erases a person, or some of their records; waits `erasureWaitMs` at most for the end. */
  async erase(person: string, choice: Choice | undefined, askedBy: string): Promise<Receipt> {
    const note: Note = {
      id: `er_${randomBytes(idBytes).toString('base64url')}`, tenant: tenantOf(person),
      person_hash: sha256(person),
      scope: choice === undefined ? 'person' : 'ids' in choice ? 'record' : 'retention',
      asked_at: this.#clock.now(), asked_by: askedBy, status: 'asked', person,
      ...(choice === undefined ? {} : { choice }),
    }
    await this.#put(note)
    const waiting = new AbortController()
    const tooLong = this.#clock.wait(this.#limits.erasureWaitMs, waiting.signal).then(() => undefined)
    const appended = this.#work(note)
    const done = await Promise.race([appended, tooLong]).finally(() => waiting.abort())
    return receiptOf(done ?? await this.#get(note.id) ?? note)
  }

  /** The receipt. Throws ERASURE_UNKNOWN. */
  async receipt(id: string, tenant: string): Promise<Receipt> {
    const note = await this.#get(id)
    if (note?.tenant !== tenant) throw new HinataError('ERASURE_UNKNOWN', { id: id.slice(0, 60) })
    return receiptOf(note)
  }

  /** Takes older records of an erased person again. */
  readmit(person: string): Promise<boolean> {
    return this.#client.eraser.readmit(person)
  }

  /** Takes up what was left, now and every minute. */
  start(): void {
    void this.#resumeOn()
  }

  stop(): void {
    this.#stopping.abort()
  }

  async #resumeOn(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await this.resume().catch(() => undefined) // Redis is away: in a minute again
      await this.#clock.wait(this.#limits.erasureResumeMs, signal)
    }
  }

  /** Goes on with every erasure that is not done. */
  async resume(): Promise<void> {
    const notes = (await this.#registry.list(kind)).map(([, doc]) => doc as Note)
    for (const note of notes) {
      const isLeft = note.status !== 'done' && !this.#working.has(note.id)
      if (isLeft) await this.#work(note).catch(() => undefined) // tried again in a minute
    }
  }

  #work(note: Note): Promise<Note> {
    const working = this.#steps(note).finally(() => this.#working.delete(note.id))
    this.#working.set(note.id, working)
    working.catch(() => undefined) // heard by whoever waits, or taken up again
    return working
  }

  async #steps(asked: Note): Promise<Note> {
    const swept = asked.status === 'swept' ? asked : await this.#sweep(await this.#append(asked))
    const isRewritten = await this.#client.eraser.files(this.#limits.erasureWaitMs)
    const note: Note = { ...swept, status: 'done', done_at: this.#clock.now(),
      files: isRewritten ? 'rewritten' : 'pending' }
    await this.#put(note)
    return note
  }

  async #append(asked: Note): Promise<Note & Named> {
    const { id, person, choice } = asked
    if (person === undefined) throw new HinataError('INTERNAL', { reason: `erasure ${id} names nobody` })
    const entry = asked.entry ?? await this.#client.eraser.append(
      { id, key: person, ...(choice ? { retell: retellOf(choice) } : {}) })
    this.#onAppended(factsOf(asked, person, entry))
    const note = { ...asked, status: 'appended', person, entry } as const
    await this.#put(note)
    return note
  }

  /** Once everything that runs has passed it; the note then names nobody any more (E2). */
  async #sweep({ person, entry, choice, found: foundBefore, ...kept }: Note & Named): Promise<Note> {
    const { eraser } = this.#client
    let passing = await eraser.passed(person, entry, this.#limits.erasureWaitMs)
    while (!passing.isPassed) {
      if (this.#stopping.signal.aborted) throw new HinataError('STOPPING')
      passing = await eraser.passed(person, entry, this.#limits.erasureWaitMs)
    }
    const found = foundBefore ?? await eraser.count(person, entry, passing.behind)
    if (foundBefore === undefined) {
      await this.#put({ ...kept, person, entry, ...(choice === undefined ? {} : { choice }), found })
    }
    await eraser.sweep(person, entry, passing.behind)
    await this.#removeJobs(person)
    for (const one of choice === undefined ? this.#forgetful : []) await one.forget(person)
    const note: Note = { ...kept, status: 'swept', behind: passing.behind,
      removed: {
        log_records: found.records, dead_letters: found.letters, rows: 'deleted', search: 'dropped',
        state: choice === undefined ? 'erased' : 'told again without them',
      } }
    await this.#put(note)
    return note
  }

  async #removeJobs(person: string): Promise<void> {
    for (const hours of this.#jobKinds()) {
      for (const [id, job] of await this.#registry.list(hours)) {
        if ((job as { person: string }).person === person) await this.#registry.remove(hours, id)
      }
    }
  }

  /** The registries of jobs that may live (jobs.ts). */
  #jobKinds(): string[] {
    const hourMs = 3_600_000
    const last = Math.floor(this.#clock.now() / hourMs)
    const count = Math.ceil(this.#limits.jobTtlMs / hourMs) + 1
    return Array.from({ length: count }, (_, i) => `job-${(last - i).toString(36)}`)
  }

  async #get(id: string): Promise<Note | null> {
    return await this.#registry.get(kind, id) as Note | null
  }

  #put(note: Note): Promise<void> {
    return this.#registry.put(kind, note.id, note)
  }
}

/**
 * Notes what a restoration erased again (storage/backup), so that what is left of it is done when a gateway
 * starts: jobs and decisions of the person go, the files of Redis are written anew, the receipt is there.
 */
export async function noteErasedAgain(
  registry: Registry, erased: { key: string, id?: string, isWhole: boolean, entry: string, at: number },
): Promise<void> {
  const { key, isWhole, entry, at } = erased
  const note: Note = {
    id: erased.id ?? `er_${randomBytes(idBytes).toString('base64url')}`, tenant: tenantOf(key),
    person_hash: sha256(key), scope: isWhole ? 'person' : 'record', asked_at: at, asked_by: 'restore',
    status: 'appended', person: key, entry, ...(isWhole ? {} : { choice: { ids: [] } }),
  }
  await registry.put(kind, note.id, note)
}

function factsOf({ id, person_hash, asked_at, choice }: Note, person: string, entry: string): ErasureFacts {
  const facts = { id, person_hash, entry, asked_at }
  if (choice === undefined) return facts
  return 'before' in choice ? { ...facts, before: choice.before }
    : { ...facts, record_hashes: choice.ids.map(record => sha256(`${person}\n${record}`)) }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function retellOf(choice: Choice): Retell {
  if ('before' in choice) {
    return retelling(({ receivedAt }, eventTime) => Math.max(receivedAt, eventTime) >= choice.before)
  }
  const gone = new Set(choice.ids)
  return retelling(({ record }) => !gone.has(record.id))
}

function receiptOf(note: Note): Receipt {
  return {
    erasure_id: note.id, status: note.status === 'done' ? 'done' : 'pending', scope: note.scope,
    person_hash: note.person_hash, asked_at: new Date(note.asked_at).toISOString(),
    done_at: note.done_at === undefined ? null : new Date(note.done_at).toISOString(),
    removed: note.removed ?? null, files: note.files ?? 'pending', versions_behind: note.behind ?? [],
  }
}
