// C1 C2 a link that is cut at random, in the middle of frames: cut-link.js does it with a million records.
import t from 'tap'
import { cutLink } from './cut-link-run.js'

t.test('each record is there once, in the order of its person, and little waits', async t => {
  const outcome = await cutLink({ records: 12_000, cuts: 30, seed: 7 })
  const { lost, duplicates, disordered, refused, waitedMost, waitingMax } = outcome
  t.same({ lost, duplicates, disordered, refused }, { lost: 0, duplicates: 0, disordered: 0, refused: 0 })
  t.ok(outcome.cuts >= 30, `${outcome.cuts} cuts, ${outcome.records} records`)
  t.ok(waitedMost <= waitingMax, `${waitedMost} records waited at most, of ${waitingMax}`)
})
