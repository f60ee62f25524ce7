/** N1 the index says what a walk through all topics says, whatever came before; N2 and does not walk. */
import fc from 'fast-check'
import t from 'tap'
import type { Topic } from '../../../actors/psp/topic.js'
import { TopicIndex } from '../../../actors/psp/topic-index.js'
import { indexedMap, Journal, type IndexedMapCell, type MapCell } from '../../../engine/state/index.js'

const declared = indexedMap((topics: MapCell<Topic>) => new TopicIndex(topics))
const words = Array.from({ length: 12 }, (_, i) => `word${i}`)

function topicOf(terms: readonly string[]): Topic {
  return {
    records: 1, labels: [], terms: terms.map((term, i) => [term, term, i + 1] as const), component: '',
    describedAt: 0, isGiven: true, firstAt: 0, lastAt: 0, waiting: [], traces: [], tracedAt: 0,
  }
}

/** What the index must say, by a walk. */
function walked(topics: IndexedMapCell<Topic, TopicIndex>, key: string, topic: Topic): [string, number][] {
  const others = topics.entries().filter(([other]) => other !== key)
  return topic.terms.map(([term]) => [term, others.flatMap(([, { terms }]) => terms)
    .reduce((sum, [other, , count]) => sum + (other === term ? count : 0), 0)])
}

const change = fc.record({
  key: fc.integer({ min: 0, max: 99 }).map(i => `t${i}`),
  terms: fc.option(fc.subarray(words, { maxLength: 6 })),
})
const turn = fc.record({ changes: fc.array(change, { minLength: 1, maxLength: 5 }), fails: fc.boolean() })

t.test('after any turns, kept and undone, the index equals the walk', async t => {
  const sizes = fc.integer({ min: 50, max: 80 })
  fc.assert(fc.property(sizes, fc.array(turn, { maxLength: 30 }), (size, turns) => {
    const journal = new Journal()
    const topics = declared.create(journal)
    for (let i = 0; i < size; i += 1) topics.put(`t${i}`, topicOf([words[i % 6], words[6 + i % 5]]))
    journal.keep()
    for (const { changes, fails } of turns) {
      for (const { key, terms } of changes) {
        if (terms === null) topics.delete(key)
        else topics.put(key, topicOf(terms))
      }
      const asked = topicOf(words)
      const said = [...topics.index.elsewhere('t3', asked)]
      if (JSON.stringify(said) !== JSON.stringify(walked(topics, 't3', asked))) return false
      if (fails) journal.rollBack()
      else journal.keep()
    }
    const asked = topicOf(words)
    const said = [...topics.index.elsewhere('t3', asked)]
    return JSON.stringify(said) === JSON.stringify(walked(topics, 't3', asked))
  }), { seed: 5, numRuns: 200 })
  t.pass('200 histories')
})

t.test('N2: of many topics none but its own is read for a description', async t => {
  const topics = declared.create(new Journal())
  for (let i = 0; i < 500; i += 1) topics.put(`t${i}`, topicOf([words[i % 12]]))
  topics.index.elsewhere('t1', topicOf(words))
  let walks = 0
  topics.entries = () => { walks += 1; return [] }
  for (let i = 0; i < 500; i += 1) {
    topics.put(`t${i}`, topicOf([words[i % 6], words[6 + i % 5]]))
    topics.index.elsewhere(`t${i}`, topicOf(words))
  }
  t.equal(walks, 0)
})
