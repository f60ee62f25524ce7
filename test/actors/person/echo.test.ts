/** Our own words, coming back, strengthen nothing. */
import t from 'tap'
import { composePrompt, pspOf } from '../../../actors/psp/index.js'
import { Keeper, start } from './keeping.js'

async function knownPerson(): Promise<Keeper> {
  const ana = await Keeper.begin()
  await ana.keep(
    { note: 'I love sourdough bread.' },
    { note: 'I want to run a marathon in spring.' },
    { note: 'Please keep your answers short.' },
  )
  return ana
}

t.test('the prompt, its lines, and the JSON of the PSP are echoes', async t => {
  const ana = await knownPerson()
  const before = JSON.stringify(ana.psp().components)
  const { text } = composePrompt({ psp: ana.psp(), knowledge: [] })
  const json = JSON.stringify(pspOf(ana.cells(), { now: start, scope: { scope: 'account' } }), null, 2)
  const lines = text
    .split('\n')
    .filter(line => line.startsWith('- '))
    .join('\n')
  await ana.keep(
    { note: text },
    { note: lines },
    { highlight: 'Loves sourdough bread' },
    { note: `Context:\n${text}` },
    { note: json },
  )
  t.equal(JSON.stringify(ana.psp().components), before)
  t.equal(ana.folded().length, 8, 'the records themselves are kept')
})

t.test('what the person says in their own words is no echo', async t => {
  const ana = await knownPerson()
  await ana.keep({ note: 'I love sourdough bread.' })
  t.equal(ana.component('Loves sourdough bread').support.records, 2)
})
