/**
 * Conversations as records: each turn is one, said by its speaker at an address of the conversation and the
 * session, a minute after the turn before it.
 */
import type { Conversation, Session, Turn } from './data-folder.js'
import { KeptPerson, type RecordInput } from './pipeline.js'

const TURN_MS = 60_000
const MONTHS = [
  'january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october',
  'november', 'december',
]
const WHEN = /^(\d{1,2}):(\d{2})\s*([ap])m\s+on\s+(\d{1,2})\s+([a-z]+),?\s+(\d{4})$/i

/** A conversation that was kept. */
export interface KeptConversation {
  readonly conversation: Conversation
  readonly person: KeptPerson
  /** In order of time. */
  readonly turns: readonly { readonly id: string, readonly session: number, readonly text: string }[]
}

/** Keeps all turns of a conversation. */
export async function keepConversation(conversation: Conversation): Promise<KeptConversation> {
  const sessions = [...conversation.sessions].sort((a, b) => timeOf(a) - timeOf(b))
  const person = await KeptPerson.begin(timeOf(sessions[0]))
  await person.keep(sessions.flatMap(session => session.turns.map((turn, i) =>
    recordOf(conversation, session, turn, timeOf(session) + i * TURN_MS))))
  const turns = sessions.flatMap(({ session, turns }) =>
    turns.map(turn => ({ id: turn.id, session, text: textOf(turn) })))
  return { conversation, person, turns }
}

/** Evidence turns that exist, and the sessions they are in. */
export function evidenceOf(
  { turns }: KeptConversation, evidence: readonly string[],
): { readonly ids: readonly string[], readonly sessions: readonly number[] } {
  const known = turns.filter(({ id }) => evidence.includes(id))
  return { ids: known.map(({ id }) => id), sessions: [...new Set(known.map(({ session }) => session))] }
}

function recordOf({ id }: Conversation, { session }: Session, turn: Turn, at: number): RecordInput {
  return {
    id: turn.id, timestamp: new Date(at).toISOString(), source: 'chat', note: textOf(turn),
    address: `chat://${id}/session-${session}`,
  }
}

function textOf({ speaker, text, caption }: Turn): string {
  return caption === '' ? `${speaker}: ${text}` : `${speaker}: ${text} [${caption}]`
}

/** ms UTC of the session's beginning. */
function timeOf({ date_time: when, session }: Session): number {
  const [, hour, minute, half, day, month, year] = WHEN.exec(when.trim()) ?? []
  const monthAt = MONTHS.indexOf((month ?? '').toLowerCase())
  if (monthAt < 0) throw new Error(`session ${session}: "${when}" is not like "1:56 pm on 8 May, 2023"`)
  const hours = Number(hour) % 12 + (half.toLowerCase() === 'p' ? 12 : 0)
  return Date.UTC(Number(year), monthAt, Number(day), hours, Number(minute))
}
