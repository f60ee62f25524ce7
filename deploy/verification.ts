/**
 * The verification of a HiNATA system, from its log to its rows: what `hinata verify` prints and the fault
 * tests judge by. Safe while the system runs: of a partition that is not at rest at its cut, what only holds
 * at rest is left out, and it says so.
 */
import {
  clickhouseSink, connectAnalytics, recordsKeptFrom, verifyMonths, verifyRows,
} from '../analytics/index.js'
import { COMMAND_MARK, commandFingerprint, isCommand } from '../actors/person/commands.js'
import { contentHash, type SubmittedRecord } from '../actors/record/index.js'
import {
  Findings, openVersions, verifyTopology, type Encryption, type Finding, type Identity,
  type PartitionVerdict, type Sink, type Topology, type VerifyOptions,
} from '../engine/index.js'
import { hinataTopology } from '../pipelines/hinata.js'

/** Where the system is, and how thoroughly it is verified. */
export interface VerificationOptions {
  readonly redisUrl: string
  readonly namespace?: string
  /** Without it, rows are not looked at. */
  readonly clickhouse?: { readonly url: string, readonly username?: string, readonly password?: string }
  readonly deep?: VerifyOptions['deep']
  /** Of a system whose content is encrypted. */
  readonly encryption?: Encryption
  /** Called with each partition as it is done. */
  readonly onPartition?: (verdict: VerifiedPartition) => void
}

/** One partition, with its rows. */
export type VerifiedPartition = PartitionVerdict & {
  readonly rows: number
  /** Everything appended was folded and handed over when the partition was looked at. */
  readonly isAtRest: boolean
}

/** The whole system. */
export interface Verification {
  readonly partitions: readonly VerifiedPartition[]
  /** Of all partitions together. */
  readonly findings: readonly Finding[]
  readonly isGood: boolean
}

/** How records are told apart, and from when on their rows are kept (ms UTC). */
function identityFrom(from: number): Identity {
  return {
    of(value) {
      if (isCommand(value)) {
        const { id, command } = value
        return { id: COMMAND_MARK + id, fingerprint: commandFingerprint(command), isRowless: true }
      }
      const { record } = value as SubmittedRecord
      return record?.id === undefined ? undefined : { id: record.id, fingerprint: contentHash(record) }
    },
    rows: { actor: 'person', table: 'records', from },
  }
}

/** With the settings that the version of the code was declared with, if it was: a replay needs them. */
async function declaredTopology(options: VerificationOptions, sinks: readonly Sink[]): Promise<Topology> {
  const parts = { partitions: 1, sinks, encryption: options.encryption }
  const own = hinataTopology(parts)
  const versions = await openVersions({ redisUrl: options.redisUrl, topology: own,
    namespace: options.namespace })
  try {
    return hinataTopology({ ...parts, settings: (await versions.find(own.version))?.settings })
  } finally {
    versions.close()
  }
}

/** Verifies. Throws when Redis or ClickHouse cannot be reached. */
export async function verifySystem(options: VerificationOptions): Promise<Verification> {
  const analytics = connectAnalytics(options.clickhouse ?? { url: 'http://127.0.0.1:0' })
  const topology = await declaredTopology(options, [clickhouseSink(analytics)])
  const months = new Map<string, number>()
  const partitions: VerifiedPartition[] = []
  let [rows, isAtRest] = [0, false]
  try {
    const keptFrom = options.clickhouse ? await recordsKeptFrom(analytics) : 0
    const verdicts = verifyTopology({
      redisUrl: options.redisUrl, namespace: options.namespace, topology, deep: options.deep,
      identity: identityFrom(keptFrom),
      async onPartition(cut, tally, findings) {
        isAtRest = cut.folded === cut.appended && cut.sinks.every(({ inserted }) => inserted === cut.emitted)
        for (const [month, count] of tally.months) months.set(month, (months.get(month) ?? 0) + count)
        rows = options.clickhouse ? await verifyRows(analytics, tally, findings, isAtRest, keptFrom) : 0
      },
    })
    for await (const verdict of verdicts) {
      const verified = { ...verdict, rows, isAtRest }
      partitions.push(verified)
      options.onPartition?.(verified)
    }
    const findings = new Findings()
    const isWhole = typeof options.deep !== 'object' && partitions.every(one => one.isAtRest)
    if (options.clickhouse && isWhole) await verifyMonths(analytics, months, findings)
    const isGood = findings.all.length === 0 && partitions.every(one => one.findings.length === 0)
    return { partitions, findings: findings.all, isGood }
  } finally {
    await analytics.close()
  }
}
