/**
 * Topics of a text: main topics are tags, given ones first; key concepts are its noun phrases.
 *
 * O1 Both are lower-case, without variants of each other, at most five.
 */
import type { Reading, Token, Vocable } from '../text/index.js'
import { phraseKey, type Tag } from './tag.js'
import { traits } from './tags.js'

const TOPICS_MAX = 5
const GIVEN_MAX = 3
const CONCEPTS_MAX = 5
const PHRASE_WORDS_MAX = 3

/** What the text is about: up to three of the person's tags, then the best found. */
export function mainTopicsOf(given: readonly Tag[], found: readonly Tag[]): string[] {
  const topics: Tag[] = []
  for (let i = 0; i < given.length && i < GIVEN_MAX; i += 1) addTopic(topics, given[i])
  for (const tag of found) addTopic(topics, tag)
  return topics.map(({ text }) => text)
}

function addTopic(topics: Tag[], tag: Tag): void {
  if (topics.length < TOPICS_MAX && !topics.some(({ key }) => key === tag.key)) topics.push(tag)
}

interface Phrase {
  readonly words: readonly Vocable[]
  readonly text: string
  readonly weight: number
  count: number
}

/**
 * Phrases of two or three words (adjectives and nouns before a noun), the most frequent and the rarest words
 * first.
 */
export function keyConceptsOf(reading: Reading, excluded: ReadonlySet<string>): string[] {
  const phrases: Phrase[] = []
  const keys: string[] = []
  for (const run of runsOf(reading)) {
    const tokens = run.slice(-PHRASE_WORDS_MAX)
    if (tokens.some(({ base }) => excluded.has(base.text) || traits.of(base).isJunk)) continue
    const words = tokens.map(({ word }) => word.vocable)
    // A key tells a phrase from the others: the first alone needs none.
    if (phrases.length === 1 && keys.length === 0) keys.push(phraseKey(phrases[0].words))
    const key = phrases.length === 0 ? '' : phraseKey(words)
    const known = phrases.length === 0 ? -1 : keys.indexOf(key)
    if (known >= 0) {
      phrases[known].count += 1
      continue
    }
    if (phrases.length > 0) keys.push(key)
    const weight = tokens.reduce((sum, { base }) => sum + traits.of(base).rarity, 0)
    phrases.push({ words, text: words.map(({ text }) => text).join(' '), weight, count: 1 })
  }
  return phrases
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
