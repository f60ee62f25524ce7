/**
 * A record or a command between the stage and the turn: everything that can be known without the person's
 * history.
 */
import type { Enrichment } from '../enrichment/index.js'
import type { Aboutness } from '../psp/topic-evidence.js'
import type { EchoTrace } from '../psp/echo.js'
import type { Intent } from '../psp/intent.js'
import type { CorrectedWording } from '../psp/correction.js'
import type { SubmittedRecord } from '../record/index.js'
import type { SubmittedCommand } from './commands.js'

/** What the stage hands to the person's actor. Vectors are int8 as bytes, so that they can be packed. */
export interface StagedRecord {
  readonly submitted: SubmittedRecord
  readonly enrichment: Omit<Enrichment, 'vector' | 'piiKinds'>
  readonly vector: Uint8Array
  readonly intents: readonly Intent[]
  readonly about: Aboutness
  /** The record speaks in the person's voice, so that its tone is theirs. */
  readonly isOwnVoice: boolean
  readonly echo: EchoTrace
  /** Content stems of the highlight (of the note, when there is none), sorted hashes. */
  readonly titleTokens: readonly number[]
  /** Hashes of the tags' keys, sorted. */
  readonly tagHashes: readonly number[]
  readonly contentHash: string
  readonly addressKey: string
}

/** A command between the stage and the turn. */
export interface StagedCommand {
  readonly command: SubmittedCommand
  readonly fingerprint: string
  /** What a corrected description says, in the form that evidence is compared with. */
  readonly wording?: CorrectedWording
}

/** What the stage hands over, record or command. */
export type StagedMessage = StagedRecord | StagedCommand

/** Whether a staged value is a command. */
export function isStagedCommand(staged: StagedMessage): staged is StagedCommand {
  return 'command' in staged
}

/** Whether a staged value is a record. */
export function isStagedRecord(staged: StagedMessage): staged is StagedRecord {
  return !isStagedCommand(staged)
}
