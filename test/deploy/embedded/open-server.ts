/**
 * Starts an embedded server for one test file on a free port with a folder of its own, and takes both away at
 * the end. A process serves one data folder at a time, so that a file has one server.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type ClickHouseClient, type ClickHouseClientConfigOptions } from '@clickhouse/client'
import type { Test } from 'tap'
import {
  startEmbeddedClickhouse, type EmbeddedClickhouse, type EmbeddedClickhouseOptions,
} from '../../../deploy/embedded/index.js'

/** Whatever ends once: a test or the whole file. */
type Ending = Pick<Test, 'teardown'>

/** A folder that is removed when the test ends. */
export function temporaryFolder(t: Ending): string {
  const folder = mkdtempSync(join(tmpdir(), 'hinata-embedded-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A running server. */
export async function openServer(t: Ending, options: Partial<EmbeddedClickhouseOptions> =
  {}): Promise<EmbeddedClickhouse> {
  const dataDir = temporaryFolder(t)
  const server = await startEmbeddedClickhouse({ host: '127.0.0.1', port: 0, dataDir, ...options })
  t.teardown(() => server.stop())
  return server
}

/** A quiet official client of `url`. */
export function openClient(t: Ending, url: string, options: ClickHouseClientConfigOptions =
  {}): ClickHouseClient {
  const client = createClient({ url, log: { level: 127 }, ...options })
  t.teardown(() => client.close())
  return client
}

/** What a raw request was answered. */
interface RawAnswer {
  readonly status: number
  readonly code: string | null
  readonly headers: Headers
  readonly text: string
}

/** Sends one raw request. */
export async function ask(url: string, path: string, init: RequestInit = {}): Promise<RawAnswer> {
  const response = await fetch(url + path, init)
  return { status: response.status, code: response.headers.get('x-clickhouse-exception-code'),
    headers: response.headers, text: await response.text() }
}
