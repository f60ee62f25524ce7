/**
 * Recommended highlights: the sentences of a note that say best what it says.
 *
 * L1 At most three, in order of merit; a note under 100 characters is its own.
 * L2 merit = .6 centrality (cosine of the content words of sentence and note) + .2 cue word + .2 length (20
 *    to 40 words).
 */
import { isStopWord, textOf, type Reading, type Sentence } from '../text/index.js'

const HIGHLIGHTS_MAX = 3
const SHORT_CHARS_MAX = 100
/** A "sentence" without an end is cut here. */
const TEXT_CHARS_MAX = 500
const WORDS_MIN = 4
const WORDS_GOOD_MIN = 20
const WORDS_GOOD_MAX = 40
const CUE = new RegExp('\\b(?:important|key|main|because|therefore|in short|conclusion|must|should|' +
  'remember|essential|crucial|significant|learned|lesson|means|the point|always|never|turns out|note that|' +
  'how to)\\b', 'i')

/**
 * The best sentences of the part of the reading that begins at `noteStart`; `note` is that part as the person
 * wrote it.
 */
export function recommendedHighlightsOf(note: string, reading: Reading, noteStart: number): string[] {
  const whole = note.trim()
  if (whole === '') return []
  if (whole.length < SHORT_CHARS_MAX) return [whole]
  const sentences = reading.sentences.filter(({ start }) => start >= noteStart)
  const terms = sentences.map(sentence => termsOf(sentence, reading))
  const total = new Map<string, number>()
  for (const own of terms) for (const [term, count] of own) total.set(term, (total.get(term) ?? 0) + count)
  const rated = sentences.map((sentence,
    i) => ({ sentence, i, merit: meritOf(sentence, reading, terms[i], total) }))
  const full = rated.filter(({ sentence }) => sentence.words >= WORDS_MIN && !sentence.isTitle)
  return (full.length > 0 ? full : rated)
    .sort((a, b) => b.merit - a.merit || a.i - b.i)
    .slice(0, HIGHLIGHTS_MAX)
    .map(({ sentence }) => cut(textOf(sentence, reading)))
}

function meritOf(
  sentence: Sentence, reading: Reading, own: ReadonlyMap<string, number>, total: ReadonlyMap<string, number>,
): number {
  const cue = CUE.test(textOf(sentence, reading)) ? 1 : 0
  return 0.6 * cosineOf(own, total) + 0.2 * cue + 0.2 * lengthOf(sentence.words)
}

function lengthOf(words: number): number {
  if (words < WORDS_GOOD_MIN) return words / WORDS_GOOD_MIN
  return words <= WORDS_GOOD_MAX ? 1 : WORDS_GOOD_MAX / words
}

function termsOf({ from, to }: Sentence, { tokens }: Reading): Map<string, number> {
  const terms = new Map<string, number>()
  for (let i = from; i < to; i += 1) {
    const { kind, lemma } = tokens[i]
    if (kind === 'mark' || kind === 'other' || isStopWord(lemma)) continue
    terms.set(lemma, (terms.get(lemma) ?? 0) + 1)
  }
  return terms
}

function cosineOf(own: ReadonlyMap<string, number>, total: ReadonlyMap<string, number>): number {
  let dot = 0
  let ownSquare = 0
  for (const [term, count] of own) {
    dot += count * (total.get(term) ?? 0)
    ownSquare += count * count
  }
  let totalSquare = 0
  for (const count of total.values()) totalSquare += count * count
  return ownSquare === 0 ? 0 : dot / Math.sqrt(ownSquare * totalSquare)
}

function cut(text: string): string {
  if (text.length <= TEXT_CHARS_MAX) return text
  const end = text.lastIndexOf(' ', TEXT_CHARS_MAX - 1)
  return `${text.slice(0, end > 0 ? end : TEXT_CHARS_MAX - 1).trimEnd()}…`
}
