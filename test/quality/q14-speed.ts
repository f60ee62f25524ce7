/**
 * Q14: how long a search takes at 1,000, 10,000 and 100,000 records of one person, how long a prompt takes,
 * what the index holds per record, and whether the nearest records are found. Beside it, what a
 * near-neighbour graph (HNSW) does on the same vectors: the reason why there is none.
 *
 * Records are list entries, each with the note of another, so that there are as many different ones as are
 * wanted. Times are processor time of single calls, all threads of the process together: what a call takes
 * when nobody else wants the machine. Beside them, by the steady clock, what it took on a shared machine.
 */
import hnswlib from 'hnswlib-node'
import { staticHash } from '../../actors/embedding/index.js'
import { recordsFolded } from '../../actors/person/outputs.js'
import { composePrompt, requestOf, type Psp } from '../../actors/psp/index.js'
import { run } from '../../actors/person/enrich-stage.js'
import type { StagedRecord } from '../../actors/person/staged.js'
import { parseLine, parseRecord, type FoldedRecord, type HinataRecord } from '../../actors/record/index.js'
import {
  knowledgeOf, searchForPrompt, type SearchAnswer, type SearchArgs, type SizeAnswer,
} from '../../actors/search/index.js'
import { searchLimits } from '../../actors/search/limits.js'
import { openSearchView } from '../../actors/search/view.js'
import { encodeValue, type ShardModule } from '../../engine/index.js'
import { seededRandom } from '../support/random.js'
import { quantileOf } from './bootstrap.js'
import type { Context, Line, Metric, Target, Unit } from './metric.js'
import { KeptPerson, type RecordInput } from './pipeline.js'

const SIZES = [1_000, 10_000, 100_000]
const QUESTIONS = 300
const QUESTION_WORDS = 4
const WARM_UP = 50
const BUDGET = 2_000
const NEAREST = 10
const PROBES = 50
/** Cosines are rounded to 1e-4. */
const ROUNDING = 1e-4
const GRAPH = { links: 16, buildBreadth: 100, searchBreadth: 200, seed: 1 }
/** Larger graphs take minutes to build. */
const GRAPH_RECORDS_MAX = 10_000
/** Beyond, records are enriched only: folding that many for one person takes minutes. */
const FOLDED_MAX = 10_000
const START_MS = Date.UTC(2020, 0, 1)
const MINUTE_MS = 60_000
const KEY = 'large'

/** Speed of search and prompt. */
export const q14: Metric = {
  id: 'Q14',
  title: 'Speed',
  definition: 'One person with 1,000, 10,000 and 100,000 list entries; 300 questions of four words of an '
    + 'entry. Processor time per search, per search after a record that just came, and per prompt of 2,000 '
    + 'tokens (search, and composing from the PSP of at most 10,000 records); the column ms p50 / p95 is by '
    + 'the clock, on a shared machine. Bytes of the index per record; processor time to index one. The ten '
    + 'records nearest to a record in meaning: ours compares every vector; HNSW is hnswlib with 16 links and '
    + 'breadths 100 and 200, measured up to 10,000.',
  run: measure,
}

async function measure({ data, seed, log }: Context): Promise<Line[]> {
  const random = seededRandom(seed)
  const entries = data.listEntries().flatMap(line => {
    const parsed = parseLine(line, Number.MAX_SAFE_INTEGER)
    return parsed.refusal === undefined ? [parsed.record] : []
  })
  const person = await KeptPerson.begin(START_MS)
  const lines: Line[] = []
  for (const size of SIZES) {
    const before = person.folded().length
    const inputs = Array.from({ length: size - before }, (_, i) => mixed(entries, before + i, random))
    if (size <= FOLDED_MAX) await person.keep(inputs)
    const folded = [...person.folded(), ...(size <= FOLDED_MAX ? [] : await staged(inputs, person.folded()))]
    log(`${folded.length} records, ${person.psp().components.length} components`)
    const questions = Array.from({ length: QUESTIONS }, () => questionOf(entries, random))
    lines.push(...linesOf(folded, questions, person.psp(), person.now))
  }
  return lines
}

