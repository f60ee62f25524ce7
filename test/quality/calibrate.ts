/**
 * Calibrates an embedder: which grade do people give to pairs of a cosine? Thresholds are written on
 * the scale of these grades (actors/embedding/calibration.ts).
 *
 *   node dist/test/quality/calibrate.js [--data FOLDER] [--seed N] [--embedder use-lite]
 *
 * Prints the knots as actors/embedding/calibration.ts has them, how well the scale tells the grades of the
 * pairs that it was not fitted to, and the same for the knots in use.
 *
 * F1 Fitted to pairs of the dev split alone. F2 The same data and seed give the same knots.
 */
import { parseArgs } from 'node:util'
import { calibrate } from '../../actors/embedding/index.js'
import { chooseEmbedder, chosenEmbedder } from './chosen-embedder.js'
import { DataFolder, type GradedPair } from './data-folder.js'
import { isotonicKnots, scaleAt, type Knot } from './isotonic.js'
import type { Split } from './metric.js'
import { splitsOf } from './splits.js'

/** The highest grade. */
const GRADE_MAX = 5
/** Knots between 0 and 1: each stands for as many pairs as the others. */
const KNOTS = 16

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data' }, seed: { type: 'string', default: '1' },
    embedder: { type: 'string' },
  },
})
const say = (text: string): void => void process.stdout.write(`${text}\n`)

interface Judged extends Knot {
  readonly split: Split
}

await chooseEmbedder(values.embedder)
const { id } = chosenEmbedder()
const judged = judgedPairs(new DataFolder(values.data), Number(values.seed))
const dev = judged.filter(({ split }) => split === 'dev')
const test = judged.filter(({ split }) => split === 'test')
const knots = isotonicKnots(dev, KNOTS)
say(`'${id}': [`)
for (const { cosine, scale } of knots) say(`  [${cosine}, ${scale}],`)
say('],')
report('fitted', cosine => scaleAt(knots, cosine))
report('in use', cosine => calibrate(cosine, id))

function report(name: string, scaleOf: (cosine: number) => number): void {
  const meanError = (pairs: readonly Judged[]): string => {
    const sum = pairs.reduce((total, { cosine, scale }) => total + Math.abs(scaleOf(cosine) - scale), 0)
    return (sum / pairs.length).toFixed(4)
  }
  say(`${name}: mean error of the scale, dev ${meanError(dev)} (${dev.length}), test ${meanError(test)} `
    + `(${test.length})`)
}

function judgedPairs(data: DataFolder, seed: number): Judged[] {
  const pairs = [...data.gradedPairs('train'), ...data.gradedPairs('dev')]
  const unique = new Map(pairs.map(pair => [keyOf(pair), pair]))
  const splits = splitsOf(unique.keys(), seed)
  const all = [...unique]
  const embedder = chosenEmbedder()
  const firsts = embedder.embedBatch(all.map(([, { first }]) => first))
  const seconds = embedder.embedBatch(all.map(([, { second }]) => second))
  return all.map(([key, { grade }], i) => {
    let cosine = 0
    for (let d = i * embedder.dim; d < (i + 1) * embedder.dim; d += 1) cosine += firsts[d] * seconds[d]
    return { cosine, scale: grade / GRADE_MAX, split: splits.get(key) ?? 'test' }
  })
}

function keyOf({ first, second }: GradedPair): string {
  return [first, second].sort().join('\n')
}
