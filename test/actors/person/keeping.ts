/**
 * A person who keeps records, in memory, through the real stage and fold: what the tests of this folder stand
 * on.
 */
import { person } from '../../../actors/person/person.js'
import {
  componentsChanged,
  deadLetters,
  recordsFolded,
  type ComponentChange,
} from '../../../actors/person/outputs.js'
import { run } from '../../../actors/person/enrich-stage.js'
import type { CommandOutcome, PersonCommand, SubmittedCommand } from '../../../actors/person/commands.js'
import { isStagedCommand, isStagedRecord } from '../../../actors/person/staged.js'
import type { PersonCells } from '../../../actors/person/state.js'
import { readPsp, type CurrentComponent, type Psp } from '../../../actors/psp/index.js'
import { parseRecord, type FoldedRecord } from '../../../actors/record/index.js'
import { testDriver, topic, type Topology } from '../../../engine/index.js'
import { decodeValue } from '../../../engine/record/pack.js'

/** The instant at which the tests' clock starts. */
export const start = Date.UTC(2026, 0, 1)
/** An hour in ms. */
export const hourMs = 3_600_000
/** A day in ms. */
export const dayMs = 24 * hourMs

const topology: Topology = {
  name: 'keeping',
  version: 1,
  source: topic('records', { partitions: 1 }),
  stages: [{ name: 'enrich', batchMax: 64, run }],
  target: { actor: person, message: 'recorded', where: isStagedRecord },
  routes: [{ actor: person, message: 'commanded', where: isStagedCommand }],
  actors: [person],
  sinks: [],
  views: [],
  deadLetters,
}

/** What a test says of a record; the rest is filled in. */
export interface Kept {
  readonly id?: string
  readonly highlight?: string
  readonly note?: string
  readonly tag?: readonly string[]
  readonly address?: string
  readonly source?: string
  readonly app?: string
  /** Event time, ms UTC. */
  readonly at?: number
  readonly raw_data?: unknown
}

/** One person's life in a test. */
export class Keeper {
  readonly #driver: Awaited<ReturnType<typeof testDriver>>
  #count = 0

  private constructor(driver: Awaited<ReturnType<typeof testDriver>>) {
    this.#driver = driver
  }

  static async begin(): Promise<Keeper> {
    return new Keeper(await testDriver(topology, { startMs: start }))
  }

  /** Keeps records, as one block; returns what they were folded into. */
  async keep(...records: Kept[]): Promise<FoldedRecord[]> {
    const before = this.folded().length
    await this.#driver.pushBlock(records.map(record => this.#logged(record)))
    return this.folded().slice(before)
  }

  /** Says something of a component, as one block; returns what became of it. */
  async say(command: PersonCommand, id?: string): Promise<CommandOutcome['outcome'] | undefined> {
    const logged = this.#said(command, id)
    await this.#driver.pushBlock([logged])
    const stored = [...this.#driver.dump()].find(([field]) => field.endsWith(logged.value.id))
    return stored && (decodeValue(stored[1]) as CommandOutcome).outcome
  }

  /** Records and commands, mixed, as one block. */
  async live(...all: readonly (Kept | PersonCommand)[]): Promise<void> {
    await this.#driver.pushBlock(all.map(one => ('kind' in one ? this.#said(one) : this.#logged(one))))
  }

  /** Moves the clock. */
  advance(ms: number): Promise<void> {
    return this.#driver.advance(ms)
  }

  /** What a crash does: memory is lost, committed state stays. */
  forget(): void {
    this.#driver.forget()
  }

  folded(): FoldedRecord[] {
    return this.#driver.emitted(recordsFolded)
  }

  changes(): ComponentChange[] {
    return this.#driver.emitted(componentsChanged)
  }

  dead(): unknown[] {
    return this.#driver.emitted(deadLetters)
  }

  cells(): PersonCells {
    return this.#driver.state(person, 'ana')
  }

  psp(asOf?: number): Psp {
    const request = { now: this.#driver.now, scope: { scope: 'account' } as const }
    return readPsp(this.cells(), asOf === undefined ? request : { ...request, asOf })
  }

  /** Descriptions of the valid components, or of one type of them, sorted. */
  known(type?: CurrentComponent['type'], asOf?: number): string[] {
    return this.psp(asOf)
      .components.filter(component => type === undefined || component.type === type)
      .map(({ description }) => description)
      .sort()
  }

  /** The one valid component with this description. */
  component(description: string): CurrentComponent {
    const found = this.psp().components.filter(component => component.description === description)
    if (found.length !== 1)
      throw new Error(`${found.length} components say "${description}"; known: ${this.known().join(' | ')}`)
    return found[0]
  }

  /** All stored bytes. */
  stored(): string[] {
    return [...this.#driver.dump()].map(([field, bytes]) => `${field} ${bytes.toString('base64')}`)
  }

  /** The stored bytes of a record. */
  packed(id: string): Buffer {
    const [, bytes] = [...this.#driver.dump()].find(([field]) =>
      field.includes('records') && field.endsWith(`/${id}`))!
    return bytes
  }

  #said(command: PersonCommand, id?: string): { key: string, value: SubmittedCommand, eventTime: number } {
    this.#count += 1
    const at = this.#driver.now
    const value = { command, id: id ?? `notes-app/s${this.#count}`, app: 'notes-app', receivedAt: at }
    return { key: 'ana', value, eventTime: at }
  }

  #logged({ app = 'notes-app', at = this.#driver.now, id, ...given }: Kept): {
    key: string
    value: unknown
    eventTime: number
  } {
    this.#count += 1
    const input = {
      source: 'notes',
      timestamp: new Date(at).toISOString(),
      id: id ?? `r${this.#count}`,
      ...given,
    }
    const parsed = parseRecord(input, Number.MAX_SAFE_INTEGER)
    if (parsed.refusal !== undefined) throw new Error(parsed.refusal.message)
    return { key: 'ana', value: { record: parsed.record, app, receivedAt: at }, eventTime: parsed.eventTime }
  }
}
