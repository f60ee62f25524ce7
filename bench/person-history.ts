/**
 * What a record costs a person of whom much is known.
 *
 *   node dist/bench/person-history.js [--records 100000] [--seed 1] [--json FILE]
 *
 * Question: does folding a record cost the same after 1,000, 10,000, 50,000 and 100,000 records of one person
 * (within a fifth of the 1,000th)? The life is generated (person-life.ts); the pipeline's own stage, fold and
 * state, in this process, in blocks of 100 records, each committed to memory. Lower bound: the stage, which
 * knows no history and must cost the same everywhere.
 * Figures are processor time of the whole process (garbage collection and compilation too) per record, of the
 * last records before each size: `stage`, `fold` (turns), `pack` (what a commit would write), `load` (once: a
 * person who is not in memory).
 * Does not measure: Redis, ClickHouse, the search index (docs/QUALITY.md, Q14). Rows of records are dropped.
 */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { person } from '../actors/person/person.js'
import { Activation } from '../engine/actor/index.js'
import { encodeRecord } from '../engine/record/block.js'
import { Journal, TimerIndex } from '../engine/state/index.js'
import { Fold } from '../engine/topology/fold.js'
import { MemoryStore } from '../engine/topology/memory-store.js'
import { StageRunner } from '../engine/topology/stages.js'
import { hinataTopology } from '../pipelines/hinata.js'
import { lifeOf, type LivedRecord } from './person-life.js'

const { values } = parseArgs({ options: {
  records: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' },
  json: { type: 'string' },
} })
const recordsMax = Number(values.records)
const sizes = [1_000, 10_000, 50_000, 100_000].filter(size => size <= recordsMax)
const blockRecords = 100
/** Records before a size whose cost counts. */
const measuredRecords = 1_000
const warmUpRecords = 3_000
const startMs = Date.UTC(2016, 0, 1)

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** Processor time per record, µs. */
interface Cost {
  stage: number
  fold: number
  pack: number
}

/** A figure of the report. */
interface Size extends Cost {
  readonly records: number
  readonly components: number
  readonly topics: number
  readonly loadMs: number
}

/** One person's state in memory, and what folding their records costs. */
class Folded {
  readonly #topology = hinataTopology({ partitions: 1, sinks: [] })
  readonly #store = new MemoryStore()
  readonly #stages = new StageRunner(this.#topology.stages, undefined)
  readonly #fold = new Fold({ topology: this.#topology, partition: 0, store: this.#store,
    timers: new TimerIndex(0), isLocal: () => true })

  constructor(readonly key: string) {}

  /** Folds a block; adds what it costs. */
  async take(block: readonly LivedRecord[], cost: Cost): Promise<void> {
    const last = block[block.length - 1].eventTime
    const packed = Buffer.concat(block.map(({ record, eventTime }) => encodeRecord({
      key: this.key, eventTime, value: { record, app: 'bench', receivedAt: eventTime } })))
    const beganAt = cpuUs()
    const staged = (await this.#stages.run([{ id: `${last}-0`, block: packed }])).flatMap(entry => {
      if ('unreadable' in entry) throw entry.unreadable
      return entry.records()
    })
    const stagedAt = cpuUs()
    await this.#fold.prepare([{ records: staged }])
    for (const record of staged) await this.#fold.fold(record)
    const foldedAt = cpuUs()
    const { hashes } = this.#fold.collect()
    const packedAt = cpuUs()
    this.#store.write({ hashes: hashes.filter(({ table }) => table !== 'records') })
    cost.stage += stagedAt - beganAt
    cost.fold += foldedAt - stagedAt
    cost.pack += packedAt - foldedAt
  }

  /** What is known of the person, read anew. */
  load(): Pick<Size, 'components' | 'topics' | 'loadMs'> {
    const activation = new Activation(person, this.key, new Journal())
    const fields = this.#store.fields(person.type, this.key)
    const beganAt = cpuUs()
    activation.load(fields)
    const loadMs = Math.round((cpuUs() - beganAt) / 1_000)
    const entriesOf = (cell: string): number =>
      Object.keys(fields).filter(field => field.startsWith(`${cell}:`)).length
    return { components: entriesOf('components'), topics: entriesOf('topics'), loadMs }
  }
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

async function live(folded: Folded, seed: number, records: number): Promise<Size[]> {
  const life = lifeOf(seed, startMs)
  const found: Size[] = []
  let cost: Cost = { stage: 0, fold: 0, pack: 0 }
  for (let n = 0; n < records;) {
    const block = Array.from({ length: blockRecords }, () => life.next().value)
    if (sizes.includes(n + measuredRecords)) cost = { stage: 0, fold: 0, pack: 0 }
    await folded.take(block, cost)
    n += blockRecords
    if (!sizes.includes(n)) continue
    const each = (us: number): number => Math.round((us / measuredRecords) * 10) / 10
    found.push({ records: n, stage: each(cost.stage), fold: each(cost.fold), pack: each(cost.pack),
      ...folded.load() })
  }
  return found
}

await live(new Folded('warm-up'), Number(values.seed) + 1, warmUpRecords)
const report = await live(new Folded('person'), Number(values.seed), recordsMax)
for (const { records, stage, fold, pack, components, topics, loadMs } of report) {
  say(`${String(records).padStart(7)} records: stage ${stage} µs, fold ${fold} µs, pack ${pack} µs; `
    + `${components} components, ${topics} topics; load ${loadMs} ms`)
}
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify({ seed: Number(values.seed), node: process.version,
    processor: cpus()[0]?.model ?? '', sizes: report }, undefined, 1)}\n`)
}
