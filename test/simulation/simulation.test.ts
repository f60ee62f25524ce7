/**
 * The guarantees under faults, in the small: the real engine on a virtual clock against the model of Redis,
 * some hundred seeds of the ten thousand that `run.js --seeds 10000` tries.
 */
import t from 'tap'
import { describeFailure, trySeed } from './seeds.js'

const seeds = 300

t.setTimeout(170_000)

t.test(`G1 to G4, G6, G7 hold in ${seeds} seeds`, async t => {
  let [events, crashes, lost, commits] = [0, 0, 0, 0]
  for (let seed = 1; seed <= seeds; seed++) {
    const tried = await trySeed(seed)
    if (tried.wrong.length > 0) throw new Error(await describeFailure(tried))
    const { outcome } = tried
    events += outcome.events
    crashes += outcome.server.crashes
    lost += outcome.server.redis.lostWrites
    commits += outcome.server.commits.length
  }
  t.comment(`${events} events, ${commits} commits, ${crashes} crashes of Redis that took ${lost} writes`)
  t.ok(commits > 10 * seeds && crashes > seeds / 10 && lost > 0, 'they did something')
})

t.test('W3: a seed gives the same run again', async t => {
  for (const seed of [3, 44, 171]) {
    const [one, two] = [await trySeed(seed), await trySeed(seed)]
    t.equal(one.outcome.events, two.outcome.events)
    t.equal(one.outcome.endedAt, two.outcome.endedAt)
    t.strictSame(one.outcome.server.commits, two.outcome.server.commits)
  }
})
