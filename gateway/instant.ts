/** Instants in requests: ISO 8601 with an offset or Z. */
import { HinataError } from '../engine/index.js'

/** ms UTC. Throws TIMESTAMP_INVALID, which names the field. */
export function instantOf(field: string, text: string): number {
  const at = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) throw new HinataError(
    'TIMESTAMP_INVALID', { found: `${JSON.stringify(text)} in ${field}` }
  )
  return at
}
