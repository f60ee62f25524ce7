/**
 * Analysts: people who read, each with a token of their own. A file per analyst beside the data, so that a
 * command adds and removes them while the server runs.
 *
 * ```
 *  <dataDir>/analysts/<name>.json   {"hash": SHA-256 of the token, "createdAt": ISO 8601, "limits": {…}}
 *  ana_<name>_<43 characters>       the token: 256 random bits
 * ```
 *
 * T1  A token is shown once; only its hash is kept.
 * T2  An analyst is read-only and has bounds of time, memory and rows that no request can raise.
 * T3  A file that cannot be read lets its analyst not in, and nobody else out.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HinataError } from '../../engine/errors/index.js'
import { analystMemoryBytes, analystReadRows, analystResultRows, analystSeconds } from './limits.js'
import type { EmbeddedUser, QueryLimits } from './users.js'

/** An analyst as the list shows them. */
export interface Analyst {
  readonly name: string
  readonly createdAt: string
  readonly limits: QueryLimits
}

/** What a new analyst may be given otherwise than usual. */
export type AnalystChoice = Partial<QueryLimits>

const namePattern = /^[a-z0-9-]{1,40}$/
const tokenPattern = /^ana_([a-z0-9-]{1,40})_[A-Za-z0-9_-]{43}$/

const limitsUsual: QueryLimits = {
  seconds: analystSeconds, memoryBytes: analystMemoryBytes, resultRows: analystResultRows,
  readRows: analystReadRows,
}

/** The name inside a token, or undefined if the text is no token. */
export function nameInToken(token: string): string | undefined {
  return tokenPattern.exec(token)?.[1]
}

/** The analysts of one data folder. */
export class AnalystRegister {
  readonly #folder: string

  constructor(dataDir: string) {
    this.#folder = join(dataDir, 'analysts')
  }

  /** Makes an analyst and returns the token. Throws USAGE for a name that is taken or unfit. */
  add(name: string, choice: AnalystChoice, now: Date): string {
    if (!namePattern.test(name) || name === 'default') {
      const reason = `an analyst's name has 1 to 40 of a-z, 0-9 and -, and is not default; found "${name}".`
      throw new HinataError('USAGE', { reason })
    }
    const token = `ana_${name}_${randomBytes(32).toString('base64url')}`
    const kept = { hash: hashOf(token), createdAt: now.toISOString(), limits: { ...limitsUsual, ...choice } }
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    try {
      writeFileSync(this.#pathOf(name), `${JSON.stringify(kept)}\n`, { mode: 0o600, flag: 'wx' })
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error
      const reason = `there is an analyst ${name}. For a new token: hinata analysts remove ${name}, then add.`
      throw new HinataError('USAGE', { reason })
    }
    return token
  }

  /** All analysts, by name; one whose file cannot be read is left out. */
  list(): Analyst[] {
    const files = ignoring('ENOENT', () => readdirSync(this.#folder)) ?? []
    return files.filter(file => file.endsWith('.json')).sort().flatMap(file => {
      const name = file.slice(0, -'.json'.length)
      const kept = this.#read(name)
      return kept ? [{ name, createdAt: kept.createdAt, limits: kept.limits }] : []
    })
  }

  /** Takes an analyst's token away; a running query of theirs goes on to its end. Throws USAGE. */
  remove(name: string): void {
    const isThere = namePattern.test(name)
      && ignoring('ENOENT', () => { rmSync(this.#pathOf(name)); return true })
    if (isThere) return
    throw new HinataError('USAGE', { reason: `there is no analyst ${name}. See hinata analysts list.` })
  }

  /** The user behind a name, read anew at every request. */
  find(name: string): EmbeddedUser | undefined {
    if (!namePattern.test(name)) return undefined
    const kept = this.#read(name)
    return kept && { name, passwordHash: kept.hash, readonly: true, limits: kept.limits }
  }

  #read(name: string): { hash: string, createdAt: string, limits: QueryLimits } | undefined {
    try {
      return parseKept(JSON.parse(readFileSync(this.#pathOf(name), 'utf8')))
    } catch {
      return undefined // T3: no file, or none that we wrote
    }
  }

  #pathOf(name: string): string {
    return join(this.#folder, `${name}.json`)
  }
}

function parseKept(found: unknown): { hash: string, createdAt: string, limits: QueryLimits } | undefined {
  const { hash, createdAt, limits } = found as Record<string, unknown>
  const { seconds, memoryBytes, resultRows, readRows } = limits as Record<string, unknown>
  const isBound = (bound: unknown): bound is number => typeof bound === 'number' && bound > 0
  if (typeof hash !== 'string' || typeof createdAt !== 'string') return undefined
  if (!isBound(seconds) || !isBound(memoryBytes)) return undefined
  if (!isBound(resultRows) || !isBound(readRows)) return undefined
  return { hash, createdAt, limits: { seconds, memoryBytes, resultRows, readRows } }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function ignoring<T>(code: string, work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (isCode(error, code)) return undefined
    throw error
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
