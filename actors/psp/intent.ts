/**
 * Intents: what one record shows about its person. Runs in the pool stage; knows no history.
 *
 * I1 Only the person's own statements count: no questions, no code, no conditions (clauses.ts), no other
 *    voice
 *    (voice.ts).
 * I2 A statement in a long text is a `hint`: it needs a second record that says the same before it becomes a
 *    component. Notes that teach something are full of "I want to"; what a person wants is said briefly or
 *    again.
 * I3 Descriptions of confidential text are not made; of text with PII they are masked.
 */
import { quantisedRows, staticHash, type Embedder } from '../embedding/index.js'
import { maskPii, tagKey, type Analysed } from '../enrichment/index.js'
import type { SubmittedRecord } from '../record/index.js'
import { clausesOf } from './clauses.js'
import { claimOf, valueClaim } from './claim.js'
import type { Claim, ComponentType } from './component.js'
import { cueRules, mayStateSomething } from './cue-rules.js'
import type { CueRule } from './cue-rule.js'
import { capitalised, conjugated, coreOf, inThirdPerson, tidiedObject, withVerb } from './phrase.js'
import { styleRequestOf } from './style-request.js'
import { isOthersVoice, isOwnClause, mayHoldOwnClause } from './voice.js'

/** One thing that a record shows. */
export interface Intent {
  readonly type: ComponentType
  readonly description: string
  readonly confidence: number
  readonly claim: Claim
  /** What is no longer so, said in the same breath; told from other claims by all its words. */
  readonly replaces?: Claim
  /** int8 as bytes, of the description. */
  readonly vector: Uint8Array
  /** The same of use-lite, when the pipeline has it. */
  readonly meaning?: Uint8Array
  /** The sentence it was said in. */
  readonly evidence: string
  /** False: needs a second record that says the same (I2). */
  readonly isDirect: boolean
}

/** An intent before its vector. */
type Draft = Omit<Intent, 'vector' | 'meaning' | 'evidence' | 'isDirect'>

const INTENTS_MAX = 6
const EVIDENCE_CHARS_MAX = 400
const DIRECT_WORDS_MAX = 60
const STYLE_CONFIDENCE = 0.8
const CHAT_CONFIDENCE = 0.6
const WORK_CONFIDENCE = 0.7

const CHAT_SOURCE = /chat|bot|assistant|messenger|conversation/i
/** Of a value that changed, these say only that it did. */
const SINCE = /\s+(?:now|instead|these days|nowadays|from now on)$/i
const WORK_NOUNS =
  'deadline(?: (?:is|was|on|by|at|moved|next|tomorrow|today)\\b|:)|due (?:on|by|date)\\b|' +
  'meeting (?:with|about|at|on|notes)\\b|[Pp]roject [A-Z]\\w+|at work\\b|my career\\b'
const WORK = new RegExp(`\\b(?:${WORK_NOUNS})|^[Tt]asks? ?:`)

/**
 * The intents of an analysed record, at most INTENTS_MAX; with what they mean to `embedder`, if one is given.
 */
export function extractIntents(
  { record }: SubmittedRecord, { enrichment, text }: Analysed, embedder?: Embedder,
): Intent[] {
  if (enrichment.sensitivity === 'confidential') return []
  const isDirect = text.highlightWords.length + text.noteWords.length <= DIRECT_WORDS_MAX
  const hide = enrichment.piiKinds.length > 0 ? maskPii : same
  const found = new Map<string, { draft: Draft, evidence: string }>()
  const { shown, secondAt } = text.reading.prose
  const own = mayHoldOwnClause(record, shown.slice(secondAt)) ? text.sentences : []
  for (const sentence of own) {
    for (const clause of clausesOf(sentence.text)) {
      const draft = draftOf(hide(clause), isDirect)
      if (draft === undefined || found.size >= INTENTS_MAX) continue
      if (!isOwnClause(clause, sentence.text, record)) continue
      if (!found.has(draft.description))
        found.set(draft.description, { draft, evidence: hide(sentence.text).slice(0, EVIDENCE_CHARS_MAX) })
    }
  }
  const isChat =
    CHAT_SOURCE.test(record.source) && text.sentences.some(sentence => sentence.text.endsWith('?'))
  if (isChat) found.set('chat', { draft: chatDraft(record.source), evidence: '' })
  return withVectors([...found.values()], isDirect, embedder)
}

