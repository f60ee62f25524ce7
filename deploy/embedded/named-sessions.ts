/**
 * Connections that outlive a request because it named a `session_id`: its SETs and temporary tables stay.
 *
 * N1  A session serves one query at a time; a second one is refused with 373, as by ClickHouse.
 * N2  A session belongs to the user who opened it. It ends `session_timeout` seconds after its last query.
 * N3  There are at most `namedSessionsMax`; the one that would end first makes room, unless all are busy.
 */
import type { Clock } from '../../engine/clock/index.js'
import type { EmbeddedEngine, EngineConnection } from './engine.js'
import { refusal } from './exception.js'
import { namedSessionsMax } from './limits.js'

interface NamedSession {
  readonly connection: EngineConnection
  isBusy: boolean
  endsAt: number
}

/** The named sessions of a server. */
export class NamedSessions {
  readonly #sessions = new Map<string, NamedSession>()

  constructor(readonly engine: EmbeddedEngine, readonly clock: Clock) {}

  /** Takes the session for one query. Throws SESSION_IS_LOCKED, SESSION_NOT_FOUND, or 202 if all are busy. */
  take(user: string, id: string, mustExist: boolean): EngineConnection {
    this.endExpired()
    const key = JSON.stringify([user, id])
    const known = this.#sessions.get(key)
    if (known?.isBusy) throw refusal('SESSION_IS_LOCKED', `Session ${id} is locked by a concurrent client.`)
    if (known) {
      known.isBusy = true
      return known.connection
    }
    if (mustExist) throw refusal('SESSION_NOT_FOUND', `Session ${id} not found.`)
    this.#makeRoom()
    const connection = this.engine.connect()
    this.#sessions.set(key, { connection, isBusy: true, endsAt: Infinity })
    return connection
  }

  /** Gives it back; it ends in `timeoutSeconds` if nobody takes it again. */
  release(user: string, id: string, timeoutSeconds: number): void {
    const session = this.#sessions.get(JSON.stringify([user, id]))
    if (session === undefined) return
    session.isBusy = false
    session.endsAt = this.clock.now() + timeoutSeconds * 1000
  }

  endExpired(): void {
    const now = this.clock.now()
    for (const [key, session] of this.#sessions) {
      if (!session.isBusy && session.endsAt <= now) this.#end(key, session)
    }
  }

  endAll(): void {
    for (const [key, session] of this.#sessions) this.#end(key, session)
  }

  #makeRoom(): void {
    if (this.#sessions.size < namedSessionsMax) return
    const idle = [...this.#sessions].filter(([, session]) => !session.isBusy)
      .sort(([, left], [, right]) => left.endsAt - right.endsAt)[0]
    if (idle === undefined) {
      throw refusal('TOO_MANY_SIMULTANEOUS_QUERIES',
        `All ${namedSessionsMax} sessions are busy. Retry later.`)
    }
    this.#end(...idle)
  }

  #end(key: string, session: NamedSession): void {
    this.#sessions.delete(key)
    session.connection.close()
  }
}
