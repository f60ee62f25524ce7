/** hinata erase --user ID: erases a person, or one record of theirs, and prints the receipt. */
import { setTimeout } from 'node:timers/promises'
import type { Config } from '../../config/index.js'
import { findTarget, request } from '../target.js'

/** What the gateway answers; more stands in its schema. */
interface Receipt {
  readonly erasure_id: string
  readonly status: 'pending' | 'done'
  readonly files: string
  readonly removed: { readonly log_records: number, readonly dead_letters: number } | null
  readonly versions_behind: readonly string[]
}

const pollMs = 500

/** Erases, waits for the end, prints the receipt. Throws what the gateway says. */
export async function erase(
  config: Config, options: { user: string, record?: string, url?: string, json?: boolean },
): Promise<void> {
  const target = findTarget(config, options.url)
  const user = encodeURIComponent(options.user)
  const path = options.record === undefined ? `/api/users/${user}`
    : `/api/hinata/${encodeURIComponent(options.record)}?user_id=${user}`
  let receipt = await request(target, 'DELETE', path) as Receipt
  while (receipt.status !== 'done') {
    await setTimeout(pollMs)
    receipt = await request(target, 'GET', `/api/erasures/${receipt.erasure_id}`) as Receipt
  }
  process.stdout.write(options.json ? `${JSON.stringify(receipt)}\n` : textOf(receipt))
}

function textOf({ erasure_id: id, removed, files, versions_behind: behind }: Receipt): string {
  const lines = [
    `Erased. Receipt ${id}: ${removed?.log_records ?? 0} records of the log, `
      + `${removed?.dead_letters ?? 0} dead letters, and all that was derived from them.`,
    ...(files === 'rewritten' ? [] : ['Redis has not written its files anew yet: redis-cli BGREWRITEAOF']),
    ...behind.map(version => `Nobody runs version ${version}: it passes the erasure when it runs again.`),
    'Savepoints and backups made before still hold it: make new ones and delete those.',
  ]
  return `${lines.join('\n')}\n`
}
