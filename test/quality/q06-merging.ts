/**
 * Q6: do two records that say the same become one component, and two that contradict each other not? Each
 * pair is a person of its own who says one sentence, then the other: "I believe that …".
 */
import { calibrate } from '../../actors/embedding/index.js'
import { inThirdPerson, tidiedObject } from '../../actors/psp/phrase.js'
import { chosenEmbedder, foresee } from './chosen-embedder.js'
import { cosinesTo } from './cosine.js'
import { lineOf } from './line.js'
import type { Context, Line, Metric, Split, Target } from './metric.js'
import { KeptPerson } from './pipeline.js'
import { splitsOf } from './splits.js'

/** STS: people find that the sentences mean the same, but for details. */
const RESTATED_GRADE = 4
/** STS: they share some details, and say something else. */
const DIFFERENT_GRADE = 3
/** On the scale of thresholds: from here on a cosine merges, without a guard. */
const MERGES = 0.7
const START = Date.UTC(2026, 0, 1)
/** Pairs that are embedded together. */
const FORESEEN_PAIRS = 256
const PRECISION: Target = { atLeast: 0.98 }
const CONTRADICTIONS: Target = { atMost: 0.01 }

interface Pair {
  readonly first: string
  readonly second: string
  readonly kind: 'restated' | 'near' | 'different' | 'contradiction' | 'entailed'
}

interface Tried extends Pair {
  readonly split: Split
  readonly isMerged: boolean
  readonly isNear: boolean
}

/** Merging of restatements, and of nothing else. */
export const q06: Metric = {
  id: 'Q6',
  title: 'Merging',
  definition: 'A person says "I believe that A", then "I believe that B". Merged: one component rests on '
    + 'both records. Restatements are STS pairs of grade 4 or more; precision is their share among all STS '
    + 'pairs that merge, recall the share of them that merges. Contradictions and entailments are those of '
    + 'SICK. Baseline: the embedder’s cosine, from where it means .7 on. Split by pair.',
  run: measure,
}

async function measure({ data, seed, log }: Context): Promise<Line[]> {
  const graded = [...data.gradedPairs('train'), ...data.gradedPairs('dev')].map(({ first, second, grade }) =>
    pairOf(first, second, kindOf(grade)))
  const judged = data.entailmentPairs().filter(({ judgment }) => judgment !== 'NEUTRAL')
    .map(({ first, second, judgment }) =>
      pairOf(first, second, judgment === 'ENTAILMENT' ? 'entailed' : 'contradiction'))
  const unique = new Map([...graded, ...judged].map(pair => [keyOf(pair), pair]))
  const splits = splitsOf(unique.keys(), seed)
  const tried: Tried[] = []
  const { id } = chosenEmbedder()
  for (const [i, [key, pair]] of [...unique].entries()) {
    if (i % FORESEEN_PAIRS === 0) foreseePairs([...unique.values()].slice(i, i + FORESEEN_PAIRS))
    const isNear = calibrate(cosinesTo([pair.first])(pair.second)[0], id) >= MERGES
    tried.push({ ...pair, split: splits.get(key) ?? 'test', isMerged: await isMerged(pair), isNear })
    if (tried.length % 2_000 === 0) log(`${tried.length} of ${unique.size} pairs`)
  }
  return (['dev', 'test'] as const).flatMap(split =>
    linesOf(tried.filter(one => one.split === split), split, seed))
}

function linesOf(tried: readonly Tried[], split: Split, seed: number): Line[] {
  const graded = tried.filter(({ kind }) => ['restated', 'near', 'different'].includes(kind))
  const of = (kind: Pair['kind']): readonly Tried[] => tried.filter(one => one.kind === kind)
  const share = (measure: string, among: readonly Tried[], target?: Target): Line =>
    lineOf({ measure, split, seed, target, ours: among.map(one => Number(one.isMerged)),
      theirs: { cosine: among.map(one => Number(one.isNear)) } })
  const precision = (measure: string, right: (one: Tried) => boolean, target?: Target): Line => {
    const theirs = graded.filter(one => one.isNear)
    const line = lineOf({ measure, split, seed, target,
      ours: graded.filter(one => one.isMerged).map(one => Number(right(one))) })
    const value = theirs.filter(right).length / Math.max(1, theirs.length)
    return { ...line, baselines: [{ name: 'cosine', value }] }
  }
  return [
    precision('precision', ({ kind }) => kind === 'restated', PRECISION),
    precision('precision, counting grades from 3 as right', ({ kind }) => kind !== 'different'),
    share('recall', of('restated')),
    share('contradiction merges', of('contradiction'), CONTRADICTIONS),
    share('entailments merged', of('entailed')),
  ]
}

/** What will be compared: the sentences, and the descriptions that most of them become. */
function foreseePairs(pairs: readonly Pair[]): void {
  const texts = pairs.flatMap(({ first, second }) => [first, second])
  foresee([...texts, ...texts.map(text => `Believes in this: ${inThirdPerson(tidiedObject(text))}`)])
}

async function isMerged({ first, second }: Pair): Promise<boolean> {
  const person = await KeptPerson.begin(START)
  const said = (id: string, text: string, minute: number): Parameters<KeptPerson['keep']>[0][number] => ({
    id, source: 'notes_app', timestamp: new Date(START + minute * 60_000).toISOString(),
    note: `I believe that ${text}`,
  })
  await person.keep([said('first', first, 0), said('second', second, 1)])
  return person.psp().components.some(({ evidence }) =>
    evidence.includes('first') && evidence.includes('second'))
}

function pairOf(first: string, second: string, kind: Pair['kind']): Pair {
  return { first: statementOf(first), second: statementOf(second), kind }
}

function kindOf(grade: number): Pair['kind'] {
  if (grade >= RESTATED_GRADE) return 'restated'
  return grade < DIFFERENT_GRADE ? 'different' : 'near'
}

function keyOf({ first, second }: Pair): string {
  return [first, second].sort().join('\n')
}

/** As the object of "I believe that": one sentence, without the capital of its beginning. */
function statementOf(sentence: string): string {
  const one = sentence.replace(/[.!?;]+\s+(?=\S)/g, ', ').replace(/\s\.(?=\w)/g, ' ')
  return /^\p{Lu}\p{Ll}/u.test(one) || /^A /.test(one) ? one.charAt(0).toLowerCase() + one.slice(1) : one
}