function withVectors(
  found: readonly { draft: Draft, evidence: string }[], isDirect: boolean, embedder: Embedder | undefined,
): Intent[] {
  if (found.length === 0) return []
  const descriptions = found.map(({ draft }) => draft.description)
  const vectors = quantisedRows(staticHash, descriptions)
  const meanings = embedder === undefined ? [] : quantisedRows(embedder, descriptions)
  return found.map(({ draft, evidence }, i) => ({
    ...draft,
    evidence,
    isDirect: isDirect || draft.claim.slot === 'chat',
    vector: vectors[i],
    ...(embedder === undefined ? {} : { meaning: meanings[i] }),
  }))
}

function draftOf(clause: string, isDirect: boolean): Draft | undefined {
  const style = styleRequestOf(clause)
  if (style !== undefined) {
    const claim = valueClaim(style.slot, style.value)
    return {
      type: 'communication_style',
      description: style.description,
      confidence: STYLE_CONFIDENCE,
      claim,
    }
  }
  if (mayStateSomething(clause)) {
    for (const rule of cueRules) {
      const groups = rule.pattern.exec(clause)
      if (groups !== null) return isOthersVoice(clause, rule) ? undefined : ruleDraft(rule, groups)
    }
  }
  return isDirect && WORK.test(clause) ? workDraft(clause) : undefined
}

function ruleDraft(rule: CueRule, groups: RegExpExecArray): Draft | undefined {
  const { was, now } = groups.groups ?? {}
  const whole = now ?? groups[groups.length - 1] ?? ''
  const object = tidiedObject(whole).replace(SINCE, '')
  const word = groups.length > 2 ? (groups[1] ?? '').toLowerCase() : ''
  const slot = rule.single === 'word' ? `${rule.slot}:${tagKey(word)}` : rule.slot
  const claim = claimOf(slot, coreOf(object), rule.polarity, rule.single !== undefined, whole)
  if (claim.stems.length + claim.numbers.length === 0) return undefined
  if (rule.isValued === true && claim.numbers.length + claim.entities.length === 0) return undefined
  const told = inThirdPerson(object)
  const description = capitalised(
    rule.says
      .replace('{0}', told)
      .replace('{+1}', conjugated(word))
      .replace('{1}', inThirdPerson(word))
      .replace('{v}', withVerb(told)),
  )
  const draft = { type: rule.type, description, confidence: rule.confidence, claim }
  if (was === undefined || rule.single !== undefined) return draft
  return { ...draft, replaces: claimOf(slot, coreOf(tidiedObject(was)), 1, false) }
}

/** A short text about work that says neither I nor my: "Meeting with Ana on Friday". */
function workDraft(clause: string): Draft | undefined {
  const object = tidiedObject(clause)
  const claim = claimOf(
    'work',
    coreOf(object).replace(/^\p{Lu}/u, first => first.toLowerCase()),
    1,
    false,
  )
  if (claim.stems.length === 0) return undefined
  return {
    type: 'work_context',
    description: capitalised(inThirdPerson(object)),
    confidence: WORK_CONFIDENCE,
    claim,
  }
}

function chatDraft(source: string): Draft {
  return {
    type: 'learning_preference',
    description: `Learns by asking questions in a chat (${source})`,
    confidence: CHAT_CONFIDENCE,
    claim: valueClaim('chat', 'asks'),
  }
}

function same(text: string): string {
  return text
}
