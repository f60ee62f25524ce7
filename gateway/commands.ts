/**
 * Commands on their way: into the person's log, and back with what became of them. One door for everything
 * that is said about a person beside their records.
 *
 * E1  A command goes through the log like a record: in the person's order, once per id, replayed with them.
 *     Its id is the app's and its request's: sent again under its X-Request-Id, it is the same command.
 * E2  It is waited for, `commandMsMax` at most. What is not folded by then is accepted, and will be.
 */
import { person } from '../actors/person/person.js'
import {
  COMMAND_MARK, commandFingerprint, type CommandOutcome, type ComponentCommand, type SubmittedCommand,
} from '../actors/person/commands.js'
import { HinataError } from '../engine/index.js'
import type { Edge } from './edge.js'
import type { Principal } from './identity/principal.js'
import { assertPerson, logFull } from './submission.js'

/** A command as it arrived, its person by key. */
interface Commanding {
  readonly person: string
  readonly command: ComponentCommand
  readonly principal: Principal
  readonly requestId: string
}

/** What became of it; `outcome` is null while it waits for its turn. */
interface Commanded {
  readonly id: string
  readonly outcome: CommandOutcome | null
}

/**
 * Appends a command and waits for its turn. Throws USER_ID_INVALID, LOG_FULL, COMMAND_REUSED, COMMAND_FAILED.
 */
export async function commandPerson(edge: Edge, commanding: Commanding): Promise<Commanded> {
  const { person: key, command, principal, requestId } = commanding
  assertPerson(key)
  if (edge.client.room(key) <= 0) throw logFull(edge.client.partitionOf(key))
  const id = `${principal.appId}/${requestId}`
  const receivedAt = edge.clock.now()
  const value: SubmittedCommand = { command, id, app: principal.appId, receivedAt }
  const fingerprint = commandFingerprint(command)
  const idempotency = { id: COMMAND_MARK + id, fingerprint, origin: id }
  await edge.client.append([{ key, value, eventTime: receivedAt, idempotency }])
  const isSettled = await edge.client.settled(key, edge.limits.commandMsMax)
  const [row] = await edge.client.rows(person, key, 'commands', [id])
  const outcome = (row ?? null) as CommandOutcome | null
  if (outcome === null && isSettled) throw new HinataError('COMMAND_FAILED', { id: requestId })
  if (outcome !== null && outcome.fingerprint !== fingerprint) {
    throw new HinataError('COMMAND_REUSED', { id: requestId })
  }
  return { id, outcome }
}
