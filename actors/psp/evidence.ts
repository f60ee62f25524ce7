/**
 * Evidence: the records that a component rests on; the strongest and the newest are kept, the rest is only
 * counted.
 */
import { EVIDENCE_NEWEST_MAX, EVIDENCE_STRONGEST_MAX, quantised, type Component } from './component.js'

type Evidence = Pick<Component, 'evidence' | 'support'>

/** Evidence with one more record. A record that is kept already changes nothing. */
export function withEvidence({ evidence, support }: Evidence, recordId: string, strength: number): Evidence {
  if (evidence.includes(recordId)) return { evidence, support }
  const strongest = support.strengths.map((known, i) => ({ id: evidence[i], strength: known }))
  strongest.push({ id: recordId, strength: quantised(strength) })
  strongest.sort((a, b) => b.strength - a.strength)
  const weakest = strongest.length > EVIDENCE_STRONGEST_MAX ? strongest.pop() : undefined
  const newest = evidence.slice(support.strengths.length)
  if (weakest !== undefined) newest.unshift(weakest.id)
  return {
    evidence: [...strongest.map(({ id }) => id), ...newest.slice(0, EVIDENCE_NEWEST_MAX)],
    support: { records: support.records + 1, strengths: strongest.map(({ strength: kept }) => kept) },
  }
}