/** Records enriched by the stage, with the scores of others that were folded. */
async function staged(
  inputs: readonly RecordInput[], folded: readonly FoldedRecord[],
): Promise<FoldedRecord[]> {
  const made: FoldedRecord[] = []
  for (const [i, input] of inputs.entries()) {
    const parsed = parseRecord(input, Number.MAX_SAFE_INTEGER)
    if (parsed.refusal !== undefined) throw new Error(parsed.refusal.message)
    const { record, eventTime } = parsed
    const value = { record, app: 'quality', receivedAt: eventTime }
    const [answer] = await run([{ key: KEY, value, eventTime }])
    const { vector, enrichment } = answer as StagedRecord
    made.push({ ...folded[i % folded.length], record, vector, event_time: eventTime,
      sequence: folded.length + i + 1, enhanced_tags: enrichment.enhancedTags })
  }
  return made
}

/** One entry with the note of another. */
function mixed(entries: readonly HinataRecord[], i: number, random: () => number): RecordInput {
  const any = (): HinataRecord => entries[Math.floor(random() * entries.length)]
  const { highlight, address, tag, access } = any()
  const { source, note } = any()
  return {
    id: `r${i}`, timestamp: new Date(START_MS + i * MINUTE_MS).toISOString(), source, highlight,
    note: note === '' ? highlight : note, address, tag, access,
  }
}

function questionOf(entries: readonly HinataRecord[], random: () => number): string {
  const { highlight, note } = entries[Math.floor(random() * entries.length)]
  const words = `${highlight} ${note}`.split(/\s+/)
  const from = Math.floor(random() * Math.max(1, words.length - QUESTION_WORDS))
  return words.slice(from, from + QUESTION_WORDS).join(' ')
}

function linesOf(
  folded: readonly FoldedRecord[], questions: readonly string[], psp: Psp, now: number,
): Line[] {
  const size = folded.length
  const rows = folded.map(encodeValue)
  const [view, restoring] = costOf(() => viewOf(rows))
  const ask = (query: string, options: Partial<SearchArgs> = {}): SearchAnswer =>
    answered(view, 'search', { query, limit: 10, minRelevance: 0.3, now, ...options }) as SearchAnswer
  const prompt = (question: string): unknown => composePrompt({
    psp, request: requestOf(question), budget: BUDGET,
    knowledge: ask(question, searchForPrompt(BUDGET)).results.map(knowledgeOf),
  })
  for (const question of questions.slice(0, WARM_UP)) prompt(question)
  const searches = questions.map(question => timeOf(() => ask(question)))
  const fresh = questions.map((question, i) => {
    const again = { ...folded[i], sequence: size + i + 1, event_time: now + i }
    view.apply([{ output: recordsFolded.output, key: KEY, value: again }])
    return timeOf(() => ask(question))
  })
  const prompts = questions.map(question => timeOf(() => prompt(question)))
  const { bytes, records } = answered(view, 'size', {}) as SizeAnswer
  const line = (measure: string, value: number, unit: Unit, target?: Target): Line => ({
    measure: `${measure}, ${size} records`, split: 'test', count: QUESTIONS, value, unit, baselines: [],
    ...(target === undefined ? {} : { target }),
  })
  const timed = (measure: string, calls: readonly Call[], share: number, target?: Target): Line => ({
    ...line(measure, quantileOf(calls.map(({ cpuMs }) => cpuMs), share), 'ms', target),
    latencyMs: { p50: quantileOf(calls.map(({ ms }) => ms), 0.5),
      p95: quantileOf(calls.map(({ ms }) => ms), 0.95) },
  })
  return [
    timed('search p50', searches, 0.5),
    timed('search p99', searches, 0.99, { atMost: 10 }),
    timed('search after a new record p99', fresh, 0.99, { atMost: 10 }),
    timed('prompt p50', prompts, 0.5),
    timed('prompt p99', prompts, 0.99, { atMost: 50 }),
    line('index memory per record', bytes / records, 'bytes'),
    line('indexing a record', restoring / size, 'µs'),
    ...nearestLines(folded, viewOf(rows), line),
  ]
}

