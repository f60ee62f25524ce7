/**
 * What a person in memory holds, by cell.
 *
 *   node dist/bench/person-memory.js --records FILE.jsonl.gz [--persons 40]
 *
 * Question: how many bytes of the heap, and outside of it, does each cell of a person take when their state
 * was loaded, as it is before anything looked at it (`packed`) and when everything did (`open`)? How near to
 * that is what the cells say of themselves (`said`), by which actors are passivated? What costs the processor
 * to load and to open it? Lower bound: the stored bytes.
 * The records of the file's first persons go through the pipeline's own stage and fold, in this process;
 * their fields are then loaded into new cells. Figures are means per person, after a full collection.
 * Does not measure: what a turn allocates and drops, rows of tables, the search index.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parseArgs } from 'node:util'
import { person } from '../actors/person/person.js'
import { parseRecord } from '../actors/record/index.js'
import { encodeRecord } from '../engine/record/block.js'
import { Journal, TimerIndex, type Cell, type ListCell, type MapCell } from '../engine/state/index.js'
import { Fold } from '../engine/topology/fold.js'
import { MemoryStore } from '../engine/topology/memory-store.js'
import { StageRunner } from '../engine/topology/stages.js'
import { hinataTopology } from '../pipelines/hinata.js'
import { batchesOfFile, type Batch } from './main-job/batches.js'

const { values } = parseArgs({ options: {
  records: { type: 'string' }, persons: { type: 'string', default: '40' },
} })
if (values.records === undefined) throw new Error('--records FILE: records of persons, as JSON lines')
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** One stored field: what follows the cell's name, and its bytes. */
type Field = readonly [sub: string, packed: Buffer]

/** Means per person, KiB; µs. */
interface Row {
  readonly cell: string
  readonly entries: number
  readonly stored: number
  readonly packed: number
  readonly open: number
  readonly said: number
  readonly loadUs: number
  readonly openUs: number
}

const batches = await batchesOfFile(values.records)
const keys = [...new Set(batches.map(({ userId }) => userId))].slice(0, Number(values.persons))
const states = await folded(batches.filter(({ userId }) => keys.includes(userId)))
const rows = Object.keys(person.state).flatMap(cell => measured(cell, states))
rows.push({ cell: 'all', entries: sum('entries'), stored: sum('stored'), packed: sum('packed'),
  open: sum('open'), said: sum('said'), loadUs: sum('loadUs'), openUs: sum('openUs') })
process.stdout.write(`${keys.length} persons, KiB and µs each\n`)
for (const row of [Object.fromEntries(Object.keys(rows[0]).map(name => [name, name])), ...rows]) {
  process.stdout.write(`${Object.values(row as Row).map((value: string | number, i) =>
    (typeof value === 'number' ? value.toFixed(1) : value)[i === 0 ? 'padEnd' : 'padStart'](11)).join('')}\n`)
}

function sum(of: Exclude<keyof Row, 'cell'>): number {
  return rows.reduce((all, row) => all + row[of], 0)
}

/** Folds the batches; the stored fields of each person. */
async function folded(batches: readonly Batch[]): Promise<ReadonlyMap<string, Buffer>[]> {
  const topology = hinataTopology({ partitions: 1, sinks: [] })
  const store = new MemoryStore()
  const stages = new StageRunner(topology.stages, undefined)
  const fold = new Fold({ topology, partition: 0, store, timers: new TimerIndex(0), isLocal: () => true })
  let at = Date.UTC(2026, 0, 1)
  for (const { userId: key, records } of batches) {
    at += 1
    const block = Buffer.concat(records.map(input => {
      const parsed = parseRecord(input, Number.MAX_SAFE_INTEGER)
      if (parsed.refusal !== undefined) throw new Error(parsed.refusal.message)
      const { record, eventTime } = parsed
      return encodeRecord({ key, eventTime, value: { record, app: 'bench', receivedAt: eventTime } })
    }))
    const staged = (await stages.run([{ id: `${at}-0`, block }])).flatMap(entry => {
      if ('unreadable' in entry) throw entry.unreadable
      return entry.records()
    })
    await fold.prepare([{ records: staged }])
    for (const record of staged) await fold.fold(record)
    const { hashes } = fold.collect()
    store.write({ hashes: hashes.filter(({ table }) => table === undefined) })
  }
  return keys.map(key => store.hash({ actor: person.type, table: undefined, key }))
}

/** The figures of one cell of all persons; none when nobody has any of it. */
function measured(name: string, states: readonly ReadonlyMap<string, Buffer>[]): Row[] {
  const fields = states.map(state => [...state].flatMap(([field, packed]): Field[] =>
    (field === name ? [['', packed]] : field.startsWith(`${name}:`) ? [[field.slice(name.length + 1), packed]]
      : [])))
  const all = fields.flat()
  if (all.length === 0) return []
  const stored = all.reduce((bytes, [, packed]) => bytes + packed.length, 0)
  for (const one of fields) open(loaded(name, one)) // compiled before it is timed
  const before = held()
  const startedAt = process.cpuUsage()
  const cells = fields.map(one => loaded(name, one))
  const loadUs = elapsed(startedAt)
  const packed = held() - before
  const openedAt = process.cpuUsage()
  for (const cell of cells) open(cell)
  const openUs = elapsed(openedAt)
  const opened = held() - before
  const said = cells.reduce((bytes, cell) => bytes + cell.bytes, 0)
  const [each, kib] = [1 / states.length, 1 / states.length / 1_024]
  return [{ cell: name, entries: all.length * each, stored: stored * kib, packed: packed * kib,
    open: opened * kib, said: said * kib, loadUs: loadUs * each, openUs: openUs * each }]
}

/** The cell with these fields; their bytes stand in one piece, as an answer of Redis brings them. */
function loaded(name: string, fields: readonly Field[]): Cell {
  const cell: Cell = person.state[name as keyof typeof person.state].create(new Journal())
  const piece = Buffer.concat(fields.map(([, packed]) => packed))
  let at = 0
  for (const [sub, { length }] of fields) cell.load(sub, piece.subarray(at, at += length))
  return cell
}

/** Looks at every entry. */
function open(cell: Cell & Partial<MapCell<unknown> & ListCell<unknown>>): void {
  cell.entries?.()
  void cell.places
}

function held(): number {
  collect()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function elapsed(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return user + system
}
