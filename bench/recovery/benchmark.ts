/**
 * Question: how fast is a backlog drained, how soon does a system with a million persons fold again after a
 * restart, and what does a second node's arrival cost those whose partitions move?
 *
 * Workload: the keyed counter. Lower bound of draining: the live rate of P1; BullMQ and JetStream drain fewer
 * records of the same keys. Does not measure: a million persons of the whole system, a
 * remote Redis.
 */
import type { Benchmark } from '../benchmark.js'
import { keysFileOf, trialSide, type Entrant } from '../keyed-counter/benchmark.js'
import { peerVersion } from '../peer-packages.js'
import { moveWith } from './move.js'
import { restartWith } from './restart.js'
import { restartWholeWith } from './whole-restart.js'

const backlog = 5_000_000
const personsMoved = 100_000
const personsRestarted = 1_000_000
const personsWhole = 100_000

const shared = {
  durability: '`memory`: appendfsync everysec', seed: 20_261_121, hasWarmUp: false, rounds: 3,
} as const

const drained: readonly Entrant[] = [
  { name: 'hinata', description: '5,000,000 records; the start of the node included',
    module: new URL('./drain.js', import.meta.url), contender: 'hinataDrain', records: backlog },
  { name: 'bullmq', description: '50,000 jobs, each one HINCRBY',
    module: new URL('./bullmq-drain.js', import.meta.url), contender: 'bullmqDrain', records: 50_000 },
]
const drainedPeers: readonly Entrant[] = [
  { name: 'jetstream + kv', description: `NATS ${peerVersion('nats-server')}: 200,000 messages, the counts `
    + 'of a batch written to KV, then one ack; the consumer exists before',
  module: new URL('../peers/jetstream.js', import.meta.url), contender: 'jetstreamDrain', records: 200_000,
  program: 'nats-server' },
]

/** P7, backlog. */
export function drain(hasPeers: boolean): Benchmark {
  return {
    ...shared, name: 'drain', title: 'P7 · Draining a backlog',
    question: 'How fast is drained what lies in the log before anybody reads it?',
    workload: '10,000 keys, Zipf 1.0; appended before the node, or the worker, starts',
    lowerBound: 'the live rate of P1; sides with fewer records have a rate, not the time of five million',
    notMeasured: 'a backlog larger than memory', chart: 'bars',
    figures: [{ name: 'rate', unit: 'records/s' }, { name: 'cpu', unit: 'CPU s per million' }],
    baseline: 'hinata',
    sides: [...drained, ...hasPeers ? drainedPeers : []]
      .map(entrant => trialSide(entrant, keysFileOf(10_000, backlog))),
  }
}

/** P7, restart. */
export function restart(): Benchmark {
  return {
    ...shared, name: 'restart', title: 'P7 · Restart', rounds: 2,
    question: 'How soon after a restart of everything is a record folded, with a million persons in Redis?',
    workload: 'a counter per person; and persons of the whole system with two records each',
    lowerBound: 'Redis loads its append-only file',
    notMeasured: 'a million persons of the whole system: Redis loads ten times as many bytes', chart: 'none',
    figures: [...['first fold', 'redis', 'node', 'started'].map(name => ({ name, unit: 'ms' })),
      { name: 'memory of redis', unit: 'MB' }],
    sides: [
      { name: '1,000,000 persons', description: 'counters; redis: loading its file; node: from its start to '
        + 'the first committed fold', run: ({ share }) => restartWith(Math.round(personsRestarted * share)) },
      { name: '100,000 persons, whole system', description: '`hinata up`: started: until Redis, ClickHouse, '
        + 'node and gateway run; first fold: until a record sent to the gateway is folded',
      run: ({ share }) => restartWholeWith(Math.round(personsWhole * share)) },
    ],
  }
}

/** P7, moving partitions. */
export function move(): Benchmark {
  return {
    ...shared, name: 'move', title: 'P7 · A second node comes',
    question: 'How long until both have their share, and how long does a record of a moving partition wait?',
    workload: 'one record after the other in each of 16 partitions, each sent when the last is folded',
    lowerBound: 'the start of a process', notMeasured: 'persons of the whole system', chart: 'none',
    figures: [{ name: 'shared', unit: 'ms' }, { name: 'joined', unit: 'ms' },
      { name: 'longest wait', unit: 'ms' }],
    sides: [{ name: '100,000 persons', description: 'shared: from the start of the second process until both '
      + 'own eight partitions; joined: until its process runs', run: ({ share }) =>
      moveWith(Math.round(personsMoved * share)) }],
  }
}