/** The ten nearest of a record: what the view answers, and HNSW. */
function nearestLines(
  folded: readonly FoldedRecord[], view: ShardModule,
  line: (measure: string, value: number, unit: Unit, target?: Target) => Line,
): Line[] {
  const rows = folded.map(({ vector }) => new Int8Array(vector.buffer, vector.byteOffset, vector.length))
  const step = Math.floor(folded.length / PROBES)
  const probes = Array.from({ length: PROBES }, (_, i) => i * step)
  const exact = probes.map(probe => nearestOf(rows, probe))
  const places = new Map(folded.map(({ record }, i) => [record.id, i]))
  const ours = probes.map(probe => {
    const args = { id: folded[probe].record.id, limit: NEAREST }
    const { results } = answered(view, 'neighbours', args) as SearchAnswer
    return results.map(({ id }) => places.get(id) ?? -1)
  })
  const recall = recallOf(rows, probes, ours, exact)
  const found = line('recall@10 of the nearest', recall, 'share', { atLeast: 0.95 })
  if (folded.length > GRAPH_RECORDS_MAX) return [found]
  const graph = new hnswlib.HierarchicalNSW('cosine', staticHash.dim)
  const [, building] = costOf(() => {
    graph.initIndex(rows.length, GRAPH.links, GRAPH.buildBreadth, GRAPH.seed)
    rows.forEach((row, i) => { if (row.some(step => step !== 0)) graph.addPoint(Array.from(row), i) })
  })
  graph.setEf(GRAPH.searchBreadth)
  const near = probes.map(probe => graph.searchKnn(Array.from(rows[probe]), NEAREST + 1).neighbors
    .filter(place => place !== probe).slice(0, NEAREST))
  return [
    found,
    line('HNSW: recall@10 of the nearest', recallOf(rows, probes, near, exact), 'share'),
    line('HNSW: building, per record', building / rows.length, 'µs'),
  ]
}

/** Cosines of the ten nearest others, the largest first: ties make places ambiguous, not cosines. */
function nearestOf(rows: readonly Int8Array[], probe: number): number[] {
  return rows.map((row, i) => (i === probe ? -1 : cosineOf(row, rows[probe])))
    .sort((a, b) => b - a).slice(0, NEAREST)
}

/** Share of the found ones that are as near as the tenth nearest is. */
function recallOf(
  rows: readonly Int8Array[], probes: readonly number[],
  found: readonly (readonly number[])[], exact: readonly (readonly number[])[],
): number {
  const shares = probes.map((probe, i) => {
    const least = exact[i][NEAREST - 1] - ROUNDING
    const isNear = (place: number): boolean => place >= 0 && cosineOf(rows[place], rows[probe]) >= least
    return found[i].filter(isNear).length / NEAREST
  })
  return shares.reduce((sum, share) => sum + share, 0) / shares.length
}

function cosineOf(a: Int8Array, b: Int8Array): number {
  let [dot, left, right] = [0, 0, 0]
  for (let i = 0; i < a.length; i += 1) {
    dot += a[i] * b[i]
    left += a[i] * a[i]
    right += b[i] * b[i]
  }
  return left === 0 || right === 0 ? 0 : dot / Math.sqrt(left * right)
}

function viewOf(rows: readonly Buffer[]): ShardModule {
  const view = openSearchView(searchLimits)
  view.query({ name: 'size', key: KEY, args: {} })
  view.restore(KEY, rows)
  return view
}

function answered(view: ShardModule, name: string, args: object): unknown {
  const answer = view.query({ name, key: KEY, args })
  if ('isMissing' in answer) throw new Error(`${KEY} is not loaded`)
  return answer.result
}

/** What one call took. */
interface Call {
  readonly ms: number
  readonly cpuMs: number
}

function timeOf(call: () => unknown): Call {
  const startedAt = performance.now()
  const [, cpuMicros] = costOf(call)
  return { ms: performance.now() - startedAt, cpuMs: cpuMicros / 1_000 }
}

/** What the call answers, and its processor time in µs. */
function costOf<R>(call: () => R): [R, number] {
  const before = process.cpuUsage()
  const answer = call()
  const { user, system } = process.cpuUsage(before)
  return [answer, user + system]
}
