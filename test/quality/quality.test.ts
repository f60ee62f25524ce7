/** The harness itself: splits, intervals, tables and the metrics, on a folder of made-up data. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { intervalOf, meanOf, pairedInterval, quantileOf } from './bootstrap.js'
import { DataFolder, DataMissing, type Conversation, type Turn } from './data-folder.js'
import { lineOf } from './line.js'
import type { Context } from './metric.js'
import { fusedScores, Okapi, rankedPlaces } from './okapi.js'
import { pageOf } from './page.js'
import { q01 } from './q01-evidence-recall.js'
import { q02 } from './q02-budgeted-prompt.js'
import { q03 } from './q03-preference-match.js'
import { splitsOf } from './splits.js'
import { tableOf } from './table.js'

const subjects = ['kayak', 'violin', 'orchard', 'telescope', 'pottery', 'chess']
const path = mkdtempSync(join(tmpdir(), 'hinata-quality-'))
t.teardown(() => rmSync(path, { recursive: true }))

function conversationOf(id: string, speakers: readonly [string, string]): Conversation {
  const sessions = subjects.map((subject, i) => ({
    session: i + 1, date_time: `${i + 1}:05 pm on ${i + 2} May, 2023`,
    turns: ['Hello again!', `I bought a ${subject} in ${id}town.`, 'That is a surprise.'].map(
      (text, k): Turn => ({ id: `D${i + 1}:${k + 1}`, speaker: speakers[k % 2], text, caption: '' })),
  }))
  const questions = subjects.map((subject, i) => ({
    question: `Where did ${speakers[1]} buy the ${subject}?`, answer: `${id}town`, category: 4,
    evidence: [`D${i + 1}:2`],
  }))
  return { id, speakers, sessions, questions }
}

const conversations = ['north', 'south', 'east'].map(id => conversationOf(id, ['Ada', 'Bo']))
const preferences = subjects.map(subject => ({
  topic: subject, preference: `I love my ${subject} more than anything else.`,
  question: `What should I do with a ${subject} on Sunday?`,
}))
writeFileSync(join(path, 'locomo.json'), JSON.stringify(conversations))
writeFileSync(join(path, 'preferences.json'), JSON.stringify(preferences))
const context: Context = { data: new DataFolder(path), seed: 1, log: () => undefined }

t.test('splits: by name, the same for the same seed, one name alone is for testing', async t => {
  const names = Array.from({ length: 10 }, (_, i) => `n${i}`)
  const splits = splitsOf(names, 5)
  t.same([...splitsOf([...names].reverse(), 5)].sort(), [...splits].sort())
  t.equal([...splits.values()].filter(split => split === 'dev').length, 4)
  t.notSame([...splitsOf(names, 6)].sort(), [...splits].sort())
  t.same([...splitsOf(['only'], 5)], [['only', 'test']])
})

t.test('intervals hold the mean and are of the seed', async t => {
  const samples = Array.from({ length: 200 }, (_, i) => (i % 4 === 0 ? 1 : 0))
  const { low, high } = intervalOf(samples, 3)
  t.ok(low < 0.25 && high > 0.25 && high - low < 0.15)
  t.same(intervalOf(samples, 3), { low, high })
  t.same(pairedInterval(samples, samples, 3), { low: 0, high: 0 })
  t.throws(() => pairedInterval(samples, [1], 3), RangeError)
  t.same([meanOf([]), meanOf([1, 2]), quantileOf([], 0.5), quantileOf([3, 1, 2], 0.5), quantileOf([1, 2], 1)],
    [0, 1.5, 0, 2, 2])
})

t.test('the baselines rank as their formulas say', async t => {
  const okapi = new Okapi(['a kayak and a kayak', 'a violin', 'kayaks beside a violin'])
  t.same(rankedPlaces(okapi.scores('violin')), [1, 2, 0])
  t.same(rankedPlaces(fusedScores([[0, 1, 2], [1, 0, 2]])), [0, 1, 2])
})

t.test('Q1 to Q3 measure the real pipeline, with their baselines', async t => {
  for (const metric of [q01, q02, q03]) {
    const lines = await metric.run(context)
    t.ok(lines.some(({ split }) => split === 'dev') && lines.some(({ split }) => split === 'test'), metric.id)
    for (const { measure, value } of lines) t.ok(value >= 0 && value <= 1, `${metric.id} ${measure}`)
    t.same((await metric.run(context)).map(({ value }) => value), lines.map(({ value }) => value), 'M2')
  }
  const recall = (await q01.run(context)).find(line => line.measure === 'recall@10' && line.split === 'test')
  t.equal(recall?.value, 1)
  t.same(recall?.baselines.map(({ name }) => name), ['BM25', 'cosine', 'equal fusion'])
})

t.test('a missing file is said, with its folder', async t => {
  t.throws(() => new DataFolder(path).notes(), new DataMissing(`til.jsonl is not in ${path}`))
})

t.test('table and page show values, intervals and whether targets are met', async t => {
  const line = lineOf({ measure: 'hits', split: 'test', ours: [1, 0, 1, 1], theirs: { other: [0, 0, 1, 0] },
    target: { atLeast: 0.7 }, times: [1, 2, 3], tokens: [10, 20], seed: 1 })
  const measured = [
    { id: 'Q1', title: 'One', definition: 'What it is.', note: 'As far as it goes.', lines: [line],
      cpuSeconds: 1 },
    { id: 'Q2', title: 'Two', definition: 'Another.', lines: [], missing: 'a file is away', cpuSeconds: 0 },
  ]
  const table = tableOf(measured)
  t.match(table, /hits +test +4 +\.750 \[.+\] +≥ \.700 met +2\.0 \/ 3\.0 +15 +other \.250 \[\+/)
  t.match(table, 'Q2 Two: not measured, a file is away')
  const page = pageOf({ seed: 1, measured }, { seed: 1, measured: [] })
  t.notMatch(page, 'use-lite')
  t.match(pageOf({ seed: 1, measured }, { seed: 1, measured }), /# With the embedder use-lite[^#]+## Q1 One/)
  t.match(page, '## Q1 One')
  t.match(page, /\| hits \| test \| 4 \| \.750/)
  t.match(page, /\| \.750 .*\n\nAs far as it goes\.\n/)
  t.match(page, 'Not measured: a file is away.')
})
