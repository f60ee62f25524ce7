/**
 * Telling a person's records once more without some of them: what an erasure of single records appends again.
 *
 * T1  Records stay as they are, in their order, each with all its contents.
 * T2  A command names a component by its number, and without some records components get other numbers. So
 *     where there are commands, both histories are folded in memory, and a command is told of the component
 *     that is the same one there. What has no such component rested on what is gone: its commands go too.
 * T3  What the system said of tiers is not told again: the rows that it relied on go with the erasure.
 */
import { setImmediate } from 'node:timers/promises'
import { isCommand, isTierCommand, type SubmittedCommand } from '../actors/person/commands.js'
import { person } from '../actors/person/person.js'
import type { Component } from '../actors/psp/component.js'
import type { SubmittedRecord } from '../actors/record/record.js'
import { testDriver, type LogRecord, type Retell, type TestDriver } from '../engine/index.js'
import { hinataTopology } from './hinata.js'

/** Records folded before others of this process have their turn. */
const recordsPerTurn = 10

/** Keeps the records for which `isKept` says so; the event time is in ms UTC. */
export function retelling(isKept: (record: SubmittedRecord, eventTime: number) => boolean): Retell {
  const stays = ({ value, eventTime }: LogRecord): boolean =>
    (isCommand(value) ? !isTierCommand(value.command) : isKept(value as SubmittedRecord, eventTime))
  return async said => {
    const kept = said.map(one => (stays(one) ? one : null))
    const hasCommands = kept.some(one => one !== null && isCommand(one.value))
    return hasCommands && kept.includes(null) ? translated(said, kept) : kept
  }
}

/** What stays, with the commands told of the components that they mean (T2). */
async function translated(
  said: readonly LogRecord[], kept: readonly (LogRecord | null)[],
): Promise<(LogRecord | null)[]> {
  const [before, after] = await Promise.all([newDriver(), newDriver()])
  const last = kept.findLastIndex(one => one !== null && isCommand(one.value))
  const told: (LogRecord | null)[] = []
  for (const [i, one] of said.entries()) {
    const stays = kept[i]
    told.push(stays && isCommand(one.value) ? retold(stays, one.value, before, after) : stays)
    if (i >= last) continue
    await before.push(one.key, one.value, one.eventTime)
    const now = told[i]
    if (now) await after.push(now.key, now.value, now.eventTime)
    if (i % recordsPerTurn === 0) await setImmediate()
  }
  return told
}

function newDriver(): Promise<TestDriver> {
  return testDriver(hinataTopology({ partitions: 1, sinks: [] }))
}

function retold(
  record: LogRecord, value: SubmittedCommand, before: TestDriver, after: TestDriver,
): LogRecord | null {
  const { command } = value
  if (isTierCommand(command)) return null
  const meant = before.state(person, record.key).components.get(command.component)
  if (meant === undefined) return record
  const component = sameAs(meant, after.state(person, record.key).components.entries().map(([, one]) => one))
  if (component === undefined) return null
  return { ...record, value: { ...value, command: { ...command, component: component.id } } }
}

/** The component of another history that says the same: of one slot and beginning, or of one wording. */
function sameAs(meant: Component, others: readonly Component[]): Component | undefined {
  const alike = others.filter(({ type, claim }) =>
    type === meant.type && claim.slot === meant.claim.slot && claim.polarity === meant.claim.polarity)
  return alike.find(({ created_at: at }) => at === meant.created_at)
    ?? alike.find(({ description }) => description === meant.description)
    ?? (meant.claim.slot.startsWith('topic:') ? alike[0] : undefined)
}
