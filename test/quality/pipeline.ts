/**
 * The real pipeline in memory, for one person: the same stage, fold, search view and prompt as production, on
 * the engine's test driver. The clock follows the records: each is accepted at its event time.
 *
 * L1 Nothing is measured that a user would not get: questions go through the queries and functions that the
 *    gateway calls.
 */
import { person as personActor } from '../../actors/person/person.js'
import { recordsFolded } from '../../actors/person/outputs.js'
import { composePrompt, readPsp, type Component, type Prompt, type Psp } from '../../actors/psp/index.js'
import { parseRecord, type FoldedRecord } from '../../actors/record/index.js'
import {
  knowledgeOf, searchForPrompt, type SearchAnswer, type SearchArgs, type SearchResult,
} from '../../actors/search/index.js'
import { testDriver, type LogRecord, type TestDriver } from '../../engine/index.js'
import { erasureField } from '../../engine/record/record.js'
import { hinataTopology } from '../../pipelines/hinata.js'
import { retelling } from '../../pipelines/retelling.js'
import { chosenSettings, readRequest } from './chosen-embedder.js'

/** Records that are accepted together at most. */
const BLOCK_RECORDS_MAX = 100
let persons = 0

/** What a metric says of a record; SPEC section 1 has the other fields, which may be given too. */
export interface RecordInput {
  readonly id: string
  /** ISO 8601. */
  readonly timestamp: string
  readonly source: string
  readonly highlight?: string
  readonly note?: string
  readonly address?: string
  readonly tag?: readonly string[]
  readonly access?: string
}

/** One person of a metric, with a pipeline of their own. */
export class KeptPerson {
  private readonly told: LogRecord[] = []

  private constructor(
    readonly id: string,
    private readonly driver: TestDriver,
    private readonly app: string,
  ) {}

  /** Begins at `startMs`, before the first record. Ids differ between persons: all share one search view. */
  static async begin(startMs: number, app = 'quality'): Promise<KeptPerson> {
    const topology = hinataTopology({ partitions: 1, sinks: [], settings: chosenSettings() })
    const driver = await testDriver(topology, { startMs })
    persons += 1
    return new KeptPerson(`person-${persons}`, driver, app)
  }

  /** ms UTC. */
  get now(): number {
    return this.driver.now
  }

  /** Moves the clock. */
  advance(ms: number): Promise<void> {
    return this.driver.advance(ms)
  }

  /** Keeps records in this order; the clock moves on to each one's event time. Throws when one is refused. */
  async keep(inputs: readonly RecordInput[]): Promise<void> {
    for (let at = 0; at < inputs.length; at += BLOCK_RECORDS_MAX) {
      const block = inputs.slice(at, at + BLOCK_RECORDS_MAX).map(input => this.logged(input))
      const latest = Math.max(this.now, ...block.map(({ eventTime }) => eventTime))
      if (latest > this.now) await this.driver.advance(latest - this.now)
      await this.driver.pushBlock(block)
      this.told.push(...block)
    }
  }

  /** Forgets records by their ids, or the person: what the eraser appends is taken. */
  async forget(ids: readonly string[] | 'all'): Promise<void> {
    const rest = ids === 'all' ? [] : await retelling(({ record }) => !ids.includes(record.id))(this.told)
    const stays = rest.filter(one => one !== null)
    const reason = ids === 'all' ? 'person' : 'records'
    await this.driver.pushBlock([{ key: this.id, eventTime: 0, value: { [erasureField]: reason } }, ...stays])
    this.told.splice(0, this.told.length, ...stays)
  }

  /** What the records were folded into, in the order of folding. */
  folded(): FoldedRecord[] {
    return this.driver.emitted(recordsFolded)
  }

  /** Asks the search view as the gateway does. */
  search(query: string, options: Partial<SearchArgs> = {}): readonly SearchResult[] {
    const args: SearchArgs = { query, limit: 10, minRelevance: 0, now: this.now, ...options }
    return (this.driver.ask('search', this.id, 'search', args) as SearchAnswer).results
  }

  /** What is known about the person now, or as of an earlier instant. */
  psp(asOf?: number): Psp {
    const request = { now: this.now, scope: { scope: 'account' } as const }
    const cells = this.driver.state(personActor, this.id)
    return readPsp(cells, asOf === undefined ? request : { ...request, asOf })
  }

  /** The personalised prompt for a question, as the gateway composes it. */
  prompt(question: string, budget: number): Prompt {
    const found = this.search(question, searchForPrompt(budget))
    return composePrompt({ psp: this.psp(), knowledge: found.map(knowledgeOf), budget,
      request: readRequest(question) })
  }

  /** A component whether it is valid or not, undefined when there never was one. */
  component(id: string): Component | undefined {
    return this.driver.state(personActor, this.id).components.get(id)
  }

  /** Every stored field, for comparison byte for byte. */
  stored(): Map<string, Buffer> {
    return this.driver.dump()
  }

  private logged(input: RecordInput): LogRecord {
    const parsed = parseRecord(input, Number.MAX_SAFE_INTEGER)
    if (parsed.refusal !== undefined) throw new Error(`${input.id}: ${parsed.refusal.message}`)
    const { record, eventTime } = parsed
    return { key: this.id, value: { record, app: this.app, receivedAt: eventTime }, eventTime }
  }
}
