/** The keyed counter over other numbers of partitions. */
import { hinataWith } from '../keyed-counter/hinata.js'

/** One partition: no parallel reads, the largest commits. */
export const partitions1 = hinataWith(1)
/** Four. */
export const partitions4 = hinataWith(4)
/** What `hinata up` has. */
export const partitions16 = hinataWith(16)
/** Room for some nodes. */
export const partitions64 = hinataWith(64)
/** Room for many nodes. */
export const partitions256 = hinataWith(256)
