/**
 * Quotes: lines of a prompt that stand for records found by search, under the day on which they were kept.
 *
 * T1 The most relevant come first to the room that there is; each is whole unless it would take more than
 *    QUOTE_SHARE of it, then it is condensed to its key sentences.
 * T2 A day is written once, before its first quote; what a quote costs includes its day if it is the first.
 */
import { condense } from './condense.js'
import type { Knowledge } from './prompt.js'
import { countTokens } from './tokens.js'

/** One record in words. */
export interface Quote {
  readonly id: string
  /** ms UTC. */
  readonly at: number
  readonly line: string
  readonly relevance: number
}

/** Less is not worth a line. */
const QUOTE_TOKENS_MIN = 6
const QUOTE_SHARE = 0.4
/** Records that did not fit before no more are tried: one of them may be long, not all. */
const MISSES_MAX = 6
const MONTHS = [
  'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October',
    'November',
  'December',
]

/** The quotes of one prompt, chosen in rounds. */
export class Quotes {
  readonly #order: readonly Knowledge[]
  readonly #about: string
  readonly #chosen = new Map<string, Quote>()
  readonly #days = new Set<string>()

  /** `about` is what was asked; empty when nothing was. */
  constructor(knowledge: readonly Knowledge[], about: string) {
    this.#order = [...knowledge].sort((a, b) => b.relevance - a.relevance || (a.id < b.id ? -1 : 1))
    this.#about = about
  }

  /** Chooses more records while they fit into `room`; the tokens that they take. */
  take(room: number): number {
    let used = 0
    let misses = 0
    for (const record of this.#order) {
      if (misses === MISSES_MAX || room - used < QUOTE_TOKENS_MIN) break
      if (this.#chosen.has(record.id)) continue
      const day = dayOf(record.at)
      const head = this.#days.has(day) ? 0 : costOf(day)
      const line = quoted(record, this.#about, Math.min(room - used - head, room * QUOTE_SHARE))
      if (line === '') {
        misses += 1
        continue
      }
      used += head + costOf(line)
      this.#days.add(day)
      this.#chosen.set(record.id, { id: record.id, at: record.at, line, relevance: record.relevance })
    }
    return used
  }

  /** The chosen ones in order of time. */
  get chosen(): readonly Quote[] {
    return [...this.#chosen.values()].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
  }
}

/** The lines of quotes in order of time, each day above its own. */
export function quoteLines(quotes: readonly Quote[]): string[] {
  let last = ''
  return quotes.flatMap(({ at, line }) => {
    const day = dayOf(at)
    if (day === last) return line
    last = day
    return [day, line]
  })
}

/** A line of at most `tokensMax` tokens, its bullet and line end counted; '' when nothing of it fits. */
function quoted({ title: given, text }: Knowledge, about: string, tokensMax: number): string {
  const title = given.replace(/\s+/g, ' ').trim()
  const room = Math.floor(tokensMax) - 2
  const body = condense(text, about === '' ? title : about, Math.max(0, room - countTokens(title) - 1))
    .replace(/\s+/g, ' ').trim()
  const rest = body.startsWith(title) ? body.slice(title.length).trim() : body
  const line = `- ${[title, rest].filter(part => part !== '').join(': ')}`
  return line === '- ' || costOf(line) > tokensMax ? '' : line
}

/** Such as `8 May 2023:`. */
function dayOf(at: number): string {
  const day = new Date(at)
  return `${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]} ${day.getUTCFullYear()}:`
}

function costOf(line: string): number {
  return countTokens(line) + 1
}
