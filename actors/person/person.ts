/**
 * The person's actor: one per person, it folds what they keep into what is known about them. Owns the
 * person's state; emits one value per folded record and one per changed component; of a component that
 * changes several times within a commit and goes on, the last.
 */
import { actor, type TurnContext, type TypedActor } from '../../engine/index.js'
import { isTierCommand } from './commands.js'
import { foldRecord } from './fold.js'
import { obey } from './obey.js'
import { recordsFolded } from './outputs.js'
import { reportChanges } from './report.js'
import { defaultScoring, type Scoring } from './scoring.js'
import type { StagedCommand, StagedRecord } from './staged.js'
import { personState } from './state.js'

/**
 * The actor with its scoring. Receives `recorded` with a StagedRecord and `commanded` with a StagedCommand;
 * the key is the person's id.
 */
export function personWith(scoring: Scoring): TypedActor<typeof personState> {
  return actor('person', {
    state: personState,
    receive: {
      recorded: (ctx: TurnContext<typeof personState>, staged: StagedRecord) =>
        recorded(ctx, staged, scoring),
      commanded: (ctx: TurnContext<typeof personState>, staged: StagedCommand) => obey(ctx, staged),
    },
    reads: {
      recorded: (staged: StagedRecord) => ({
        records: [staged.submitted.record.id],
        addresses: staged.addressKey === '' ? [] : [staged.addressKey],
      }),
      commanded: ({ command: { id, command } }: StagedCommand): Readonly<Record<string, readonly string[]>> =>
        (isTierCommand(command) ? { records: command.records.map(([record]) => record) }
          : { commands: [id] }),
    },
  })
}

/** With the default scoring; also what readers of a person's state name, whatever the scoring. */
export const person = personWith(defaultScoring)

function recorded(ctx: TurnContext<typeof personState>, staged: StagedRecord, scoring: Scoring): void {
  const { key: personId, now, eventTime, position } = ctx
  const outcome = foldRecord(ctx.state, staged, { personId, now, eventTime, position, scoring })
  if (outcome === null) return
  const { folded, changes, changesBefore } = outcome
  ctx.emit(recordsFolded, folded)
  reportChanges(ctx, changes, changesBefore, folded.record.id)
}
