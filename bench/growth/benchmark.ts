/**
 * Question: how does the cost of a record grow with what is there already: persons, records of a person,
 * partitions, nodes?
 *
 * Workload: invented notes through the whole system for persons and records; the keyed counter (10,000 keys,
 * Zipf 1.0) for partitions and nodes. What is measured is processor time, which other work on the machine
 * disturbs less than it disturbs a rate. Lower bound: the smallest step. Does not measure: a million persons
 * of the whole system, more cores than this machine has, so nodes bring no speed here, only their price.
 */
import type { Benchmark, Figure, Side, Statement } from '../benchmark.js'
import { keysFileOf, trialSide } from '../keyed-counter/benchmark.js'
import { costOfRecords, type Held } from './whole-system.js'

const counterRecords = 400_000

const shared: Omit<Statement, 'name' | 'title' | 'question' | 'workload' | 'figures' | 'notMeasured'> = {
  durability: '`memory`: appendfsync everysec', lowerBound: 'the smallest step', seed: 20_261_121,
  chart: 'lines',
}
const systemFigures: readonly Figure[] = [
  { name: 'engine', unit: 'µs per record' }, { name: 'node', unit: 'µs per record' },
  { name: 'redis', unit: 'µs per record' }, { name: 'clickhouse', unit: 'CPU µs per record' },
  { name: 'per person', unit: 'KiB of Redis' }, { name: 'per record', unit: 'KiB of Redis' },
]
const counterFigures: readonly Figure[] = [
  { name: 'cpu', unit: 'CPU s per million' }, { name: 'rate', unit: 'records/s' },
]

/** P8, persons. */
export function growthPersons(): Benchmark {
  const steps = [1_000, 10_000, 100_000]
  return {
    ...shared, name: 'growth-persons', title: 'P8 · Cost of a record by the number of persons',
    question: 'Does a record cost more when there are more persons?',
    workload: 'one note of each person before, then 5,000 single notes of persons drawn from all',
    notMeasured: 'a million persons', figures: systemFigures, rounds: 1, hasWarmUp: false,
    sides: steps.map(persons => stepOf(`${shown(persons)} persons`, { persons, recordsEach: 1 }, 5_000)),
  }
}

/** P8, records of a person. */
export function growthRecords(): Benchmark {
  const steps = [100, 1_000, 10_000, 100_000]
  return {
    ...shared, name: 'growth-records', title: 'P8 · Cost of a record by the history of its person',
    question: 'Does a record cost more when its person has many?',
    workload: 'so many notes of each of 200 … 1 persons before, then 2,000 single notes of them',
    notMeasured: 'a million records of one person', figures: systemFigures, rounds: 1, hasWarmUp: false,
    sides: steps.map(recordsEach => stepOf(`${shown(recordsEach)} records each`,
      { persons: Math.max(1, Math.round(20_000 / recordsEach)), recordsEach }, 2_000)),
  }
}

/** P8, partitions. */
export function growthPartitions(): Benchmark {
  const module = new URL('./partitions.js', import.meta.url)
  return {
    ...shared, name: 'growth-partitions', title: 'P8 · Cost of an update by the number of partitions',
    question: 'What do partitions cost?', workload: 'the keyed counter, one node',
    notMeasured: 'partitions without records', figures: counterFigures, rounds: 3, hasWarmUp: false,
    sides: [1, 4, 16, 64, 256].map(count => trialSide({ name: named(count, 'partition'),
      description: 'one node', module, contender: `partitions${count}`, records: counterRecords },
    keysFileOf(10_000))),
  }
}

/** P8, nodes. */
export function growthNodes(): Benchmark {
  const module = new URL('./nodes.js', import.meta.url)
  return {
    ...shared, name: 'growth-nodes', title: 'P8 · Cost of an update by the number of nodes',
    question: 'What do nodes cost?', workload: 'the keyed counter over 16 partitions, every node a process',
    notMeasured: 'speed: the nodes share the cores of one machine', figures: counterFigures, rounds: 3,
    hasWarmUp: false,
    sides: [1, 2, 4].map(count => trialSide({ name: named(count, 'node'), description: 'and a sender', module,
      contender: `nodes${count}`, records: counterRecords }, keysFileOf(10_000))),
  }
}

function stepOf(name: string, held: Held, records: number): Side {
  return { name, description: `${shown(held.persons)} persons with ${shown(held.recordsEach)} records each`,
    run: ({ share }) => costOfRecords({ ...held, persons: Math.ceil(held.persons * share) },
      Math.ceil(records * share)) }
}

function named(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`
}

function shown(count: number): string {
  return count.toLocaleString('en-US')
}
