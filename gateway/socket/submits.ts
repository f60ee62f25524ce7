/**
 * The batches of one connection between arrival and acknowledgement.
 *
 * Owns: the credit of the connection and its adaptation to the room in the log.
 * B1  Batches go to the appender in the order of arrival; their acks come as the log answers.
 * B2  Every batch is answered once: acknowledged, or refused whole with its seq.
 * B3  Credit and intake that a batch took are released exactly once.
 * B4  A batch is taken by a decision of the ladder that is known; `connection.ts` held it until it was (W6).
 * B5  Batches of a person are taken in the order of their seq, also when some are refused for now
 *     (turned-back.ts).
 */
import { HinataError, type ErrorCode } from '../../engine/index.js'
import type { Edge } from '../edge.js'
import { authorise, frameAccess } from '../identity/authorise.js'
import type { Principal } from '../identity/principal.js'
import { keyOf } from '../identity/tenant.js'
import type { Tally } from '../privacy/access-log.js'
import { allowed } from '../privacy/decisions.js'
import { frameActions, type Decision } from '../privacy/ladder.js'
import type { SubmitFrame } from '../schema/frames.js'
import { logFull, type Submitted } from '../submission.js'
import { Credit } from './credit.js'
import { seqOf } from './frames.js'
import { recordsOf, userOf } from './held.js'
import type { GatewayFrame } from '../schema/gateway-frames.js'
import { TurnedBack } from './turned-back.js'

/** What submits need of their connection. */
interface SubmitOutlet {
  send(frame: GatewayFrame): void
  ping(payload: string): void
  refuse(thrown: unknown, seq: number): void
}

/** Refusals of a frame behind which others must wait, so that what is sent again stays in order (V4). */
const pressing: readonly ErrorCode[] = ['LOG_FULL', 'OVERLOADED', 'RATE_LIMITED', 'PRIVACY_UNAVAILABLE']

/** The batches of one connection. */
export class Submits {
  readonly #edge: Edge
  readonly #outlet: SubmitOutlet
  readonly #credit: Credit
  readonly #turnedBack: TurnedBack
  /** One key of each partition whose room was below the full credit: they are looked at until it returns. */
  readonly #pressed = new Map<number, string>()
  readonly #address: string
  /** Of the person whose batch came last: batches about one person come in a row. */
  #tally: Tally | null = null
  #unanswered = 0
  #toldAt = 0

  constructor(edge: Edge, outlet: SubmitOutlet, address: string) {
    this.#edge = edge
    this.#outlet = outlet
    this.#address = address
    this.#credit = new Credit(edge.limits)
    this.#turnedBack = new TurnedBack(edge.limits)
  }

  /** The credit that the app knows. */
  get credit(): number {
    return this.#credit.announced
  }

  /** Batches that have no answer yet. */
  get unanswered(): number {
    return this.#unanswered
  }

  /** Takes credit for a frame that waits for a decision; `release` gives it back. Throws CREDIT_EXCEEDED. */
  hold(frame: unknown, bytes: number): void {
    try {
      this.#credit.take(recordsOf(frame), bytes)
    } catch (thrown) {
      const [user, seq] = [userOf(frame), seqOf(frame)]
      if (user !== undefined && seq !== undefined) this.#turnBack(user, seq, thrown)
      throw thrown
    }
  }

  /** Gives back what `hold` took. */
  release(frame: unknown, bytes: number): void {
    this.#credit.release(recordsOf(frame), bytes)
  }

