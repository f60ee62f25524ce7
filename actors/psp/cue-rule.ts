/** A cue rule: its form, and the words that many rules share. */
import type { ComponentType } from './component.js'

/** One way to say something about oneself. */
export interface CueRule {
  readonly type: ComponentType
  readonly slot: string
  readonly confidence: number
  readonly polarity: 1 | -1
  /** A group `was` is what is no longer so; a group `now` stands for the object wherever it is. */
  readonly pattern: RegExp
  /**
   * The description: {0} is the object, {1} the cue's own word, {+1} that word conjugated, {v} the object as
   * verb phrase.
   */
  readonly says: string
  /** One value at a time; with 'word', one per cue word. */
  readonly single?: 'slot' | 'word'
  /** The object must hold a number, a date or a name. */
  readonly isValued?: true
}

/** Adverbs that may stand behind the subject. */
export const ADVERBS = '(?:(?:\\w{2,}ly|also|still|just|now|much|do|so|very|quite|rather|' +
  'always|have always) )*'
/** The first person. */
export const I = `(?:i|we) ${ADVERBS}`
/** The first person with its verb to be. */
export const IAM = `(?:(?:i|we) (?:am|are|was|have been)|i'm|we're|i've been) ${ADVERBS}`
/** Negations of a verb. */
export const NOT = "(?:do not|don't|did not|didn't|no longer|never|do not really|don't really|cannot|can't)"

/** A rule; its pattern spans the whole clause. */
export function rule(
  type: ComponentType,
  slot: string,
  confidence: number,
  polarity: 1 | -1,
  pattern: string,
  says: string,
  single?: 'slot' | 'word',
): CueRule {
  const base = { type, slot, confidence, polarity, pattern: new RegExp(`^${pattern}$`, 'i'), says }
  return single === undefined ? base : { ...base, single }
}
