/** hinata export --user ID: writes a person's records in their file form to standard output. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import type { Config } from '../../config/index.js'
import { findTarget } from '../target.js'

/** Exports to standard output. */
export async function exportRecords(config: Config, options: { user: string, url?: string }): Promise<void> {
  const target = findTarget(config, options.url)
  const response = await fetch(`${target.url}/api/users/${encodeURIComponent(options.user)}/export`, {
    headers: { authorization: `Bearer ${target.adminKey}` },
  })
  if (!response.ok || !response.body) {
    const { error } = await response.json() as { error: { code: string, message: string } }
    throw new Error(`${error.code}: ${error.message}`)
  }
  await pipeline(Readable.fromWeb(response.body as ReadableStream), process.stdout, { end: false })
}
