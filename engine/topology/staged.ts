/** What goes into a fold and what comes out: records after the stages, and what a batch of them changed. */
import type { ErrorValue } from '../errors/index.js'
import type { Emission } from '../record/emission.js'
import type { ErasureReason } from '../record/record.js'
import type { MovedLetter } from './dead-letter.js'
import type { Burials } from './letters.js'
import type { ChangedHash } from './state-store.js'

/** A record after the stages: a value to fold, a message relayed from another partition, or a failure. */
export interface StagedRecord {
  readonly key: string
  readonly eventTime: number
  /** ms UTC: the time of the entry. */
  readonly acceptedAt: number
  /** `<entry>:<index>` */
  readonly position: string
  /** The value before the stages, for a dead letter; decoded when asked. */
  readonly original: () => unknown
  outcome:
    | { readonly kind: 'value', readonly value: unknown }
    | { readonly kind: 'told', readonly actor: string, readonly message: string, readonly body: unknown }
    | { readonly kind: 'erasure', readonly reason: ErasureReason }
    | { readonly kind: 'void', readonly of: 'record' | 'own' }
    | { readonly kind: 'failure', readonly where: string, readonly error: ErrorValue }
  /** It stood in the log before, failed, and an operator redrove or dropped it. */
  readonly moved?: MovedLetter
}

/** Everything that a batch changed. */
export interface FoldedBatch extends Burials {
  readonly hashes: ChangedHash[]
  readonly emitted: Emission[]
  /** Emissions that a later one of the batch replaced: they are not among `emitted`. */
  readonly replaced: number
  readonly timers: Map<string, number | null>
  readonly folded: number
}

/** Messages to actors of other partitions leave through this output and are relayed. */
export const relayOutput = '~tell'
