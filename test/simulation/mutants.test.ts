/** The simulation finds real bugs: each of five, put back in, is caught by one of the first seeds. */
import t from 'tap'
import { mutants } from './mutants.js'
import { describeFailure, firstFailure, trySeed } from './seeds.js'

/** Seeds that are tried for each bug; the slowest to be found needs a third of it. */
const seedsMax = 300

t.setTimeout(170_000)

for (const mutant of mutants) {
  t.test(mutant.name, async t => {
    const failure = await firstFailure(1, seedsMax, mutant)
    if (!failure) throw new Error(`not caught by ${seedsMax} seeds`)
    t.pass(`caught by seed ${failure.plan.seed}: ${failure.wrong[0]}`)
    t.comment(await describeFailure(failure, mutant))
    t.strictSame((await trySeed(failure.plan.seed)).wrong, [], 'without the bug the seed passes')
    const again = await trySeed(failure.plan.seed, mutant)
    t.strictSame(again.wrong, failure.wrong, 'the seed fails alike again')
  })
}