  /** Hands a batch to the log. Throws what refuses it whole. */
  submit(frame: SubmitFrame, bytes: number, principal: Principal, producer: string): void {
    const { seq, user_id: user } = frame
    if (this.#turnedBack.mustWait(user, seq)) {
      this.#turnedBack.waits(user, seq)
      throw logFull(this.#edge.client.partitionOf(keyOf(principal.tenant, user)))
    }
    this.#turnedBack.came(user, seq)
    try {
      this.#append(frame, bytes, principal, producer)
    } catch (thrown) {
      this.#turnBack(user, seq, thrown)
      throw thrown
    }
  }

  #append(frame: SubmitFrame, bytes: number, principal: Principal, producer: string): void {
    authorise(frameAccess.submit, principal, { person: frame.user_id })
    const person = keyOf(principal.tenant, frame.user_id)
    if (this.#credit.isBlocked) throw logFull(this.#edge.client.partitionOf(person))
    const records = frame.records.length
    this.#assertMay(principal, person, records)
    this.#credit.take(records, bytes)
    const startedAt = performance.now()
    const origin = `${producer}:${frame.seq}`
    const batch = { person, records: frame.records, app: principal.appId, origin }
    let submitted: Promise<Submitted>
    try {
      this.#edge.limiter.records(principal, person, records)
      submitted = this.#edge.submissions.submit(batch, bytes)
    } catch (thrown) {
      this.#credit.release(records, bytes)
      this.#noticeFull(thrown, person)
      throw thrown
    }
    this.#unanswered += 1
    const answered = (): void => {
      this.#unanswered -= 1
      this.#credit.release(records, bytes)
    }
    submitted.then(done => {
      answered()
      this.#acknowledge(frame.seq, done, performance.now() - startedAt, principal)
      this.#press(person)
    }, (thrown: unknown) => {
      answered()
      this.#noticeFull(thrown, person)
      this.#turnBack(frame.user_id, frame.seq, thrown)
      this.#outlet.refuse(thrown, frame.seq)
    })
  }

  #turnBack(user: string, seq: number, thrown: unknown): void {
    const isForNow = thrown instanceof HinataError && thrown.isRetryable
    if (isForNow) this.#turnedBack.refused(user, seq, this.#edge.clock.now())
  }

  /** Throws PRIVACY_DENIED, or PRIVACY_UNAVAILABLE while nothing is known; what came before stays before. */
  #assertMay(principal: Principal, person: string, records: number): void {
    const decision = this.#edge.decisions.known(principal, person, frameActions.submit)
    if (decision === null) {
      const unknown = new HinataError('PRIVACY_UNAVAILABLE')
      this.#noticeFull(unknown, person)
      throw unknown
    }
    const tally = this.#tallyOf(principal, person, decision)
    tally.times += 1
    tally.records += records
    allowed(decision, person, frameActions.submit)
  }

  #tallyOf(principal: Principal, key: string, { rung, isAllowed }: Decision): Tally {
    const tally = this.#tally
    if (tally !== null && tally.key === key && !tally.isWritten && tally.isAllowed === isAllowed) return tally
    return this.#tally = this.#edge.accessLog.tally({
      principal, key, action: frameActions.submit, rung, isAllowed, what: 'frame: submit',
      address: this.#address,
    })
  }

  /** The app has read everything up to the ping that followed a credit. */
  pong(generation: number): void {
    this.#credit.seen(generation)
  }

  /** Looks for room again, and lets a credit bind that the app had time enough to see. */
  tick(): void {
    if (this.#edge.clock.now() - this.#toldAt > this.#edge.limits.creditGraceMs) this.#credit.bind()
    this.#turnedBack.tick(this.#edge.clock.now())
    if (this.#pressed.size > 0) this.#adapt()
  }

  #acknowledge(seq: number, done: Submitted, tookMs: number, { appId, tenant }: Principal): void {
    const { accepted, duplicates, rejected, durability, positions } = done
    this.#edge.usage.countBatch(appId, done)
    this.#edge.metrics.countBatch({ accepted, duplicates, rejected: rejected.length }, tookMs, tenant)
    this.#outlet.send({ type: 'ack', seq, accepted, duplicates, rejected, durability, positions })
  }

  #noticeFull(thrown: unknown, person: string): void {
    if (!(thrown instanceof HinataError) || !pressing.includes(thrown.code)) return
    this.#credit.block()
    this.#pressed.set(this.#edge.client.partitionOf(person), person)
    this.#tell(this.#credit.adapt(0))
  }

  #press(person: string): void {
    if (this.#edge.client.room(person) >= this.#edge.limits.creditRecordsMax) return
    this.#pressed.set(this.#edge.client.partitionOf(person), person)
    this.#adapt()
  }

  #adapt(): void {
    let least = this.#edge.limits.creditRecordsMax
    for (const [partition, person] of this.#pressed) {
      const room = this.#edge.client.room(person)
      if (room >= this.#edge.limits.creditRecordsMax) this.#pressed.delete(partition)
      least = Math.min(least, room)
    }
    this.#tell(this.#credit.adapt(least))
  }

  #tell(generation: number | null): void {
    if (generation === null) return
    this.#toldAt = this.#edge.clock.now()
    this.#outlet.send({ type: 'credit', credit: this.#credit.announced })
    this.#outlet.ping(String(generation))
  }
}
