/**
 * The sink of all analytics: committed outputs become rows of `records`, `psp_components` and `dead_letters`.
 *
 * Owns: which output goes to which table, and what is known about the last try of each partition.
 * W1  Exactly once per token, see insert.ts. A try is uncertain after a failure and for the first batch that
 *     this process inserts for a partition: its predecessor may have been killed on the way.
 * W2  It migrates the tables before its first insert and again after a failure, so that a node starts, and
 *     goes on, without ClickHouse; until it is back the outbox keeps the batches.
 * W3  Throws CLICKHOUSE_UNREACHABLE or CLICKHOUSE_REFUSED; the caller tries the same batch again after both.
 * W4  `psp_components.sequence` = generation × 2^40 + the running number of the person's changes, so that it
 *     grows across a switch between versions of the pipeline (docs/decisions/0022-time-travel.md).
 * W5  A person's erasure deletes the rows of what was emitted before it (erasure.ts).
 * W6  A row has a name of its person, the same at every try (row-names.ts).
 */
import { systemClock } from '../engine/clock/index.js'
import type { Emitted, OpenSink, Output, Sink, SinkBatch } from '../engine/index.js'
import { Ages } from '../engine/record/index.js'
import {
  componentsChanged, deadLetters, personsErased, recordsFolded, type ComponentChange,
} from '../actors/person/outputs.js'
import type { FoldedRecord } from '../actors/record/index.js'
import { componentsTable } from './component-rows.js'
import type { Analytics } from './connection.js'
import { deadLettersTable } from './dead-letter-rows.js'
import { eraseRows, withoutErased } from './erasure.js'
import { clickhouseFailure } from './failure.js'
import { insertOnce, type BatchTry } from './insert.js'
import { KnownNames } from './known-names.js'
import { migrate } from './migration.js'
import { InsertPace } from './pace.js'
import { recordsTable } from './record-rows.js'
import type { Names } from './row-names.js'
import type { AnalyticsTable } from './table.js'

/** Values of one batch: large enough that the cost per insert is small beside the cost per row. */
const batchValuesMax = 10_000
/** Changes of one person within a generation; 8,191 generations stay exact numbers. */
const generationSize = 2 ** 40

interface Route {
  readonly output: string
  /** Whose row a value becomes, and when that was accepted, ms UTC. */
  seen(value: unknown): readonly [person: string, acceptedAt: number]
  insert(analytics: Analytics, emitted: readonly Emitted[], names: Names, batch: BatchTry): Promise<void>
}

const routes: readonly Route[] = [
  routeOf(recordsFolded, recordsTable),
  routeOf(componentsChanged, componentsTable),
  routeOf(deadLetters, deadLettersTable),
]

/** What the sink takes, how much at once, and how long it gathers. */
export function sinkSettings(): Pick<Sink, 'name' | 'outputs' | 'batchRecordsMax' | 'lingerMs'> {
  return {
    name: 'clickhouse',
    outputs: [recordsFolded, componentsChanged, deadLetters, personsErased],
    batchRecordsMax: batchValuesMax,
    lingerMs: new InsertPace(systemClock),
  }
}

/** The sink that inserts into a ClickHouse. */
export function clickhouseSink(analytics: Analytics): Sink & OpenSink {
  const certain = new Set<number>()
  const known = new KnownNames()
  let migrated: Promise<unknown> | undefined
  return {
    ...sinkSettings(),
    async insert({ token, partition, generation = 0, isRepeated, emitted }: SinkBatch) {
      const isUncertain = !certain.delete(partition)
      try {
        await (migrated ??= migrate(analytics))
        const { erased, left } = withoutErased(emitted)
        await eraseRows(analytics, erased)
        const names = await known.of(analytics, { token, partition }, erased.keys(), seenIn(left, erased))
        for (const route of routes) {
          const mine = left.filter(({ output }) => output === route.output)
            .map(one => inGeneration(one, generation))
          if (mine.length > 0) await route.insert(analytics, mine, names, { token, isUncertain, isRepeated })
        }
        certain.add(partition)
        known.keep({ token, partition }, names)
        return isRepeated ? undefined : agesOf(emitted)
      } catch (error) {
        migrated = undefined
        throw clickhouseFailure(error, analytics.url, `batch ${token}`)
      }
    },
  }
}

/** Since when there are rows of each person, within the life that a batch's erasures leave. */
function seenIn(emitted: readonly Emitted[], erased: ReadonlyMap<string, number>): Map<string, number> {
  const since = new Map<string, number>()
  for (const { output, value } of emitted) {
    const route = routes.find(one => one.output === output)
    if (route === undefined) continue
    const [person, acceptedAt] = route.seen(value)
    if (!since.has(person)) since.set(person, Math.max(acceptedAt, erased.get(person) ?? 0))
  }
  return since
}

/** How old the records were, from their receipt by the gateway to now: their rows can be read. */
function agesOf(emitted: readonly Emitted[]): Ages {
  const ages = new Ages()
  const now = systemClock.now()
  for (const { output, value } of emitted) {
    if (output === recordsFolded.output) ages.note(now - (value as FoldedRecord).received_at)
  }
  return ages
}

/**
 * Versions of the pipeline count a person's changes each from 1: those of a later generation are placed
 * behind all earlier ones, so that no row takes another's identity and the newest is the live version's (W4).
 */
function inGeneration(emitted: Emitted, generation: number): Emitted {
  if (generation === 0 || emitted.output !== componentsChanged.output) return emitted
  const change = emitted.value as ComponentChange
  return { ...emitted, value: { ...change, sequence: change.sequence + generation * generationSize } }
}

/** The border between untyped outputs and typed rows: what is emitted to an output has the output's type. */
function routeOf<V>(from: Output<V>, table: AnalyticsTable<V>): Route {
  return {
    output: from.output,
    seen: value => [table.personOf(value as V), table.acceptedAt(value as V)],
    insert: (analytics, emitted, names, batch) => insertOnce(analytics, table, emitted.map(({ value }) =>
      table.named(value as V, names.get(table.personOf(value as V))![0])), batch),
  }
}
