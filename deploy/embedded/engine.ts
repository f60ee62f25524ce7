/**
 * chDB, the ClickHouse engine inside this process. The only file that knows its interface.
 *
 * D1  One process opens one data folder; a second process on the same folder is refused by the engine's own
 *     lock.
 * D2  A query runs in a connection of its own (they cost a tenth of a millisecond): settings, parameters,
 *     database and temporary tables of one request are never seen by another, and queries run in parallel.
 * D3  Work runs on Node's threads through `Admission`. Only setting up a connection, planning a stream and
 *     killing are synchronous; what computes while it plans (scalar selects) must not be streamed.
 * D4  A query carries a tag (setting log_comment) by which it is really killed, not just forgotten.
 * D5  A connection is closed after its last native call has returned; chDB defers it itself if one is still
 *     out.
 */
import { randomUUID } from 'node:crypto'
import type { Session } from 'chdb'
import { systemClock } from '../../engine/clock/index.js'
import { HinataError } from '../../engine/errors/index.js'
import { Admission } from './admission.js'
import { ClickHouseException, exceptionOf, refusal } from './exception.js'
import { killRepeatMs, runningQueriesMax, waitingQueriesMax } from './limits.js'
import { literal } from './statement.js'

type Chdb = typeof import('chdb')

/** A whole answer with what the engine counted. */
interface WholeAnswer {
  readonly bytes: Uint8Array
  readonly readRows: number
  readonly readBytes: number
  readonly elapsedSeconds: number
}

/** The engine of this process. */
export class EmbeddedEngine {
  readonly version: string
  readonly timezone: string
  readonly #chdb: Chdb
  readonly #folder: string
  readonly #control: Session
  readonly #admission = new Admission(runningQueriesMax, waitingQueriesMax)

  private constructor(chdb: Chdb, folder: string, control: Session) {
    this.#chdb = chdb
    this.#folder = folder
    this.#control = control
    const [version, timezone] = control.query('SELECT version(), timezone()', 'TSV').trim().split('\t')
    this.version = version ?? ''
    this.timezone = timezone ?? ''
  }

  /** Opens the data folder. Throws CHDB_MISSING or EMBEDDED_DATA_UNUSABLE. */
  static async open(folder: string, configFile: string): Promise<EmbeddedEngine> {
    let chdb: Chdb
    try {
      chdb = await import('chdb')
    } catch (error) {
      throw new HinataError('CHDB_MISSING', { reason: reasonOf(error) }, { cause: error })
    }
    try {
      const control = new chdb.Session(folder, { connectionArgs: [`--config-file=${configFile}`] })
      return new EmbeddedEngine(chdb, folder, control)
    } catch (error) {
      throw new HinataError('EMBEDDED_DATA_UNUSABLE', { folder, reason: reasonOf(error) }, { cause: error })
    }
  }

  get runningCount(): number {
    return this.#admission.runningCount + this.#admission.waitingCount
  }

  /** A connection; queries of guests take one of the fewer places of `guests` first. */
  connect(guests?: Admission): EngineConnection {
    const admission: Places = guests === undefined ? this.#admission : {
      run: (signal, work) => guests.run(signal, () => this.#admission.run(signal, work)),
    }
    return new EngineConnection(new this.#chdb.Session(this.#folder), admission, tag => this.kill(tag))
  }

  /** Asks the engine to end the query with this tag; it ends at its next block of rows. */
  kill(tag: string): void {
    this.#control.query(`KILL QUERY WHERE Settings['log_comment'] = ${literal(tag)} ASYNC`, 'Null')
  }

  /** Closes the data folder after the last native call. No connection may be used any more. */
  async close(): Promise<void> {
    await this.#chdb.drainPending()
    this.#control.close()
    await this.#chdb.drainPending()
  }
}

/** Lets work in when there is a place for it. */
type Places = Pick<Admission, 'run'>

/** One connection: state of its own, one query at a time. */
export class EngineConnection {
  /** By this the query of this connection is killed (D4). */
  readonly tag = `hinata ${randomUUID()}`
  readonly #session: Session
  readonly #admission: Places
  readonly #kill: (tag: string) => void

  constructor(session: Session, admission: Places, kill: (tag: string) => void) {
    this.#session = session
    this.#admission = admission
    this.#kill = kill
  }

  /** Sets settings and query parameters (`param_x`) of this connection. */
  set(settings: ReadonlyMap<string, string>): void {
    const assignments = [...settings].map(([name, value]) => `${name} = ${literal(value)}`)
    if (assignments.length > 0) this.#command(`SET ${assignments.join(', ')}`)
  }

  /**
   * Takes back settings of one request from a connection that is used again. A setting the engine refused is
   * skipped.
   */
  forget(names: readonly string[]): void {
    for (const name of names) {
      try {
        this.#command(`SET ${name} = DEFAULT`)
      } catch (error) {
        if (!(error instanceof ClickHouseException)) throw error
      }
    }
  }

  use(database: string): void {
    this.#command(`USE \`${database.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``)
  }

  /** Runs any statement and returns its whole answer. */
  async runWhole(sql: string, format: string, signal: AbortSignal): Promise<WholeAnswer> {
    return this.#admission.run(signal, () => this.#killable(signal, async () => {
      const result = await this.#session.queryAsync(sql, { format })
      return { bytes: result.bytes(), readRows: result.rowsRead, readBytes: result.bytesRead,
        elapsedSeconds: result.elapsed }
    }))
  }

  /** Yields the answer of a SELECT piece by piece; memory holds one piece. Ends or throws when aborted. */
  async* runStream(sql: string, format: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const stream = await this.#admission.run(signal,
      () => this.#guarded(() => this.#session.queryStream(sql, { format })))
    const pieces = stream[Symbol.asyncIterator]()
    try {
      for (;;) {
        const piece = await this.#admission.run(signal, () => this.#killable(signal, () => pieces.next()))
        if (piece.done) return
        yield piece.value.raw()
      }
    } finally {
      stream.cancel()
    }
  }

  close(): void {
    this.#session.close()
  }

  #command(sql: string): void {
    this.#guarded(() => this.#session.query(sql, 'Null'))
  }

  #guarded<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw exceptionOf(error)
    }
  }

  /** Runs a native call; an abort kills it, again and again until it has returned (D4, D5). */
  async #killable<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (signal.aborted) throw refusal('QUERY_WAS_CANCELLED', 'Query was cancelled.')
    const returned = new AbortController()
    const killing = async (): Promise<void> => {
      while (!returned.signal.aborted) {
        this.#kill(this.tag)
        await systemClock.wait(killRepeatMs, returned.signal)
      }
    }
    const startKilling = (): void => void killing()
    signal.addEventListener('abort', startKilling, { once: true })
    try {
      return await work()
    } catch (error) {
      throw exceptionOf(error)
    } finally {
      returned.abort()
      signal.removeEventListener('abort', startKilling)
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0] ?? '' : String(error)
}
