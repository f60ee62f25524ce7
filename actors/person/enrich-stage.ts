/**
 * The stage before the person's actor: SubmittedRecord → StagedRecord, in pool threads. Stateless and
 * deterministic: neither the batch nor the thread changes a byte of the answer. A record that makes it throw
 * fails alone (the runner isolates it).
 */
import type { LogRecord, StageFunction } from '../../engine/index.js'
import { analyseBatch, tagKey } from '../enrichment/index.js'
import { echoTraceOf } from '../psp/echo.js'
import { extractIntents } from '../psp/intent.js'
import { aboutnessOf } from '../psp/topic-evidence.js'
import { isOwnVoice } from '../psp/voice.js'
import { addressKey } from '../record/address.js'
import { contentHash } from '../record/content-hash.js'
import type { SubmittedRecord } from '../record/index.js'
import { hash32, tokenSetOf, wordsOf } from '../text/index.js'
import type { StagedRecord } from './staged.js'

/** One StagedRecord per record, in order. */
export const run: StageFunction = records => records.map(stage)

function stage({ value }: LogRecord): StagedRecord {
  const submitted = value as SubmittedRecord
  const { record } = submitted
  const [analysed] = analyseBatch([record])
  const { vector, piiKinds: _, ...enrichment } = analysed.enrichment
  return {
    submitted,
    enrichment,
    vector: new Uint8Array(vector.buffer, vector.byteOffset, vector.length),
    intents: extractIntents(submitted, analysed),
    about: aboutnessOf(record, analysed),
    isOwnVoice: isOwnVoice(record),
    echo: echoTraceOf(`${record.highlight}\n${record.note}`),
    titleTokens: tokenSetOf(wordsOf(record.highlight === '' ? record.note : record.highlight)),
    tagHashes: [...Uint32Array.from(record.tag, tag => hash32(tagKey(tag), 0)).sort()],
    contentHash: contentHash(record),
    addressKey: addressKey(record.address),
  }
}
