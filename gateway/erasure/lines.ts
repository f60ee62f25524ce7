/**
 * What is known of a person as lines, and back: the file form of records, in the order of the log, with what
 * only the log knows beside it. Told again line by line it makes the same person.
 *
 *   a record    {"user_id", "app", record's fields …}                     each content of a revised one
 *   a command   {"user_id", "app", "timestamp", "id", "command": {…}}     ratings, corrections, pins
 */
import {
  COMMAND_MARK, commandFingerprint, isCommand, isTierCommand, type ComponentCommand,
} from '../../actors/person/commands.js'
import { contentHash, parseRecord, type SubmittedRecord } from '../../actors/record/index.js'
import { messageOf, type AppendInput, type LogRecord } from '../../engine/index.js'

/** A line that can be told, or why not. */
export type ReadLine = { readonly input: AppendInput } | { readonly code: string, readonly message: string }

/** Whether a person, or an app for them, told it: what the system said of tiers is no line. */
export function wasTold({ value }: LogRecord): boolean {
  return !isCommand(value) || !isTierCommand(value.command)
}

/** Writes what the log has of a person as a line, without its end; `person` is the id that apps use. */
export function lineOf({ value, eventTime }: LogRecord, person: string): string {
  if (!isCommand(value)) {
    const { record, app } = value as SubmittedRecord
    return JSON.stringify({ user_id: person, app, ...record })
  }
  const { id, app, command } = value
  return JSON.stringify({ user_id: person, app, timestamp: new Date(eventTime).toISOString(), id, command })
}

/** Reads a line for the person of `key`; `now` is ms UTC, `app` sent it where the line does not say. */
export function readLine(line: string, key: string, now: number, app: string): ReadLine {
  let found: unknown
  try {
    found = JSON.parse(line)
  } catch (error) {
    return refused('JSON_MALFORMED', { reason: error instanceof Error ? error.message : String(error) })
  }
  if (typeof found !== 'object' || found === null) {
    return refused('RECORD_NOT_OBJECT', { found: typeof found })
  }
  const from = 'app' in found && typeof found.app === 'string' ? found.app : app
  if ('command' in found) return readCommand(found, key, now, from)
  const parsed = parseRecord(found, now, { allow: ['user_id', 'app'] })
  if (parsed.refusal !== undefined) return parsed.refusal
  const { record, eventTime } = parsed
  const value: SubmittedRecord = { record, app: from, receivedAt: now }
  return { input: { key, value, eventTime,
    idempotency: { id: record.id, fingerprint: contentHash(record), origin: `import:${from}` } } }
}

const kinds: ReadonlySet<unknown> = new Set<ComponentCommand['kind']>(['rate', 'amend', 'remove'])

function readCommand(found: object, key: string, now: number, app: string): ReadLine {
  const { id, command, timestamp } = found as { id?: unknown, command?: unknown, timestamp?: unknown }
  const eventTime = Date.parse(String(timestamp))
  const kind = (command as { kind?: unknown } | null)?.kind
  const component = (command as { component?: unknown } | null)?.component
  const isWhole = typeof id === 'string' && kinds.has(kind) && typeof component === 'string'
    && eventTime <= now
  if (!isWhole) return refused('REQUEST_INVALID', { reason: 'a command has id, timestamp, command.' })
  const said = command as ComponentCommand
  return { input: { key, value: { command: said, id, app, receivedAt: now }, eventTime,
    idempotency: { id: COMMAND_MARK + id, fingerprint: commandFingerprint(said), origin: `import:${app}` } } }
}

function refused(code: Parameters<typeof messageOf>[0], details: Record<string, string>): ReadLine {
  return { code, message: messageOf(code, details) }
}
