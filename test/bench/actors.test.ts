/** The exercises of actors: ours receive every message once, and a program that says otherwise is refused. */
import t from 'tap'
import {
  drawnAsker, exerciseNames, lineOf, messagesOf, nextDraw, parsePerformances, sizesOf, askers,
} from '../../bench/actors/exercises.js'
import { hinata } from '../../bench/actors/hinata.js'
import { chartOf } from '../../bench/chart.js'

const sizes = { 'ping-pong': 10_002, counting: 4_801, 'fork-join': 90, big: 50 }
const printed = (received = messagesOf): string => exerciseNames.map(name =>
  lineOf(name, { received: received(name, sizes[name]), seconds: 0.5, cpuSeconds: 0.25 })).join('\n')

for (const name of exerciseNames) {
  t.test(`X2 ${name}: every message is received once, over several records`, async t => {
    t.equal(await hinata[name](sizes[name]), messagesOf(name, sizes[name]))
  })
}

t.test('what a program prints is read', async t => {
  const found = parsePerformances(`a warning\n${printed()}\n`, sizes)
  t.strictSame([...found.keys()], [...exerciseNames])
  t.strictSame(found.get('big'), { received: 50 * askers * 2, seconds: 0.5, cpuSeconds: 0.25 })
})

t.test('X2 one message less, one more, or none at all is no result', async t => {
  for (const off of [-1, 1]) {
    t.throws(() => parsePerformances(printed((name, size) => messagesOf(name, size) + off), sizes),
      /of \d+ messages were received/)
  }
  t.throws(() => parsePerformances(printed().split('\n').slice(1).join('\n'), sizes), /ping-pong is not/)
})

t.test('a part of a run has even sizes, so that every question has its answer', async t => {
  for (const share of [1, 0.333, 0.00001]) {
    for (const size of Object.values(sizesOf(share))) t.ok(size >= 2 && size % 2 === 0, `${size}`)
  }
})

t.test('the draws of askers reach all of them', async t => {
  const asked = new Set<number>()
  for (let i = 0, drawn = 0; i < 20_000; i++) asked.add(drawnAsker(drawn = nextDraw(drawn)))
  t.equal(asked.size, askers)
})

t.test('a chart of groups has a bar for each side and exercise', async t => {
  const statement = { name: 'x', title: 'Actors', question: '', workload: '', durability: '', lowerBound: '',
    notMeasured: '', seed: 0, chart: 'groups', rounds: 1, share: 1, absent: [],
    machine: { cpu: '', cores: 1, memoryGb: 1, node: '', redis: '' } } as const
  const figures = [{ name: 'ping', unit: 'a/s' }, { name: 'other', unit: 'µs' }]
  const svg = chartOf({ ...statement, figures,
    sides: ['one', 'two'].map(name => ({ name, description: '', values: { ping: [10], other: [1] } })) })
  t.match(svg, 'one')
  t.match(svg, 'ping')
  t.notMatch(svg, 'other', 'figures of another unit are not in it')
})
