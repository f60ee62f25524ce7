// A short run of the fuzzer against the real gateway, and all that it ever found.
import t from 'tap'
import { fuzz } from './campaign.js'

/** Another seed each time would find more and prove less: `run.js` is for that. */
const seed = 42

t.test('almost right inputs are answered, refused with a code, and break nothing', async t => {
  const outcome = await fuzz({ inputs: 4_000, seed })
  t.strictSame(outcome.findings, [])
  t.equal(outcome.total, 4_000)
  for (const kind of ['http', 'token', 'json', 'msgpack', 'raw']) t.ok(outcome.inputs[kind],
    `${kind} was tried`)
  t.ok(outcome.refusals.size >= 15, `${[...outcome.refusals.keys()].join(' ')}`)
})
