/** The times that questions name. */
import t from 'tap'
import { askedTimes, isAsked } from '../../../actors/search/asked-time.js'

const now = Date.UTC(2024, 4, 20, 15)
const halfDayMs = 43_200_000

function spansOf(question: string): string[][] {
  return askedTimes(question, now).map(({ from, to }) =>
    [from + halfDayMs, to - halfDayMs].map(at => new Date(at).toISOString().slice(0, 10)))
}

t.test('days, months and how long ago, as people write them', async t => {
  const cases: readonly (readonly [question: string, from: string, to: string])[] = [
    ['What did I read on 3 June, 2023?', '2023-06-03', '2023-06-04'],
    ['the talk of June 3rd 2023', '2023-06-03', '2023-06-04'],
    ['on the 8th of December, 2023', '2023-12-08', '2023-12-09'],
    ['notes of 2023-06-03', '2023-06-03', '2023-06-04'],
    ['What happened in August 2023?', '2023-08-01', '2023-09-01'],
    ['my plans in March', '2024-03-01', '2024-04-01'],
    ['my plans during September', '2023-09-01', '2023-10-01'],
    ['what did I save yesterday', '2024-05-19', '2024-05-20'],
    ['what have I learnt today', '2024-05-20', '2024-05-21'],
    ['the recipe of last week', '2024-05-06', '2024-05-20'],
    ['bread, two weeks ago', '2024-05-03', '2024-05-10'],
    ['a day ago', '2024-05-19', '2024-05-20'],
  ]
  for (const [question, from, to] of cases) t.same(spansOf(question), [[from, to]], question)
})

t.test('other numbers and words are no times', async t => {
  const questions = ['May I rebase?', 'marching band', 'the 2023 budget', 'version 3.14', 'at 99 June 99999',
    'in 5 minutes', 'a decade ago']
  for (const question of questions) t.same(spansOf(question), [], question)
})

t.test('several times count each, at most four', async t => {
  t.equal(spansOf('between 11 August 2023 and 15 August 2023').length, 2)
  t.equal(spansOf('1 May 2023 '.repeat(30)).length, 4)
  const times = askedTimes('on 3 June 2023 or 5 June 2023', now)
  t.ok(isAsked(times, Date.UTC(2023, 5, 3, 9)) && isAsked(times, Date.UTC(2023, 5, 5, 9)))
  t.notOk(isAsked(times, Date.UTC(2023, 5, 6, 13)))
  t.notOk(isAsked([], now))
})
