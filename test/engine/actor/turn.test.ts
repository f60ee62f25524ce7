/**
 * Turns: what a receiver did stays only if it returned (T1), and depends on the record and the state alone
 * (T2).
 */
import t from 'tap'
import {
  Activation, actor, Effects, FieldChanges, output, TurnRunner, type TurnCause,
} from '../../../engine/actor/index.js'
import { decodeValue } from '../../../engine/record/pack.js'
import { Journal, map, table, timerMember, value } from '../../../engine/state/index.js'

const said = output<string>('said')

const talker = actor('talker', {
  state: { words: map<number>(), last: value(''), pages: table<number>() },
  receive: {
    say(ctx, word: string) {
      ctx.state.words.update(word, count => (count ?? 0) + 1)
      ctx.state.last.set(word)
      ctx.emit(said, word)
      ctx.tell(talker, 'other', 'say', word)
      ctx.timer('quiet', { afterMs: 10 })
      ctx.cancelTimer('loud')
      if (word === 'bad') throw new Error('not that one')
    },
    draw(ctx) { ctx.emit(said, `${ctx.random()} ${ctx.random()} ${ctx.id()} ${ctx.id()}`) },
    late(ctx, at: number) { ctx.timer('never', { at }) },
    row(ctx) { ctx.state.pages.put('/', 1) },
    async soon() { /* no turn waits */ },
  },
})

const cause = (message: string, body?: unknown): TurnCause =>
  ({ message, body, now: 1_000, eventTime: 900, position: '1000-0:3' })

function stage(): { runner: TurnRunner, effects: Effects, activation: Activation } {
  const journal = new Journal()
  const effects = new Effects()
  return { runner: new TurnRunner(journal, effects, 'talk.1.0'), effects,
    activation: new Activation(talker, 'ada', journal) }
}

const fieldsOf = (activation: Activation): FieldChanges => {
  const fields = new FieldChanges()
  activation.collect(fields, () => new FieldChanges())
  return fields
}

const emittedBy = (effects: Effects): unknown[] =>
  effects.emitted.map(({ packed }) => (decodeValue(packed) as unknown[])[2])

t.test('T1: a turn that returns is kept, one that throws is undone completely', async t => {
  const { runner, effects, activation } = stage()
  t.equal(runner.run(activation, cause('say', 'good')), undefined)
  t.strictSame(effects.timerChanges.splice(0), [
    [timerMember({ actor: 'talker', key: 'ada', name: 'quiet' }), 1_010],
    [timerMember({ actor: 'talker', key: 'ada', name: 'loud' }), null]])
  t.match(runner.run(activation, cause('say', 'bad')), { thrown: { message: 'not that one' } })
  t.strictSame(emittedBy(effects), ['good'])
  t.equal(effects.tells.length, 1)
  t.equal(effects.timerChanges.length, 0)
  const { puts, removals } = fieldsOf(activation)
  t.strictSame(puts.filter((_, i) => i % 2 === 0).sort(), ['last', 'words:good'])
  t.strictSame(removals, ['words:bad'], 'at most the removal of what was never there')
})

t.test('a turn is synchronous, known, and sets timers at real instants; anything else is its failure',
  async t => {
  const { runner, activation, effects } = stage()
  t.match(runner.run(activation, cause('soon')), { thrown: { message: /asynchronous/ } })
  t.match(runner.run(activation, cause('shout')), { thrown: { message: /receives no shout/ } })
  for (const at of [NaN, Infinity, 1e300]) {
    t.match(runner.run(activation, cause('late', at)), { thrown: { message: /a timer is due/ } })
  }
  t.match(runner.run(activation, cause('row')), { thrown: { code: 'ROW_NOT_DECLARED' } })
  t.equal(effects.emitted.length + effects.tells.length + effects.timerChanges.length, 0)
})

t.test('T2: random numbers and ids are the same on every replay, and different within a turn', async t => {
  const draws = [stage(), stage()].map(({ runner, activation, effects }) => {
    runner.run(activation, cause('draw'))
    runner.run(activation, { ...cause('draw'), position: '1000-0:4' })
    return emittedBy(effects) as string[]
  })
  t.strictSame(draws[0], draws[1])
  const parts = draws[0].flatMap(drawn => drawn.split(' '))
  t.equal(new Set(parts).size, parts.length)
})

t.test('an activation restores from its fields and keeps what it does not know', async t => {
  const { runner, activation } = stage()
  runner.run(activation, cause('say', 'good'))
  activation.park()
  const { puts } = fieldsOf(activation)
  const stored = Object.fromEntries(puts.flatMap((field, i) =>
    (i % 2 === 0 ? [[field, puts[i + 1] as Buffer]] : [])))
  const { runner: later, activation: restored } = stage()
  restored.load({ ...stored, 'gone:x': Buffer.from([1]) })
  t.ok(restored.isParked)
  t.ok(fieldsOf(restored).isEmpty, 'nothing is written that did not change')
  t.throws(() => restored.table('words'), /has no table/)
  later.run(restored, cause('say', 'good'))
  const after = fieldsOf(restored).puts
  t.equal(decodeValue(after[after.indexOf('words:good') + 1] as Buffer), 2)
})
