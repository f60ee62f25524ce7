/** hinata verify: whether everything that was acknowledged is there, once, from the log to the rows. */
import type { Finding } from '../../../engine/index.js'
import type { Config } from '../../config/index.js'
import { encryptionOf } from '../../roles/encryption.js'
import { findSystemFile } from '../../roles/system-file.js'
import { verifySystem, type Verification, type VerifiedPartition } from '../../verification.js'
import { redisOf } from '../operations.js'

/** Prints what was found. The exit code is 1 when anything is wrong. Throws SYSTEM_NOT_FOUND. */
export async function verify(
  config: Config, options: { deep?: boolean, user?: string, json?: boolean },
): Promise<void> {
  const clickhouse = config.text('clickhouse.url')
    || findSystemFile(config.text('system.data_dir'))?.clickhouse
  const password = config.text('clickhouse.password')
  const print = (line: string): void => {
    if (!options.json) process.stdout.write(`${line}\n`)
  }
  const began = performance.now()
  print(row('partition', 'as of', 'appended', 'folded', 'persons', 'rows', 'dead', 'replayed'))
  const found = await verifySystem({
    redisUrl: redisOf(config), namespace: config.text('redis.namespace'),
    encryption: encryptionOf(config),
    ...(clickhouse ? { clickhouse: { url: clickhouse,
      ...(password === '' ? {} : { username: 'default', password }) } } : {}),
    deep: options.user !== undefined ? { key: options.user } : options.deep ? 'all' : undefined,
    onPartition: one => { for (const line of partitionLines(one)) print(line) },
  })
  process.exitCode = found.isGood ? 0 : 1
  if (options.json) process.stdout.write(`${JSON.stringify(found)}\n`)
  for (const finding of found.findings) print(lineOf(finding))
  print(summaryOf(found, clickhouse !== undefined, performance.now() - began))
}

function partitionLines(one: VerifiedPartition): string[] {
  const { partition, asOf, appended, folded, keys, rows, dead, replayed, isAtRest, findings } = one
  return [
    `${row(partition, asOf.position, appended, folded, keys, rows, dead, replayed)}`
      + (isAtRest ? '' : '  moving: rows only checked for doubles'),
    ...findings.map(lineOf),
  ]
}

function lineOf({ check, kind, count, examples }: Finding): string {
  return [`  ${kind} ${count}, ${check}:`, ...examples.map(example => `    ${example}`)].join('\n')
}

function summaryOf(found: Verification, hasRows: boolean, ms: number): string {
  const appended = found.partitions.reduce((sum, one) => sum + one.appended, 0)
  const all = [...found.findings, ...found.partitions.flatMap(one => one.findings)]
  const count = (kind: Finding['kind']): number =>
    all.reduce((sum, finding) => sum + (finding.kind === kind ? finding.count : 0), 0)
  const seconds = (ms / 1_000).toFixed(1)
  return `${appended} records in ${found.partitions.length} partitions, ${seconds} s: lost ${count('lost')}, `
    + `doubled ${count('doubled')}, changed ${count('changed')}`
    + (hasRows ? '' : '; rows not looked at, no ClickHouse is known')
}

function row(...cells: (string | number)[]): string {
  return cells.map((cell, i) => String(cell).padStart(i === 1 ? 20 : 9)).join(' ')
}
