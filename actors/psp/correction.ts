/**
 * A corrected description, read as a statement: so evidence that says the same strengthens the corrected
 * component, and evidence that says otherwise is known to. Runs in the pool stage; knows no history.
 */
import { quantisedRows, staticHash, type Embedder } from '../embedding/index.js'
import { analyseBatch } from '../enrichment/index.js'
import type { HinataRecord } from '../record/index.js'
import { claimOf } from './claim.js'
import type { Claim, ComponentType } from './component.js'
import { cueRules } from './cue-rules.js'
import { extractIntents } from './intent.js'
import { coreOf, tidiedObject } from './phrase.js'
import { bytesOf } from './vectors.js'

/** What a corrected description says. */
export interface CorrectedWording {
  readonly claim: Claim
  /** The type of statement that it is, when it is one in the first person; else that of what it corrects. */
  readonly type: ComponentType | null
  /** int8 as bytes. */
  readonly vector: Uint8Array
  /** The same of use-lite, when the pipeline has it. */
  readonly meaning?: Uint8Array
}

/**
 * Reads a description: as what it would be in a record ("I want to run"), or as one of ours ("Wants to run").
 */
export function wordingOfCorrection(description: string, embedder?: Embedder): CorrectedWording {
  const record: HinataRecord = {
    id: '', timestamp: '', source: '', highlight: '', note: description, address: '', tag: [],
    access: 'private',
  }
  const [analysed] = analyseBatch([record])
  const [intent] = extractIntents({ record, app: '', receivedAt: 0 }, analysed)
  const vector = bytesOf(quantisedRows(staticHash, [description])[0])
  const meaning = embedder === undefined ? {}
    : { meaning: bytesOf(quantisedRows(embedder, [description])[0]) }
  if (intent !== undefined) return { claim: intent.claim, type: intent.type, vector, ...meaning }
  const object = tidiedObject(withoutOpening(description))
  return { claim: claimOf('', coreOf(object), 1, false, object), type: null, vector, ...meaning }
}

/** How our own descriptions begin, the longest first. */
const openings = [...new Set(cueRules.map(({ says }) => says.split('{', 1)[0].toLowerCase()))]
  .filter(opening => opening !== '')
  .sort((a, b) => b.length - a.length || (a < b ? -1 : 1))

function withoutOpening(description: string): string {
  const lower = description.toLowerCase()
  const opening = openings.find(one => lower.startsWith(one))
  return opening === undefined ? description : description.slice(opening.length)
}
