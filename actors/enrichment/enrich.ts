/**
 * Enrichment of records: everything that can be said about a record without knowing its person's history.
 *
 * N1 A function of the record alone: neither the batch it comes in nor what was enriched before changes a
 *    byte of it.
 * N2 Never throws on any text; time is linear in the length of the text.
 * N3 One reading per record: tags, topics, highlights, mood and scores all reuse it.
 * N4 What leaves as tag, topic or recommended highlight holds no PII that pii.ts can find.
 */
import { embedWords, quantise, staticHash } from '../embedding/index.js'
import {
  joinProse, meanSentenceWords, proseOf, readProse, textOf, vocablesOf, wordsOf, type Reading, type Vocable,
} from '../text/index.js'
import { complexityLevelOf, type ComplexityLevel } from './complexity.js'
import { recommendedHighlightsOf } from './highlights.js'
import { namesOf } from './names.js'
import { findPii, kindsOf, maskPii, type PiiHit } from './pii.js'
import type { PiiKind } from './pii-patterns.js'
import { qualityPartsOf, type QualityParts } from './quality.js'
import { isMasked, sensitivityOf, type Sensitivity } from './sensitivity.js'
import { sentimentOf, type Sentiment } from './sentiment.js'
import { tagOf, type Tag } from './tag.js'
import { tagsOf } from './tags.js'
import { keyConceptsOf, mainTopicsOf } from './topics.js'

/** The parts of a record that enrichment reads. */
export interface EnrichInput {
  readonly highlight: string
  readonly note: string
  readonly address: string
  readonly tag: readonly string[]
}

/** What enrichment adds to a record. */
export interface Enrichment {
  readonly enhancedTags: string[]
  readonly recommendedHighlights: string[]
  readonly semanticAnalysis: {
    readonly mainTopics: string[]
    readonly keyConcepts: string[]
    readonly sentiment: Sentiment
    readonly complexityLevel: ComplexityLevel
  }
  readonly sensitivity: Sensitivity
  /** Sorted, each once. */
  readonly piiKinds: PiiKind[]
  readonly qualityParts: QualityParts
  /** Of the embedder static-hash, quantised. */
  readonly vector: Int8Array
  /** Only when the text is confidential or restricted. */
  readonly maskedHighlight?: string
  readonly maskedNote?: string
}

/** One sentence, for who looks for intents in it. */
export interface AnalysedSentence {
  readonly text: string
}

/** What stays in the process: the sentences, at most 12, in order, and the words that were written. */
export interface AnalysedText {
  readonly sentences: AnalysedSentence[]
  /** Words of the fields as they are, with the words of code and addresses. */
  readonly highlightWords: readonly Vocable[]
  readonly noteWords: readonly Vocable[]
  readonly reading: Reading
  /** The person's tags, and those that were found. */
  readonly given: readonly Tag[]
  readonly found: readonly Tag[]
}

/** An enrichment with the sentences that it was made from. */
export interface Analysed {
  readonly enrichment: Enrichment
  readonly text: AnalysedText
}

const SENTENCES_MAX = 12
const NO_WORDS: ReadonlySet<string> = new Set()
/** How much code stands for a record that has nothing else. */
const CODE_CHARS_MAX = 2_000

/** Enriches a batch, in order. */
export function enrichBatch(records: readonly EnrichInput[]): Enrichment[] {
  return analyseBatch(records).map(({ enrichment }) => enrichment)
}

/** Enriches a batch, in order, and returns the sentences beside it. */
export function analyseBatch(records: readonly EnrichInput[]): Analysed[] {
  const rows = new Float32Array(staticHash.dim)
  return records.map(record => analyse(record, rows))
}

function analyse(record: EnrichInput, row: Float32Array): Analysed {
  const highlight = proseOf(record.highlight)
  const note = proseOf(record.note)
  const prose = joinProse(highlight, note, 'titled')
  const reading = readProse(prose)
  const { first: highlightWords, second: noteWords } = reading
  let words = highlightWords.concat(noteWords)
  if (prose.code !== '') words = words.concat(vocablesOf(prose.code))
  if (words.length === 0) words = vocablesOf(rawTextOf(record))

  const privacy = privacyOf(record, words)
  const naming = namesOf(reading)
  const given = record.tag.map(tagOf)
  const found = tagsOf(reading, naming, given, privacy.excluded)
  const meanWords = meanSentenceWords(reading)
  const recommended = recommendedHighlightsOf(record.note, reading, prose.shown.length - note.shown.length)
  row.fill(0)
  embedWords(words, row, 0)
  const enrichment = {
    enhancedTags: found.map(({ text }) => text),
    recommendedHighlights: privacy.hasHits ? recommended.map(maskPii) : recommended,
    semanticAnalysis: {
      mainTopics: mainTopicsOf(given.filter(({ holdsPii }) => !holdsPii), found),
      keyConcepts: keyConceptsOf(reading, privacy.excluded),
      sentiment: sentimentOf(reading),
      complexityLevel: complexityLevelOf(meanWords),
    },
    sensitivity: privacy.sensitivity,
    piiKinds: privacy.piiKinds,
    qualityParts: qualityPartsOf({
      highlightWords: highlightWords.length, noteWords: noteWords.length, tags: record.tag.length,
      listItems: prose.listItems, meanSentenceWords: meanWords, prose: prose.read.toLowerCase(),
    }),
    vector: quantise(row),
    ...privacy.masked,
  }
  const text = {
    sentences: sentencesOf(reading),
    highlightWords: highlight.isPlain ? highlightWords : vocablesOf(record.highlight),
    noteWords: note.isPlain ? noteWords : vocablesOf(record.note),
    reading, given, found,
  }
  return { enrichment, text }
}

interface Privacy {
  readonly sensitivity: Sensitivity
  readonly piiKinds: PiiKind[]
  readonly hasHits: boolean
  /** Words of the hits, in lower case. */
  readonly excluded: ReadonlySet<string>
  readonly masked: { maskedHighlight?: string, maskedNote?: string }
}

function privacyOf({ highlight, note }: EnrichInput, words: readonly Vocable[]): Privacy {
  const highlightHits = findPii(highlight)
  const noteHits = findPii(note)
  const piiKinds = kindsOf([...highlightHits, ...noteHits])
  const sensitivity = sensitivityOf(piiKinds, words)
  const hasHits = highlightHits.length + noteHits.length > 0
  const excluded = hasHits
    ? new Set([...wordsOfHits(highlight, highlightHits), ...wordsOfHits(note, noteHits)]) : NO_WORDS
  if (!isMasked(sensitivity)) return { sensitivity, piiKinds, hasHits, excluded, masked: {} }
  const masked = { maskedHighlight: maskPii(highlight), maskedNote: maskPii(note) }
  return { sensitivity, piiKinds, hasHits, excluded, masked }
}

function rawTextOf({ highlight, note }: EnrichInput): string {
  return `${highlight} ${note}`.slice(0, CODE_CHARS_MAX)
}

function wordsOfHits(text: string, hits: readonly PiiHit[]): string[] {
  return hits.flatMap(({ start, end }) => {
    const hit = text.slice(start, end).toLowerCase()
    return [hit, ...wordsOf(hit), ...hit.split(/\s+/)]
  })
}

function sentencesOf(reading: Reading): AnalysedSentence[] {
  return reading.sentences.slice(0, SENTENCES_MAX).map(sentence => ({ text: textOf(sentence, reading) }))
}
