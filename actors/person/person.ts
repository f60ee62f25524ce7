/**
 * The person's actor: one per person, it folds what they keep into what is known about them. Owns the
 * person's state; emits one value per folded record and one per changed component.
 */
import { actor, type TurnContext } from '../../engine/index.js'
import { foldRecord } from './fold.js'
import { componentsChanged, recordsFolded } from './outputs.js'
import type { StagedRecord } from './staged.js'
import { personState } from './state.js'

/** Receives `recorded` with a StagedRecord; the key is the person's id. */
export const person = actor('person', {
  state: personState,
  receive: { recorded },
  reads: {
    recorded: (staged: StagedRecord) => ({
      records: [staged.submitted.record.id],
      addresses: staged.addressKey === '' ? [] : [staged.addressKey],
    }),
  },
})

function recorded(ctx: TurnContext<typeof personState>, staged: StagedRecord): void {
  const { key: personId, now, eventTime, position } = ctx
  const outcome = foldRecord(ctx.state, staged, { personId, now, eventTime, position })
  if (outcome === null) return
  const { folded, changes, changesBefore } = outcome
  ctx.emit(recordsFolded, folded)
  changes.forEach(({ change, component }, i) =>
    ctx.emit(componentsChanged, {
      user_id: personId,
      sequence: changesBefore + i + 1,
      change,
      changed_at: now,
      record_id: folded.record.id,
      component,
    }),
  )
}
