/**
 * Echo: our own prompt, or our own descriptions, coming back as a record. It strengthens nothing, or the
 * system would convince itself of what it said.
 *
 * H1 A text with the prompt's mark is an echo. H2 So is a text whose lines are, for the better half,
 *    descriptions of the person's components: descriptions are in the third person and are composed by us; a
 *    person does not write them. H3 The prompt's headings, and its lines that
 *    no component says alone, count as such lines.
 */
import { hash32 } from '../text/index.js'
import { VISITS_SAID } from './component.js'

/** The line that every prompt begins with. */
export const PROMPT_MARK = '[Hinata personal context]'

/** The prompt's headings. */
export const HEADINGS = {
  core: 'Interests and values',
  working: 'Goals and work',
  context: 'Preferences',
  buffer: 'Just now',
} as const
/** How the line about the focus begins. */
export const BUSY_WITH = 'Busy with lately:'

/** What the stage finds, for the actor to compare. */
export interface EchoTrace {
  readonly isMarked: boolean
  /** Hashes of the text's lines, without bullets and brackets. */
  readonly lines: readonly number[]
}

const LINES_MAX = 64
/** A line of three words, the least that can tell, has two blanks between them; most titles have not. */
const ENOUGH_BLANKS = /\s\S+\s/
const BULLET = /^[\s\-*•>#\d.)]+/
const MAYBE_BRACKETS = /[)\]\s]/
const BRACKETS = /\s*[([][^)\]]*[)\]]\s*$/
const END_MARKS = /[\s.,;]+$/
/** Blanks that are not one space each. */
const UNTIDY = /\s\s|[^\S ]/
/** Beginnings of the lines that the prompt makes of several components, in lower case. */
const GATHERED = [BUSY_WITH, VISITS_SAID, ...Object.values(HEADINGS)].map(said => said.toLowerCase())
/** Stands for the lines that begin so. */
const GATHERED_KEY = 1
const ECHO_SHARE = 0.5
/** Descriptions stay while their components change: what is remembered of them is emptied when it is full. */
const KNOWN_MAX = 20_000
const keys = new Map<string, number>()

/**
 * Reads a text for traces of our own words. Quoted parts are lines too: JSON is one way the PSP leaves us.
 */
export function echoTraceOf(text: string): EchoTrace {
  const lines: number[] = []
  const end = Math.min(text.length, LINES_MAX * 200)
  for (let from = 0; from < end && lines.length < LINES_MAX;) {
    let to = from
    while (to < end && !isLineEnd(text.charCodeAt(to))) to += 1
    const key = lineKey(text.slice(from, to))
    if (key !== 0) lines.push(key)
    from = to + 1
  }
  return { isMarked: text.includes(PROMPT_MARK), lines }
}

/** Quotes, line feeds, carriage returns. */
function isLineEnd(code: number): boolean {
  return code === 0x22 || code === 0x0a || code === 0x0d
}

/** Is the text an echo of what is known? `known` knows the keys of the descriptions. */
export function isEcho(trace: EchoTrace, known: { says(key: number): boolean }): boolean {
  if (trace.isMarked) return true
  if (trace.lines.length === 0) return false
  const echoed = trace.lines.filter(line => line === GATHERED_KEY || known.says(line)).length
  return echoed > 0 && echoed >= trace.lines.length * ECHO_SHARE
}

/** The key of a description, as a line of a text would have it. */
export function descriptionKey(description: string): number {
  const known = keys.get(description)
  if (known !== undefined) return known
  const key = lineKey(description)
  if (keys.size >= KNOWN_MAX) keys.clear()
  keys.set(description, key)
  return key
}

/** 0 for a line too short to tell: it needs two blanks when it is tidied. */
function lineKey(line: string): number {
  if (!ENOUGH_BLANKS.test(line)) return 0
  let plain = line.toLowerCase().replace(BULLET, '')
  if (MAYBE_BRACKETS.test(plain.slice(-1))) plain = plain.replace(BRACKETS, '')
  if (END_MARKS.test(plain.slice(-1))) plain = plain.replace(END_MARKS, '')
  if (UNTIDY.test(plain)) plain = plain.replace(/\s+/g, ' ')
  if (GATHERED.some(said => plain.startsWith(said))) return GATHERED_KEY
  const blank = plain.indexOf(' ')
  const isEnough = blank >= 0 && plain.includes(' ', blank + 1)
  return isEnough ? hash32(plain, 0) : 0
}
