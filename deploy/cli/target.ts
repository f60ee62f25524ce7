/** The running system that a command is for: found by --url, or by the data folder. */
import { adminKeyOf, readSystemFile } from '../roles/system-file.js'
import type { Config } from '../config/index.js'

/** Where to send requests, and the administrator's key if we know it. */
export interface Target {
  readonly url: string
  readonly adminKey: string
}

/** Finds it. Throws SYSTEM_NOT_FOUND. */
export function findTarget(config: Config, url: string | undefined): Target {
  const given = config.text('gateway.admin_key')
  const dataDir = config.text('system.data_dir')
  if (url !== undefined) return { url: url.replace(/\/$/, ''), adminKey: given || adminKeyOf(dataDir).key }
  return { url: readSystemFile(dataDir).gateway, adminKey: given || adminKeyOf(dataDir).key }
}

/** A request to the gateway; the parsed answer. Throws with the gateway's own message. */
export async function request(
  target: Target, method: string, path: string, body?: unknown,
): Promise<unknown> {
  const response = await fetch(`${target.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${target.adminKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer = await response.json() as { error?: { code: string, message: string } }
  if (answer.error) throw new Error(`${answer.error.code}: ${answer.error.message}`)
  return answer
}
