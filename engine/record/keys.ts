/**
 * The names of all Redis keys. Every key of a partition carries the hash tag `{p}`: one partition lives in
 * one cluster slot and commits atomically.
 *
 *   <ns>:{p}:<topic>                         log (stream)
 *   <ns>:{p}:<topic>:meta                    appended: number of records ever appended (hash)
 *   <ns>:{p}:<topic>:from:<appender>         last block of one appender: sequence and entry (hash, expires)
 *   <ns>:{p}:<topic>:ids:<key>               idempotency: record id → fingerprint, origin, position (hash)
 *   <ns>:{p}:<topic>:erased                  erasures: which keys, where, what is refused since (hash)
 *   <ns>:{p}:<topic>:keys                    data keys, wrapped (hash, take-data-key.lua)
 *   <ns>:{p}:<topic>:copy:<rewriting>        a log that is being rewritten (stream, expires)
 *   <ns>:{p}:<name>:live                     which version is live, which has a share of keys (hash)
 *   <ns>:{p}:<topology>:cp                   checkpoint: epoch, owner, until, sequence, position, folded,
 *                                            emitted, committed, pause, pauseEpoch, held (hash)
 *   <ns>:{p}:<topology>:out                  outbox (stream)
 *   <ns>:{p}:<topology>:dead                 dead letters (stream)
 *   <ns>:{p}:<topic>:skips                   what an operator passed: position → records of a block (hash)
 *   <ns>:{p}:<topology>:halt                 why the partition stands, until when (hash)
 *   <ns>:{p}:<topology>:timers               timers: member → due (sorted set)
 *   <ns>:{p}:<topology>:changed              what commits changed while a savepoint is read (hash, expires)
 *   <ns>:{p}:<topology>:changed:taken        the part of it that is read now (hash, expires)
 *   <ns>:{p}:<topology>:sink:<sink>          a sink's position and its pending batch (hash)
 *   <ns>:{p}:<topology>:s:<actor>:<key>      cells of one actor (hash)
 *   <ns>:{p}:<topology>:t:<actor>:<table>:<key>  rows of one table cell (hash)
 *   <ns>:topic:<topic>                       partitions of a topic (string)
 *   <ns>:topic:<topic>:encryption            whether its values are encrypted: on, off (string)
 *   <ns>:registry:<kind>                     small documents: nodes, apps, jobs, preferences of
 *                                            a person (hash)
 *   <ns>:{jobs}:…                             the job queue: schedule, locks (BullMQ's own)
 *   <ns>:allowance:{<group>}:<name>          used of an allowance, by window and slot (hash, expires)
 */
import { createHash } from 'node:crypto'

/** Builds key names under one namespace. `topology` is `<name>.<version>`. */
export class Keyspace {
  readonly namespace: string

  constructor(namespace: string) {
    this.namespace = namespace
  }

  /** What all keys of the job queue begin with; they lie in one slot. */
  get jobs(): string {
    return `${this.namespace}:{jobs}`
  }

  topic(topic: string): string {
    return `${this.namespace}:topic:${topic}`
  }

  encryption(topic: string): string {
    return `${this.topic(topic)}:encryption`
  }

  registry(kind: string): string {
    return `${this.namespace}:registry:${kind}`
  }

  /** All allowances of a group live in one slot, so that one call may take from several. */
  allowance(group: string, name: string): string {
    return `${this.namespace}:allowance:{${group}}:${name}`
  }

  log(partition: number, topic: string): string {
    return `${this.namespace}:{${partition}}:${topic}`
  }

  meta(partition: number, topic: string): string {
    return `${this.log(partition, topic)}:meta`
  }

  appender(partition: number, topic: string, appender: string): string {
    return `${this.log(partition, topic)}:from:${appender}`
  }

  ids(partition: number, topic: string, key: string): string {
    return `${this.log(partition, topic)}:ids:${key}`
  }

  erasures(partition: number, topic: string): string {
    return `${this.log(partition, topic)}:erased`
  }

  dataKeys(partition: number, topic: string): string {
    return `${this.log(partition, topic)}:keys`
  }

  /** What a key is called where it must not be legible: among erasures and data keys. */
  digest(partition: number, topic: string, key: string): string {
    return createHash('sha1').update(this.ids(partition, topic, key)).digest('hex')
  }

  copy(partition: number, topic: string, rewriting: string): string {
    return `${this.log(partition, topic)}:copy:${rewriting}`
  }

  /** `name` is the topology's name without a version. */
  live(partition: number, name: string): string {
    return `${this.namespace}:{${partition}}:${name}:live`
  }

  checkpoint(partition: number, topology: string): string {
    return `${this.namespace}:{${partition}}:${topology}:cp`
  }

  outbox(partition: number, topology: string): string {
    return `${this.namespace}:{${partition}}:${topology}:out`
  }

  skips(partition: number, topic: string): string {
    return `${this.log(partition, topic)}:skips`
  }

  halt(partition: number, topology: string): string {
    return `${this.namespace}:{${partition}}:${topology}:halt`
  }

  dead(partition: number, topology: string): string {
    return `${this.namespace}:{${partition}}:${topology}:dead`
  }

  timers(partition: number, topology: string): string {
    return `${this.namespace}:{${partition}}:${topology}:timers`
  }

  changed(partition: number, topology: string): string {
    return `${this.namespace}:{${partition}}:${topology}:changed`
  }

  sink(partition: number, topology: string, sink: string): string {
    return `${this.namespace}:{${partition}}:${topology}:sink:${sink}`
  }

  state(partition: number, topology: string, actor: string, key: string): string {
    return `${this.namespace}:{${partition}}:${topology}:s:${actor}:${key}`
  }

  table(partition: number, topology: string, actor: string, table: string, key: string): string {
    return `${this.namespace}:{${partition}}:${topology}:t:${actor}:${table}:${key}`
  }
}
