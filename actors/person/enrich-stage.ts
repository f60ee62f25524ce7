/**
 * The stage before the person's actor: SubmittedRecord → StagedRecord, SubmittedCommand → StagedCommand, in
 * pool threads. Stateless and
 * deterministic: neither the batch nor the thread changes a byte of the answer. A record that makes it throw
 * fails alone (the runner isolates it).
 */
import type { StageFunction } from '../../engine/index.js'
import type { Embedder } from '../embedding/index.js'
import { analyseBatch, type Enrichment, type Tag } from '../enrichment/index.js'
import { echoTraceOf } from '../psp/echo.js'
import { wordingOfCorrection } from '../psp/correction.js'
import { extractIntents } from '../psp/intent.js'
import { aboutnessOf } from '../psp/topic-evidence.js'
import { isOwnVoice } from '../psp/voice.js'
import { addressKey } from '../record/address.js'
import { contentHash } from '../record/content-hash.js'
import type { SubmittedRecord } from '../record/index.js'
import { tokenSetOf } from '../text/index.js'
import { commandFingerprint, isCommand, type SubmittedCommand } from './commands.js'
import type { StagedCommand, StagedRecord } from './staged.js'

/** One StagedMessage per value, in order. */
export const run: StageFunction = stageWith()

/** The same with what statements mean to `embedder`, if one is given. */
export function stageWith(embedder?: Embedder): StageFunction {
  return records => records.map(({ value }) => (isCommand(value) ? stagedCommand(value, embedder)
    : stagedRecord(value as SubmittedRecord, embedder)))
}

function stagedCommand(submitted: SubmittedCommand, embedder?: Embedder): StagedCommand {
  const { command } = submitted
  const staged = { command: submitted, fingerprint: commandFingerprint(command) }
  const isCorrection = command.kind === 'amend' && command.description !== undefined
  return isCorrection ? { ...staged, wording: wordingOfCorrection(command.description, embedder) } : staged
}

function stagedRecord(submitted: SubmittedRecord, embedder?: Embedder): StagedRecord {
  const { record } = submitted
  const [analysed] = analyseBatch([record])
  const { highlightWords, noteWords } = analysed.text
  const { vector } = analysed.enrichment
  return {
    submitted,
    enrichment: withoutVector(analysed.enrichment),
    vector: new Uint8Array(vector.buffer, vector.byteOffset, vector.length),
    intents: extractIntents(submitted, analysed, embedder),
    about: aboutnessOf(record, analysed),
    isOwnVoice: isOwnVoice(record),
    echo: echoTraceOf(`${record.highlight}\n${record.note}`),
    titleTokens: tokenSetOf(record.highlight === '' ? noteWords : highlightWords),
    tagHashes: tagHashesOf(analysed.text.given),
    contentHash: contentHash(record),
    addressKey: addressKey(record.address),
  }
}

/** The vector has a field of its own; kinds of PII stay in the thread. */
function withoutVector(enrichment: Enrichment): StagedRecord['enrichment'] {
  const { enhancedTags, recommendedHighlights, semanticAnalysis, sensitivity, qualityParts } = enrichment
  const kept = { enhancedTags, recommendedHighlights, semanticAnalysis, sensitivity, qualityParts }
  const { maskedHighlight, maskedNote } = enrichment
  return maskedHighlight === undefined ? kept : { ...kept, maskedHighlight, maskedNote }
}

function tagHashesOf(tags: readonly Tag[]): number[] {
  return tags.map(({ hash }) => hash).sort((a, b) => a - b)
}
