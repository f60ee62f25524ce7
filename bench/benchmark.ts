/**
 * A benchmark, declared and run: a question, sides, and figures that every side answers with. All sides are
 * warmed up, then run in interleaved rounds; a report has every round, never a single figure.
 *
 * B1  A run in which not everything was delivered throws: a fast wrong answer is no answer. Its side has no
 *     figures then, of other rounds neither, and is named with the reason.
 * B2  A side that cannot run here (a program is missing) is named with its reason; the others are measured.
 * B3  A run that takes longer than `runMsMax` fails like one that lost a record: a benchmark comes to its
 *     end. What such a run has started ends with this process.
 */
import { setTimeout } from 'node:timers/promises'
import { machineFacts, type Machine } from './machine.js'

/** What is measured of every side. */
export interface Figure {
  readonly name: string
  readonly unit: string
}

/** Which run of a side it is. */
export interface Round {
  /** 0 is the warm-up. */
  readonly number: number
  /** Part of the records, of (0, 1]: warm-ups and quick runs do less. */
  readonly share: number
}

/** One side. */
export interface Side {
  readonly name: string
  /** What it guarantees and how it is configured. */
  readonly description: string
  /** Installs or checks what the side needs beyond this package; throws what is missing. */
  prepare?(): void
  /** Does the work once and proves it; values by the names of figures, NaN for what cannot be known. */
  run(round: Round): Promise<Readonly<Record<string, number>>>
}

/** What the report's page says of a benchmark beside its figures. */
export interface Statement {
  /** The name of its file in bench/results. */
  readonly name: string
  readonly title: string
  readonly question: string
  readonly workload: string
  /** The class that all sides are in. */
  readonly durability: string
  readonly lowerBound: string
  readonly notMeasured: string
  readonly seed: number
  readonly figures: readonly Figure[]
  /** The side that ratios of the first figure are of. */
  readonly baseline?: string
  /**
   * Bars of the first figure per side; groups of bars, one for each figure of the first one's unit; lines of
   * it over sides that are steps of one scale; or none.
   */
  readonly chart: 'bars' | 'groups' | 'lines' | 'none'
}

/** A benchmark. */
export interface Benchmark extends Statement {
  readonly sides: readonly Side[]
  /** Rounds of a full run. */
  readonly rounds: number
  /** A run with everything warm anyway (a database that grows) has none. */
  readonly hasWarmUp: boolean
  /** Ends what sides share. */
  finish?(): Promise<void>
}

/** One side's figures over all rounds. */
export interface SideReport {
  readonly name: string
  readonly description: string
  readonly values: Readonly<Record<string, readonly number[]>>
}

/** What is written to bench/results. */
export interface Report extends Statement {
  readonly machine: Machine
  readonly rounds: number
  /** Part of the records that descriptions name; 1 in a full run. */
  readonly share: number
  readonly sides: readonly SideReport[]
  /** Sides that could not run, and why. */
  readonly absent: readonly { readonly name: string, readonly reason: string }[]
  /** What whoever ran it says of the conditions, such as other work on the machine. */
  readonly note?: string
}

const warmUpShare = 0.2
/** The longest run fills a whole system with 100,000 records of one person. */
const runMsMax = 600_000

/** Runs it. `share` scales the records of every side. */
export async function runBenchmark(
  benchmark: Benchmark, options: { rounds: number, share: number, note?: string, runMsMax?: number },
  say: (line: string) => void,
): Promise<Report> {
  const { sides, absent } = prepared(benchmark.sides, say)
  const found = new Map(sides.map(({ name }) => [name, new Map<string, number[]>()]))
  try {
    for (let round = benchmark.hasWarmUp ? 0 : 1; round <= options.rounds; round++) {
      for (const side of sides.filter(({ name }) => found.has(name))) {
        const share = options.share * (round === 0 ? warmUpShare : 1)
        const startedAt = performance.now()
        try {
          const values = await inTime(side.run({ number: round, share }), options.runMsMax ?? runMsMax)
          say(lineOf(benchmark, round, side.name, values, performance.now() - startedAt))
          if (round > 0) note(found.get(side.name)!, values)
        } catch (thrown) {
          found.delete(side.name)
          absent.push({ name: side.name, reason: `it failed: ${reasonOf(thrown)}` })
          say(`${benchmark.name}  ${side.name} failed: ${reasonOf(thrown)}`)
        }
      }
    }
  } finally {
    await benchmark.finish?.()
  }
  const { name, title, question, workload, durability, lowerBound, notMeasured, seed, figures, baseline,
    chart } = benchmark
  return {
    name, title, question, workload, durability, lowerBound, notMeasured, seed, figures, chart,
    ...(baseline === undefined ? {} : { baseline }),
    machine: machineFacts(), rounds: options.rounds, share: options.share, absent,
    sides: sides.filter(side => found.has(side.name)).map(side => ({ name: side.name,
      description: side.description, values: Object.fromEntries(found.get(side.name)!) })),
    ...(options.note === undefined ? {} : { note: options.note }),
  }
}

/** The middle of the figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Three significant digits below a thousand, whole numbers above. */
export function rounded(value: number): number {
  return Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(3))
}

/** B3 */
async function inTime<V>(run: Promise<V>, msMax: number): Promise<V> {
  const ended = new AbortController()
  const late = setTimeout(msMax, undefined, { signal: ended.signal }).then(() => {
    throw new Error(`it took longer than ${msMax / 1_000} s`)
  })
  late.catch(() => undefined)
  try {
    return await Promise.race([run, late])
  } finally {
    ended.abort()
  }
}

function prepared(
  sides: readonly Side[], say: (line: string) => void,
): { sides: Side[], absent: { name: string, reason: string }[] } {
  const absent: { name: string, reason: string }[] = []
  const ready = sides.filter(side => {
    try {
      side.prepare?.()
      return true
    } catch (thrown) {
      const reason = reasonOf(thrown)
      say(`${side.name} is left out: ${reason}`)
      absent.push({ name: side.name, reason })
      return false
    }
  })
  return { sides: ready, absent }
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  return thrown.cause === undefined ? thrown.message : `${thrown.message}: ${reasonOf(thrown.cause)}`
}

function note(into: Map<string, number[]>, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (Number.isFinite(value)) into.set(name, [...into.get(name) ?? [], rounded(value)])
  }
}

function lineOf(
  { name, figures }: Statement, round: number, side: string, values: Readonly<Record<string, number>>,
  tookMs: number,
): string {
  const shown = figures.filter(figure => Number.isFinite(values[figure.name]))
    .map(figure => `${rounded(values[figure.name])} ${figure.unit}`).slice(0, 4)
  const title = round === 0 ? 'warm-up' : `round ${round}`
  return `${name}  ${title}  ${side.padEnd(22)} ${shown.join(', ')}  (${Math.round(tookMs / 1_000)} s)`
}
