/** Q13: is what identifies a person found, and nothing else? By kind, on texts with marked places. */
import { findPii } from '../../actors/enrichment/index.js'
import type { PersonalText } from './data-folder.js'
import { lineOf } from './line.js'
import type { Context, Line, Metric, Split } from './metric.js'
import { splitsOf } from './splits.js'

type Kind = ReturnType<typeof findPii>[number]['kind']

/** The data's names of what we find. */
const KINDS: Readonly<Record<string, Kind>> = {
  EMAIL_ADDRESS: 'email', PHONE_NUMBER: 'phone', CREDIT_CARD: 'card', US_SSN: 'ssn', IBAN_CODE: 'iban',
  IP_ADDRESS: 'ip', STREET_ADDRESS: 'address', PERSON: 'name',
}
const PATTERNS: readonly Kind[] = ['email', 'phone', 'card', 'ssn', 'iban', 'ip']
const RECALL = { atLeast: 0.95 }
const PRECISION = { atLeast: 0.9 }

/** One place, marked or found: is it both? */
interface Place {
  readonly kind: Kind
  readonly isRight: boolean
}

/** Finding PII. */
export const q13: Metric = {
  id: 'Q13',
  title: 'PII',
  definition: 'Recall: of the marked places of a kind, the share that a hit of the same kind overlaps. '
    + 'Precision: of the hits of a kind, the share that overlaps a marked place of that kind. Names are only '
    + 'looked for beside words that announce them, addresses as streets with their number; a town or a zip '
    + 'code alone is not looked for. Split by text.',
  run: ({ data, seed }: Context) => Promise.resolve(measured(data.personalTexts(), seed)),
}

function measured(texts: readonly PersonalText[], seed: number): Line[] {
  const unique = [...new Map(texts.map(text => [text.full_text, text])).values()]
  const splits = splitsOf(unique.map(text => text.full_text), seed)
  return (['dev', 'test'] as const).flatMap(split =>
    linesOf(unique.filter(text => splits.get(text.full_text) === split), split, seed))
}

function linesOf(texts: readonly PersonalText[], split: Split, seed: number): Line[] {
  const marked = texts.flatMap(markedPlaces)
  const found = texts.flatMap(foundPlaces)
  const rights = (places: readonly Place[], kinds: readonly Kind[]): number[] =>
    places.filter(({ kind }) => kinds.includes(kind)).map(({ isRight }) => Number(isRight))
  const kinds: readonly (readonly [name: string, kinds: readonly Kind[]])[] = [
    ['pattern types', PATTERNS], ...[...PATTERNS, 'address', 'name'].map(kind => [kind,
      [kind as Kind]] as const),
  ]
  return kinds.flatMap(([name, of]) => {
    const isPattern = of.some(kind => PATTERNS.includes(kind))
    const recall = lineOf({ measure: `recall ${name}`, split, seed, ours: rights(marked, of),
      target: isPattern ? RECALL : undefined })
    const precision = lineOf({ measure: `precision ${name}`, split, seed, ours: rights(found, of),
      target: isPattern ? PRECISION : undefined })
    return [recall, precision, ...(isPattern ? [] : [f2Of(name, recall, precision)])]
  })
}

/** F2 weighs recall four times as much as precision. */
function f2Of(name: string, recall: Line, precision: Line): Line {
  const { value: r, split, count } = recall
  const { value: p } = precision
  const value = p + r === 0 ? 0 : 5 * p * r / (4 * p + r)
  return { measure: `F2 ${name}`, split, count, value, unit: 'share', baselines: [] }
}

function markedPlaces({ full_text: text, spans }: PersonalText): Place[] {
  const hits = findPii(text)
  return spans.flatMap(({ entity_type: type, start_position: start, end_position: end }) => {
    const kind = KINDS[type]
    if (kind === undefined) return []
    const isRight = hits.some(hit => hit.kind === kind && hit.start < end && start < hit.end)
    return [{ kind, isRight }]
  })
}

function foundPlaces({ full_text: text, spans }: PersonalText): Place[] {
  return findPii(text).map(({ kind, start, end }) => ({
    kind, isRight: spans.some(span => KINDS[span.entity_type] === kind
      && span.start_position < end && start < span.end_position),
  }))
}
