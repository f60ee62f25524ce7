/**
 * An app of the simulation: submits what the plan says through the real client. One that replaces a killed
 * one submits again what has an id and was not acknowledged; without an id nobody knows whether it arrived,
 * so it is left.
 */
import type { AppendInput, Appended, TopologyClient } from '../../engine/index.js'
import type { Follower } from './follower.js'
import type { Link } from './link.js'
import type { Plan, Submission } from './plan.js'
import type { Mark } from './tally.js'
import type { Process } from './world.js'

/** What is in the log: the mark, and for unique ones what tells them apart. */
export interface SentMark extends Mark {
  /** The process that was to send it first. */
  readonly by: string
  readonly unique: { readonly id: string, readonly content: number, readonly origin: string } | null
}

/** A record that was acknowledged. */
export interface Acknowledged {
  readonly key: string
  readonly value: SentMark
  readonly answer: Appended
}

interface Outgoing {
  readonly submission: Submission
  readonly inputs: readonly AppendInput[]
}

/** See the top of the file. */
export class App {
  readonly process: Process
  readonly links: Link[]
  readonly #plan: Plan
  readonly #index: number
  readonly #acknowledge: (answer: Acknowledged) => void
  /** What the plan still wants submitted, and what was but has no answer. */
  readonly #waiting: Outgoing[] = []
  readonly #open = new Set<Outgoing>()
  /** The last one before it that got as far as submitting. */
  readonly #before: App | undefined
  readonly #follower: Follower | undefined
  #isStarted = false

  constructor(
    plan: Plan, index: number, process: Process, links: Link[], before: App | undefined,
    follower: Follower | undefined,
    acknowledge: (answer: Acknowledged) => void,
  ) {
    this.#before = before && !before.#isStarted ? before.#before : before
    this.process = process
    this.#follower = follower
    this.links = links
    this.#plan = plan
    this.#index = index
    this.#acknowledge = acknowledge
  }

  /** Whether everything was submitted and answered. */
  get isDone(): boolean {
    return this.#isStarted && this.#waiting.length === 0 && this.#open.size === 0
  }

  /** Submits what its predecessor left, then what the plan says: at its time, or at once if that is past. */
  start(client: TopologyClient): void {
    this.#isStarted = true
    const before = this.#before
    if (!before) this.#waiting.push(...this.#planned())
    else {
      const again = [...before.#open].filter(({ inputs }) => inputs[0].idempotency)
      this.#waiting.push(...again, ...before.#waiting.map(outgoing => this.#takenOver(outgoing)))
    }
    const startedAt = this.process.clock.now()
    void this.#submitAll(client, startedAt)
    void this.#follower?.follow(client)
  }

  async #submitAll(client: TopologyClient, startedAt: number): Promise<void> {
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const dueIn = next.submission.at - (this.process.clock.now() - startedAt)
      if (dueIn > 0) await this.process.clock.wait(dueIn)
      const outgoing = next
      this.#waiting.shift()
      this.#open.add(outgoing)
      void client.append(outgoing.inputs).then(answers => {
        this.#open.delete(outgoing)
        answers.forEach((answer, i) => this.#acknowledge({
          key: outgoing.inputs[i].key, value: outgoing.inputs[i].value as SentMark, answer,
        }))
      })
    }
  }

  #takenOver({ submission, inputs }: Outgoing): Outgoing {
    const by = this.process.name
    return { submission,
      inputs: inputs.map(input => ({ ...input, value: { ...input.value as SentMark, by } })) }
  }

  #planned(): Outgoing[] {
    let n = 0
    return this.#plan.submissions.flatMap((submission, s) => (submission.app !== this.#index ? [] : [{
      submission,
      inputs: submission.marks.map(({ key, does, to, unique }): AppendInput => {
        const origin = `${s}.${this.#index}`
        const value: SentMark = { app: `app${this.#index}`, by: this.process.name, n: n++, does, to,
          unique: unique ? { ...unique, origin } : null }
        const input = { key, eventTime: submission.at, value }
        return unique ? { ...input, idempotency: { id: unique.id, fingerprint: `content ${unique.content}`,
          origin } } : input
      }),
    }]))
  }
}
