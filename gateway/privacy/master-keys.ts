/**
 * The master keys: a file that only its owner may read, kept apart from the data that they protect. They wrap
 * the data keys of persons and nothing else.
 *
 *   file   { "keys": [ { "id": "mk_…", "made_at": "…", "secret": "…" }, … ] }      the last one is the newest
 *
 * M1  The newest wraps; all unwrap. A process that meets an id which it does not know, or is about to wrap
 *     after the file changed, reads the file again: a rotation reaches those that run.
 * M2  The file is replaced whole or not at all. A first one is never made where there is one.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import {
  closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { HinataError, type MasterKeys } from '../../engine/index.js'

/** One of them, without its secret. */
export interface MasterKeyFacts {
  readonly id: string
  readonly madeAt: string
}

interface MasterKey extends MasterKeyFacts {
  readonly secret: Buffer
}

const algorithm = 'aes-256-gcm'
const secretBytes = 32
const nonceBytes = 12
const tagBytes = 16

/** See the top of the file. */
export class MasterKeyFile implements MasterKeys {
  readonly path: string
  #keys: readonly MasterKey[] = []
  #stamp = ''

  constructor(path: string) {
    this.path = path
  }

  /** All of them, the newest last. Throws MASTER_KEYS_UNREADABLE. */
  list(): MasterKeyFacts[] {
    return this.#current().map(({ id, madeAt }) => ({ id, madeAt }))
  }

  make(): void {
    if (existsSync(this.path)) return
    mkdirSync(dirname(this.path), { recursive: true })
    const draft = this.#write([newMasterKey()])
    try {
      linkSync(draft, this.path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    } finally {
      rmSync(draft)
    }
  }

  assertPresent(): void {
    this.#current()
  }

  /** A new one, which wraps from now on. */
  add(): MasterKeyFacts {
    const made = newMasterKey()
    renameSync(this.#write([...this.#current(), made]), this.path)
    return { id: made.id, madeAt: made.madeAt }
  }

  /** Takes one away: what it wraps can never be read again. The newest stays. Throws MASTER_KEY_USED. */
  remove(id: string): void {
    const keys = this.#current()
    if (keys.at(-1)!.id === id) throw new HinataError('MASTER_KEY_USED', { id, count: 'all new' })
    renameSync(this.#write(keys.filter(key => key.id !== id)), this.path)
  }

  wrap(secret: Buffer): string {
    const { id, secret: master } = this.#current().at(-1)!
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv(algorithm, master, nonce).setAAD(Buffer.from(id))
    const wrapped = Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()])
    return `${id} ${wrapped.toString('base64url')}`
  }

  unwrap(text: string): Buffer {
    const [id, packed] = text.split(' ')
    const master = this.#keys.find(key => key.id === id) ?? this.#current().find(key => key.id === id)
    if (!master) throw new HinataError('MASTER_KEY_MISSING', { id, file: this.path })
    const wrapped = Buffer.from(packed, 'base64url')
    const decipher = createDecipheriv(algorithm, master.secret, wrapped.subarray(0, nonceBytes))
      .setAAD(Buffer.from(id))
    decipher.setAuthTag(wrapped.subarray(-tagBytes))
    try {
      return Buffer.concat([decipher.update(wrapped.subarray(nonceBytes, -tagBytes)), decipher.final()])
    } catch (error) {
      throw new HinataError('MASTER_KEYS_UNREADABLE',
        { file: this.path, reason: `${id} is not the key that wrapped` }, { cause: error })
    }
  }

  isNewest(wrapped: string): boolean {
    return wrapped.startsWith(`${this.#current().at(-1)!.id} `)
  }

  /** The keys as the file has them now (M1). */
  #current(): readonly MasterKey[] {
    try {
      const { mtimeMs, ino } = statSync(this.path)
      const stamp = `${ino} ${mtimeMs}`
      if (stamp === this.#stamp) return this.#keys
      this.#keys = parseKeys(readFileSync(this.path, 'utf8'))
      this.#stamp = stamp
      return this.#keys
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new HinataError('MASTER_KEYS_UNREADABLE', { file: this.path, reason }, { cause: error })
    }
  }

  /** Writes a file of its own beside; its name. */
  #write(keys: readonly MasterKey[]): string {
    const draft = `${this.path}.${randomBytes(6).toString('hex')}`
    const rows = keys.map(({ id, madeAt, secret }) =>
      ({ id, made_at: madeAt, secret: secret.toString('base64url') }))
    const file = openSync(draft, 'wx', 0o600)
    try {
      writeSync(file, `${JSON.stringify({ keys: rows }, null, 2)}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    return draft
  }
}

function newMasterKey(): MasterKey {
  return { id: `mk_${randomBytes(6).toString('hex')}`, madeAt: new Date().toISOString(),
    secret: randomBytes(secretBytes) }
}

function parseKeys(text: string): MasterKey[] {
  const { keys } = JSON.parse(text) as { keys?: unknown }
  if (!Array.isArray(keys) || keys.length === 0) throw new Error('it has no list of keys')
  return keys.map((row: unknown) => {
    const { id, made_at: madeAt, secret } = row as Partial<Record<string, unknown>>
    const bytes = Buffer.from(String(secret), 'base64url')
    if (typeof id !== 'string' || !/^\w+$/.test(id) || bytes.length !== secretBytes) {
      throw new Error('a key has an id, made_at, and a secret of 32 bytes')
    }
    return { id, madeAt: String(madeAt), secret: bytes }
  })
}
