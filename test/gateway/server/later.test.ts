// Writes that may wait: in their order, and never so many in a row that nobody else has a turn.
import t from 'tap'
import { Later } from '../../../gateway/server/later.js'

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

t.test('a write per turn where the budget is used up, in order; none is forgotten', async t => {
  const later = new Later(0)
  const done: string[] = []
  for (const name of ['a', 'b', 'c']) later.add(() => void done.push(name))
  t.same(done, [], 'not at once')
  const turns = [[...done]]
  while (done.length < 3) {
    await turn()
    turns.push([...done])
  }
  t.ok(turns.some(({ length }) => length === 1) && turns.some(({ length }) => length === 2), 'one at a time')
  t.same(done, ['a', 'b', 'c'])
})

t.test('what is added meanwhile comes behind, also when all was done before', async t => {
  const later = new Later(1_000)
  const done: string[] = []
  later.add(() => {
    done.push('a')
    later.add(() => void done.push('b'))
  })
  while (done.length < 2) await turn()
  later.add(() => void done.push('c'))
  while (done.length < 3) await turn()
  t.same(done, ['a', 'b', 'c'])
})
