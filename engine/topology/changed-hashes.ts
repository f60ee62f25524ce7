/** What one actor changed since the last commit, as hashes to write: its cells, and each of its tables. */
import { FieldChanges, type Activation } from '../actor/index.js'
import type { ChangedHash } from './state-store.js'

/** Collects the changes; afterwards memory holds what the commit will make durable, and no rows. */
export function changedHashes(activation: Activation): ChangedHash[] {
  const { actor: { type: actor }, key, isWiped: isCleared } = activation
  const own = new FieldChanges()
  const tables = new Map<string, FieldChanges>()
  if (isCleared) for (const table of activation.tables) tables.set(table, new FieldChanges())
  activation.collect(own, table => {
    const changes = tables.get(table) ?? new FieldChanges()
    tables.set(table, changes)
    return changes
  })
  activation.releaseRows()
  const hashes: ChangedHash[] = [{ actor, key, table: undefined, changes: own, isCleared }]
  for (const [table, changes] of tables) hashes.push({ actor, key, table, changes, isCleared })
  return hashes.filter(({ changes }) => isCleared || !changes.isEmpty)
}
