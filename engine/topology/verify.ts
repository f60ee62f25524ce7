/**
 * The verification of a topology, straight in Redis: of every partition, does the log agree with the ids it
 * knows, with what was counted, with the state, with the outbox and with its sinks? It writes nothing, takes
 * a cut of each partition and looks only at what lies before it: so the system may run. No node need run.
 */
import { HinataError } from '../errors/index.js'
import { readOutbox } from '../log/index.js'
import { partitionOf } from '../record/hash.js'
import { Keyspace } from '../record/keys.js'
import { compareEntries, type EntryId } from '../record/record.js'
import { closeRedis, openRedis, send, type RedisConnection } from '../redis/index.js'
import { takeCut, type Cut, type SinkCut } from './cut.js'
import { dataKeysOf } from './encryption.js'
import { Findings, type Finding } from './findings.js'
import { topologyId } from './redis-store.js'
import type { Topology } from './topology.js'
import { LogCheck, type Identity, type LogTally, type StoredTopic } from './verify-log.js'
import { StateCheck } from './verify-state.js'

/** What is verified, and how thoroughly. */
export interface VerifyOptions {
  readonly redisUrl: string
  /** With its sinks, whose names alone count. */
  readonly topology: Topology
  /** Default `h`. */
  readonly namespace?: string
  readonly identity?: Identity
  /** Replays and compares bytes: everything, or one key. Default: no. */
  readonly deep?: 'all' | { readonly key: string }
  /** Called with what the log of each partition holds, once it was read; may add findings of its own. */
  readonly onPartition?: (cut: Cut, tally: LogTally, findings: Findings) => Promise<void> | void
}

/** What was found of one partition. */
export interface PartitionVerdict {
  readonly partition: number
  /** Up to where it was looked at. */
  readonly asOf: { readonly position: EntryId, readonly epoch: number, readonly sequence: number }
  readonly appended: number
  readonly folded: number
  readonly emitted: number
  readonly keys: number
  readonly timers: number
  readonly dead: number
  /** Values that each sink has not passed. */
  readonly sinks: readonly { readonly name: string, readonly inserted: number, readonly waiting: number }[]
  /** Hashes compared with a replay. */
  readonly replayed: number
  readonly findings: readonly Finding[]
}

const outboxEntriesPerRead = 256

/** Verifies one partition after the other. Throws REDIS_UNREACHABLE and SYSTEM_NOT_FOUND. */
export async function* verifyTopology(options: VerifyOptions): AsyncGenerator<PartitionVerdict> {
  const { topology, deep } = options
  const redis = await openRedis(options.redisUrl, 'verify')
  try {
    const keys = new Keyspace(options.namespace ?? 'h')
    const partitions = Number(String(await send(redis, 'GET', [keys.topic(topology.source.topic)]) ?? 0))
    if (partitions === 0) throw new HinataError('SYSTEM_NOT_FOUND', { place: `Redis at ${options.redisUrl}` })
    const source = { ...topology.source, partitions }
    const dataKeys = (await dataKeysOf(redis, keys, { ...topology, source }))?.()
    for (let partition = 0; partition < partitions; partition++) {
      const isOther = typeof deep === 'object' && partitionOf(deep.key, partitions) !== partition
      if (isOther) continue
      const created = { ...topology, source }
      yield await verifyPartition({ redis, keys, dataKeys }, { ...options, topology: created }, partition)
    }
  } finally {
    closeRedis(redis)
  }
}

async function verifyPartition(
  stored: StoredTopic, options: VerifyOptions, partition: number,
): Promise<PartitionVerdict> {
  const { redis, keys } = stored
  const { topology, deep, identity, onPartition } = options
  const findings = new Findings()
  const cut = await takeCut(redis, keys, topology, partition)
  assertSane(cut, findings)
  const outbox = keys.outbox(partition, topologyId(topology))
  for (const sink of cut.sinks) await checkSink(redis, outbox, cut, sink, findings)
  const tally = await new LogCheck(stored, topology, identity, cut, findings).run()
  await onPartition?.(cut, tally, findings)
  const only = typeof deep === 'object' ? deep.key : undefined
  const replayed = deep ? await new StateCheck(stored, topology, cut, findings, only).run() : 0
  const { position, epoch, sequence, appended, folded, emitted, timers, dead } = cut
  return {
    partition, asOf: { position, epoch, sequence }, appended, folded, emitted, timers, dead, replayed,
    keys: tally.keys.size, findings: findings.all,
    sinks: cut.sinks.map(({ name, inserted }) => ({ name, inserted, waiting: emitted - inserted })),
  }
}

/** Counts and places that exclude each other. */
function assertSane(cut: Cut, findings: Findings): void {
  const { partition, sequence, epoch, folded, appended, position, last } = cut
  const wrong = (what: string): void =>
    findings.add('checkpoint', 'changed', `impossible: partition ${partition}, ${what}`)
  if (folded > appended) wrong(`${folded} folded of ${appended} appended`)
  if (compareEntries(position, last) > 0) wrong(`position ${position} behind the end ${last} of the log`)
  if (sequence > 0 && epoch === 0) wrong(`${sequence} commits without an owner`)
  if (sequence === 0 && folded > 0) wrong(`${folded} folded without a commit`)
}

/** What a sink has not passed must lie in the outbox, value for value. */
async function checkSink(
  redis: RedisConnection, outbox: string, cut: Cut, sink: SinkCut, findings: Findings,
): Promise<void> {
  const { partition, emitted, outboxLast } = cut
  const about = `partition ${partition}, sink ${sink.name}`
  if (compareEntries(sink.position, outboxLast) > 0 && outboxLast !== '0-0') {
    findings.add('outbox', 'changed', `sink ahead: ${about} stands at ${sink.position} of ${outboxLast}`)
  }
  if (sink.pending !== '' && compareEntries(sink.pending, sink.position) <= 0) {
    findings.add('outbox', 'changed', `batch behind: ${about} fixed ${sink.pending} behind ${sink.position}`)
  }
  let waiting = 0
  for (let at = sink.position; ;) {
    const entries = await readOutbox(redis, outbox, `(${at}`, outboxLast, outboxEntriesPerRead)
    for (const { values } of entries) waiting += values
    if (entries.length < outboxEntriesPerRead) break
    at = entries[entries.length - 1].id
  }
  const expected = emitted - sink.inserted
  if (waiting === expected) return
  findings.add('outbox', waiting < expected ? 'lost' : 'doubled',
    `values waiting: ${about} should have ${expected}, the outbox holds ${waiting}`,
    Math.abs(waiting - expected))
}
