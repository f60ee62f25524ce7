/**
 * The stage before the person's actor: SubmittedRecord → StagedRecord, SubmittedCommand → StagedCommand, in
 * pool threads. Stateless and
 * deterministic: neither the batch nor the thread changes a byte of the answer. A record that makes it throw
 * fails alone (the runner isolates it).
 */
import type { LogRecord, StageFunction } from '../../engine/index.js'
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
import type { StagedCommand, StagedMessage, StagedRecord } from './staged.js'

/** One StagedMessage per value, in order. */
export const run: StageFunction = records => records.map(stage)

function stage({ value }: LogRecord): StagedMessage {
  return isCommand(value) ? stagedCommand(value) : stagedRecord(value as SubmittedRecord)
}

function stagedCommand(submitted: SubmittedCommand): StagedCommand {
  const { command } = submitted
  const staged = { command: submitted, fingerprint: commandFingerprint(command) }
  const isCorrection = command.kind === 'amend' && command.description !== undefined
  return isCorrection ? { ...staged, wording: wordingOfCorrection(command.description) } : staged
}

function stagedRecord(submitted: SubmittedRecord): StagedRecord {
  const { record } = submitted
  const [analysed] = analyseBatch([record])
  const { highlightWords, noteWords } = analysed.text
  const { vector } = analysed.enrichment
  return {
    submitted,
    enrichment: withoutVector(analysed.enrichment),
    vector: new Uint8Array(vector.buffer, vector.byteOffset, vector.length),
    intents: extractIntents(submitted, analysed),
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
