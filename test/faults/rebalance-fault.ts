/** Nodes come and go under load, one, then three, then one. */
import { addRun, newOutcome, type Fault } from './fault.js'
import { runRebalance } from './rebalance-run.js'

const seconds = { quick: 3, full: 60 }
const counts = [1, 3, 1]

/** See the top of the file. The time of its row is the longest that a key stood. */
export const rebalance: Fault = {
  name: 'nodes 1 → 3 → 1 under load, for a minute (time: the longest pause of a key)',
  guarantees: 'G2 G3 G4',
  async run(size) {
    const outcome = newOutcome()
    addRun(outcome, await runRebalance({ counts, seconds: seconds[size] }), counts.length - 1)
    return outcome
  },
}
