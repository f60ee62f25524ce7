/**
 * Learning: what one folded record changes in the PSP. Topics, statements, visits and mood each in their own
 * function.
 *
 * J1 A record that echoes us changes nothing (echo.ts).
 * J2 A revision adds only what its earlier content did not bring; a statement that the new content no longer
 *    makes and that rested on this record alone ends.
 * J3 A contradiction ends the older claim by event time: evidence that arrives late does not end what is
 *    newer.
 * J4 What the person said of a component holds (saying.ts, H1, H2).
 */
import type { ListCell } from '../../engine/index.js'
import { absorbed, created, superseded, type Cause } from './absorb.js'
import { valueClaim } from './claim.js'
import { memoryOf, VISITED_SLOT, VISITS_SAID, type Component } from './component.js'
import { isHeld, isRefused } from './held.js'
import { corroborate, type Hint } from './hint.js'
import type { Intent } from './intent.js'
import type { ChangeKind, Knowledge } from './knowledge.js'
import { matchIntent, type Step } from './match.js'
import { withEvidence } from './evidence.js'
import type { Aboutness } from './topic-evidence.js'

/** What a record brings. */
export interface Lesson {
  readonly cause: Cause
  readonly intents: readonly Intent[]
  readonly about: Aboutness
  /** The record's vector, int8 as bytes. */
  readonly vector: Uint8Array
  readonly addressKey: string
  /** Visits of the address in the attention window, this one included. */
  readonly visits: number
  /** Topics that an earlier revision of the record brought already. */
  readonly topicsBefore: ReadonlySet<string>
  readonly revision: number
  /** The person kept this text before, or all but the same: what it is about is known, so is its tone. */
  readonly isRepeated: boolean
  /** Records of the person, this one included. */
  readonly records: number
  /** The last moods, see Profile. */
  readonly moods: string
}

const CHANGE_OF: Readonly<Record<Exclude<Step, 'create'>, ChangeKind>> = {
  strengthen: 'strengthened',
  update: 'updated',
  merge: 'merged',
}

/** Statements, the surest first. */
export function learnStatements(knowledge: Knowledge, hints: ListCell<Hint>, lesson: Lesson): void {
  if (lesson.intents.length > 0) {
    const surestFirst = [...lesson.intents].sort((a, b) => b.confidence - a.confidence)
    for (const intent of surestFirst) learnStatement(knowledge, hints, lesson, intent)
  }
  if (lesson.revision > 1) withdrawUnsaid(knowledge, lesson.cause)
}

function learnStatement(knowledge: Knowledge, hints: ListCell<Hint>, lesson: Lesson, intent: Intent): void {
  const { cause } = lesson
  const match = matchIntent(intent, knowledge.near(intent.claim, intent.replaces, memoryOf(intent.type)))
  if (match.target !== undefined && match.step !== 'create') {
    const target = match.target
    if (target.evidence.includes(cause.recordId)) return knowledge.touch(target.id)
    knowledge.put(CHANGE_OF[match.step], absorbed(target, match.step, intent, cause))
    for (const old of match.contradicted) end(knowledge, old, target.id, cause)
    return
  }
  if (isRefused(knowledge, intent, match.contradicted)) return
  let witness: string | undefined
  if (!intent.isDirect) {
    witness = corroborate(hints, { type: intent.type, claim: intent.claim, recordId: cause.recordId })
    if (witness === undefined) return
  }
  if (isWithdrawal(intent) && match.contradicted.length === 0) return
  const component = created(knowledge.nextId(), intent, cause)
  const newer = match.contradicted.filter(old => old.valid_from > cause.at)
  const born =
    witness === undefined ? component : { ...component, ...withEvidence(component, witness, cause.attention) }
  if (newer.length > 0) {
    const successor = newer.reduce((first, next) => (next.valid_from < first.valid_from ? next : first))
    knowledge.put('superseded', superseded(born, successor.id, successor.valid_from, cause.recordId))
  } else knowledge.put('created', born)
  for (const old of match.contradicted) end(knowledge, old, component.id, cause)
}

/** The claim ends when newer evidence contradicts it (J3). */
function end(knowledge: Knowledge, old: Component, successor: string, cause: Cause): void {
  if (old.valid_from <= cause.at && !isHeld(old))
    knowledge.put('superseded', superseded(old, successor, cause.at, cause.recordId))
}

/** "No longer plans to …" is worth knowing only where the plan was known. */
function isWithdrawal({ type, claim }: Intent): boolean {
  return claim.polarity === -1 && (type === 'current_goal' || claim.slot === 'learning')
}

function withdrawUnsaid(knowledge: Knowledge, cause: Cause): void {
  for (const known of knowledge.aloneOn(cause.recordId)) {
    if (isHeld(known) || knowledge.isTouched(known.id)) continue
    knowledge.put('superseded', superseded(known, null, cause.at, cause.recordId))
  }
}

const VISITS_MIN = 3
const ADDRESS_SHOWN_MAX = 80

/** An address that a person keeps coming back to is what they work with. */
export function learnVisits(
  knowledge: Knowledge,
  { addressKey, visits, cause, vector, revision }: Lesson,
): void {
  if (addressKey === '' || visits <= VISITS_MIN || revision > 1) return
  const shown = addressKey
    .replace(/^https?:\/\/(?:www\.)?/, '')
    .replace(/\/$/, '')
    .slice(0, ADDRESS_SHOWN_MAX)
  learnValue(
    knowledge,
    {
      type: 'work_context',
      description: `${VISITS_SAID} ${shown}`,
      confidence: Math.min(1, visits / 10),
      claim: valueClaim(VISITED_SLOT + addressKey, addressKey),
      vector,
      evidence: '',
      isDirect: true,
    },
    cause,
  )
}

const MOOD_CONFIDENCE = 0.5
const MOODS_SUSTAINED = 6
const MOOD_TEXT = {
  p: 'Writes in a positive, warm tone',
  n: 'Writes critically, often about what does not work',
} as const

/** A tone that lasts over several records is a style. */
export function learnMood(knowledge: Knowledge, { moods, cause, vector, revision,
  isRepeated }: Lesson): void {
  const mood = moods.at(-1)
  if ((mood !== 'p' && mood !== 'n') || revision > 1 || isRepeated) return
  if (moods.split(mood).length - 1 < MOODS_SUSTAINED) return
  learnValue(
    knowledge,
    {
      type: 'communication_style',
      description: MOOD_TEXT[mood],
      confidence: MOOD_CONFIDENCE,
      claim: valueClaim('style:mood', mood),
      vector,
      evidence: '',
      isDirect: true,
    },
    cause,
  )
}

/** A slot with one value: the same value strengthens, another one supersedes. */
function learnValue(knowledge: Knowledge, intent: Intent, cause: Cause): void {
  const known = knowledge.ofSlot(intent.claim.slot)
  if (known !== undefined && known.claim.entities[0] === intent.claim.entities[0]) {
    const step = absorbed(known, 'strengthen', intent, cause)
    return knowledge.put('strengthened', {
      ...step,
      confidence: Math.max(known.confidence, intent.confidence),
    })
  }
  if (isRefused(knowledge, intent, known === undefined ? [] : [known])) return
  const component = created(knowledge.nextId(), intent, cause)
  knowledge.put('created', component)
  if (known !== undefined) end(knowledge, known, component.id, cause)
}
