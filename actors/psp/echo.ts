/**
 * Echo: our own prompt, or our own descriptions, coming back as a record. It strengthens nothing, or the
 * system would convince itself of what it said.
 *
 * H1 A text with the prompt's mark is an echo. H2 So is a text whose lines are, for the better half,
 *    descriptions of the person's components: descriptions are in the third person and are composed by us; a
 *    person does not write them.
 */
import { hash32 } from '../text/index.js'
import type { Component } from './component.js'

/** The line that every prompt begins with. */
export const PROMPT_MARK = '[Hinata personal context]'

/** What the stage finds, for the actor to compare. */
export interface EchoTrace {
  readonly isMarked: boolean
  /** Hashes of the text's lines, without bullets and brackets. */
  readonly lines: readonly number[]
}

const LINES_MAX = 64
const LINE_WORDS_MIN = 3
/** A line of LINE_WORDS_MIN words has as many blanks between them; most titles have not. */
const ENOUGH_BLANKS = /\s\S+\s/
const ECHO_SHARE = 0.5
/** Descriptions stay while their components change: what is remembered of them is emptied when it is full. */
const KNOWN_MAX = 20_000
const keys = new Map<string, number>()

/**
 * Reads a text for traces of our own words. Quoted parts are lines too: JSON is one way the PSP leaves us.
 */
export function echoTraceOf(text: string): EchoTrace {
  const lines: number[] = []
  for (const line of text.slice(0, LINES_MAX * 200).split(/["\n\r]+/)) {
    const key = lineKey(line)
    if (key !== 0 && lines.length < LINES_MAX) lines.push(key)
  }
  return { isMarked: text.includes(PROMPT_MARK), lines }
}

/** Is the text an echo of what is known? */
export function isEcho(trace: EchoTrace, components: Iterable<Component>): boolean {
  if (trace.isMarked) return true
  if (trace.lines.length === 0) return false
  const said: number[] = []
  for (const component of components) {
    const key = descriptionKey(component.description)
    if (trace.lines.includes(key)) said.push(key)
  }
  const echoed = said.length === 0 ? 0 : trace.lines.filter(line => said.includes(line)).length
  return echoed > 0 && echoed >= trace.lines.length * ECHO_SHARE
}

function descriptionKey(description: string): number {
  const known = keys.get(description)
  if (known !== undefined) return known
  const key = lineKey(description)
  if (keys.size >= KNOWN_MAX) keys.clear()
  keys.set(description, key)
  return key
}

/** 0 for a line too short to tell. */
function lineKey(line: string): number {
  if (!ENOUGH_BLANKS.test(line)) return 0
  const plain = line
    .toLowerCase()
    .replace(/^[\s\-*•>#\d.)]+/, '')
    .replace(/\s*[([][^)\]]*[)\]]\s*$/, '')
    .replace(/[\s.,;]+$/, '')
    .replace(/\s+/g, ' ')
  return plain.split(' ').length < LINE_WORDS_MIN ? 0 : hash32(plain, 0)
}
