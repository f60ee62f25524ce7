/**
 * Topics of a text: main topics are tags, given ones first; key concepts are its noun phrases.
 *
 * O1 Both are lower-case, without variants of each other, at most five.
 */
import type { Reading, Token } from '../text/index.js'
import { tagKey, traitOf } from './tags.js'

const TOPICS_MAX = 5
const GIVEN_MAX = 3
const CONCEPTS_MAX = 5
const PHRASE_WORDS_MAX = 3

/** What the text is about: up to three of the person's tags, then the best found. */
export function mainTopicsOf(given: readonly string[], found: readonly string[]): string[] {
  const topics = new Map<string, string>()
  for (const tag of [...given.slice(0, GIVEN_MAX), ...found]) {
    const key = tagKey(tag)
    if (topics.size < TOPICS_MAX && !topics.has(key)) topics.set(key, tag)
  }
  return Array.from(topics.values())
}

/**
 * Phrases of two or three words (adjectives and nouns before a noun), the most frequent and the rarest words
 * first.
 */
export function keyConceptsOf(reading: Reading, excluded: ReadonlySet<string>): string[] {
  const phrases = new Map<string, { text: string, weight: number, count: number }>()
  for (const run of runsOf(reading)) {
    const words = run.slice(-PHRASE_WORDS_MAX)
    const text = words.map(({ lower }) => lower).join(' ')
    if (words.some(({ lemma }) => excluded.has(lemma) || traitOf(lemma).isJunk)) continue
    const key = tagKey(text)
    const known = phrases.get(key)
    const weight = words.reduce((sum, { lemma }) => sum + traitOf(lemma).rarity, 0)
    if (known === undefined) phrases.set(key, { text, weight, count: 1 })
    else known.count += 1
  }
  return Array.from(phrases.values())
    .sort((a, b) => b.count - a.count || b.weight - a.weight || (a.text < b.text ? -1 : 1))
    .slice(0, CONCEPTS_MAX)
    .map(({ text }) => text)
}

/** Runs of two or more adjectives, nouns and names, one blank or hyphen apart, that end in a noun. */
function runsOf({ tokens, sentences }: Reading): Token[][] {
  const runs: Token[][] = []
  for (const { from, to } of sentences) {
    let run: Token[] = []
    for (let i = from; i < to; i += 1) {
      const token = tokens[i]
      const isPart = token.kind === 'noun' || token.kind === 'adjective' || token.kind === 'name'
      const last = run[run.length - 1]
      if (last !== undefined && !(isPart && token.start - last.end === 1)) run = close(run, runs)
      if (isPart) run.push(token)
    }
    close(run, runs)
  }
  return runs
}

function close(run: Token[], runs: Token[][]): Token[] {
  if (run.length > 1 && run[run.length - 1].kind === 'noun') runs.push(run)
  return []
}
