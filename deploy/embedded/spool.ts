/**
 * Where the data of an INSERT wait until the last byte has arrived.
 *
 * P1  An insert starts only with all its data: a client that breaks off halfway inserts nothing.
 * P2  Memory holds one piece of a body; the disk holds at most `bytesMax` of it.
 * P3  Nothing stays behind: a file is removed after its insert, and all of them when the spool opens.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { open, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { refusal } from './exception.js'

/** A folder of waiting bodies. */
export class Spool {
  #next = 0

  constructor(readonly folder: string, readonly bytesMax: number) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
  }

  async create(): Promise<SpoolFile> {
    this.#next += 1
    const path = join(this.folder, `${this.#next}.body`)
    return new SpoolFile(path, await open(path, 'wx', 0o600), this.bytesMax)
  }
}

/** One waiting body. */
export class SpoolFile {
  #bytes = 0
  #handle: FileHandle | undefined

  constructor(readonly path: string, handle: FileHandle, readonly bytesMax: number) {
    this.#handle = handle
  }

  /** Throws QUERY_IS_TOO_LARGE beyond `bytesMax`. */
  async append(piece: Uint8Array): Promise<void> {
    this.#bytes += piece.length
    if (this.#bytes > this.bytesMax) {
      throw refusal('QUERY_IS_TOO_LARGE',
        `The data of an INSERT have more than ${this.bytesMax} bytes. Send smaller batches.`)
    }
    let at = 0
    while (at < piece.length) at += (await this.#handle?.write(piece, at))?.bytesWritten ?? piece.length
  }

  /** Nothing follows: the engine may read it. */
  async finish(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }

  async remove(): Promise<void> {
    await this.finish()
    await rm(this.path, { force: true })
  }
}
