/**
 * Calibrates the default embedder: which grade do people give to pairs of a cosine? Thresholds are written on
 * the scale of these grades (actors/embedding/calibration.ts).
 *
 *   node dist/test/quality/calibrate.js [--data FOLDER] [--seed N]
 *
 * Prints the knots as actors/embedding/calibration.ts has them, how well the scale tells the grades of the
 * pairs that it was not fitted to, and the same for the knots in use.
 *
 * F1 Fitted to pairs of the dev split alone. F2 The same data and seed give the same knots.
 */
import { parseArgs } from 'node:util'
import { calibrate, staticHash } from '../../actors/embedding/index.js'
import { cosinesTo } from './cosine.js'
import { DataFolder, type GradedPair } from './data-folder.js'
import { isotonicKnots, scaleAt, type Knot } from './isotonic.js'
import type { Split } from './metric.js'
import { splitsOf } from './splits.js'

/** The highest grade. */
const GRADE_MAX = 5
/** Knots between 0 and 1: each stands for as many pairs as the others. */
const KNOTS = 16

const { values } = parseArgs({
  options: { data: { type: 'string', default: '../shared/data' }, seed: { type: 'string', default: '1' } },
})
const say = (text: string): void => void process.stdout.write(`${text}\n`)

interface Judged extends Knot {
  readonly split: Split
}

const judged = judgedPairs(new DataFolder(values.data), Number(values.seed))
const dev = judged.filter(({ split }) => split === 'dev')
const test = judged.filter(({ split }) => split === 'test')
const knots = isotonicKnots(dev, KNOTS)
say(`'${staticHash.id}': [`)
for (const { cosine, scale } of knots) say(`  [${cosine}, ${scale}],`)
say('],')
report('fitted', cosine => scaleAt(knots, cosine))
report('in use', cosine => calibrate(cosine, staticHash.id))

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
  return [...unique].map(([key, { first, second, grade }]) => ({
    cosine: cosinesTo([first])(second)[0], scale: grade / GRADE_MAX, split: splits.get(key) ?? 'test',
  }))
}

function keyOf({ first, second }: GradedPair): string {
  return [first, second].sort().join('\n')
}
