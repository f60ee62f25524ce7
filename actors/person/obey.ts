/**
 * Obeying: one command changes what is known of its person. Synchronous and deterministic (A1); the command
 * happens at its event time, among the person's records.
 *
 * O1 A command id is obeyed once (C1): its outcome is kept, and looked at first.
 * O2 What cannot be obeyed changes nothing but its outcome.
 */
import type { TurnContext } from '../../engine/index.js'
import { amended, rated, removed, type SayingOutcome } from '../psp/saying.js'
import { Knowledge } from '../psp/knowledge.js'
import { isTierCommand, type ComponentCommand } from './commands.js'
import { reportChanges } from './report.js'
import type { StagedCommand } from './staged.js'
import type { personState } from './state.js'
import { moveContent } from './tiering.js'

/** The turn of a command. */
export function obey(ctx: TurnContext<typeof personState>, staged: StagedCommand): void {
  const { id, command } = staged.command
  if (isTierCommand(command)) return moveContent(ctx, command)
  const { state, eventTime, now } = ctx
  if (state.commands.get(id) !== undefined) return
  const profile = state.profile.get()
  const knowledge = new Knowledge(state.components, profile.created)
  const outcome = said(knowledge, command, staged.wording, eventTime)
  const changes = knowledge.settle(Math.max(eventTime, profile.lastAt), profile.gapMs)
  if (changes.length > 0) {
    state.profile.set({
      ...profile, created: knowledge.created, changes: profile.changes + changes.length,
    })
  }
  state.commands.put(id, { kind: command.kind, fingerprint: staged.fingerprint, outcome, at: now })
  reportChanges(ctx, changes, profile.changes, '')
}

function said(
  knowledge: Knowledge, command: ComponentCommand, wording: StagedCommand['wording'], at: number,
): SayingOutcome {
  switch (command.kind) {
    case 'rate': return rated(knowledge, command.component, command.rating, at)
    case 'amend': return amended(knowledge, command.component, { ...command, wording }, at)
    case 'remove': return removed(knowledge, command.component, at)
  }
}
