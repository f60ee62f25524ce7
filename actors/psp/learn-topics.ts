/**
 * Learning topics: records under one name become a core interest when enough of them have gathered. The
 * topic's name is its identity, so a record of it is at least a merge, however differently it is worded.
 */
import type { IndexedMapCell, ValueCell } from '../../engine/index.js'
import { absorbed, created, redescribed, type Cause } from './absorb.js'
import { valueClaim } from './claim.js'
import { withEvidence } from './evidence.js'
import { focusAfter, type Focus } from './focus.js'
import { isNamedOut } from './held.js'
import type { Intent } from './intent.js'
import type { Knowledge } from './knowledge.js'
import type { Lesson } from './learn.js'
import { stepFor } from './match.js'
import {
  describeTopic,
  grownTopic,
  needsDescription,
  supportNeeded,
  TOPICS_MAX,
  type Topic,
} from './topic.js'
import type { TopicIndex } from './topic-index.js'
import { likeness } from './vectors.js'

type Topics = IndexedMapCell<Topic, TopicIndex>

const SAME_TOPIC = 0.75
const LEARNING_CONFIDENCE = 0.8
const RECURRING_CONFIDENCE = 0.5
const ATTENTION_MIN = 0.7
/**
 * Share of the topics that leave when the bound is met, so that the search for them is rare: those without a
 * component, the oldest first. Where these are few, DROPPED_IDLE of them, and the oldest of the others, which
 * leave their component behind.
 */
const DROPPED_SHARE = 0.25
const DROPPED_IDLE = 0.5

/**
 * Adds the record to each of its topics, and learns how they follow each other. A text that comes again
 * speaks of no topic but those that the person gives it: interface texts come by the hundred.
 */
export function learnTopics(
  knowledge: Knowledge,
  topics: Topics,
  focus: ValueCell<Focus>,
  lesson: Lesson,
): void {
  const fresh = lesson.about.topics.filter(
    ({ key, isGiven }) => !lesson.topicsBefore.has(key) && (isGiven || !lesson.isRepeated),
  )
  if (fresh.length === 0) return
  const keys = fresh.map(({ key }) => key)
  focus.set(focusAfter(focus.get(), keys, key => topics.get(key), lesson.cause.at))
  for (const evidence of fresh) {
    if (!topics.has(evidence.key) && topics.size >= TOPICS_MAX) dropOldest(topics)
    const { recordId, at } = lesson.cause
    const grown = grownTopic(topics.get(evidence.key), evidence, lesson.about, recordId, at)
    topics.put(evidence.key, raised(knowledge, topics, evidence.key, grown, lesson))
  }
}

/**
 * The topic after its component was created or strengthened. A topic that left for want of room finds the
 * component that it left behind, with its description.
 */
function raised(
  knowledge: Knowledge,
  topics: Topics,
  key: string,
  topic: Topic,
  lesson: Lesson,
): Topic {
  const { cause, about } = lesson
  const known = knowledge.get(topic.component) ?? knowledge.ofSlot(`topic:${key}`)
  const isAttended = cause.attention > ATTENTION_MIN
  const needed = isAttended ? 1 : supportNeeded(lesson.records, about.hasLearningCue, topic.isGiven)
  if (known === undefined && (topic.records < needed || isNamedOut(knowledge, `topic:${key}`))) return topic
  const isKnown = known !== undefined && known.id === topic.component
  const isDue = known === undefined || (isKnown && needsDescription(topic))
  const description = isDue
    ? describeTopic(key, topic, topics.index.elsewhere(key, topic))
    : known.description
  const intent = topicIntent(key, description, confidenceOf(lesson), lesson.vector)
  if (known === undefined) {
    const component = withWaiting(created(knowledge.nextId(), intent, cause), topic, cause)
    knowledge.put('created', component)
    return { ...topic, component: component.id, describedAt: topic.records, waiting: [] }
  }
  const step = stepFor(Math.max(SAME_TOPIC, likeness(lesson.vector, known.embedding)))
  if (step === 'create') throw new Error(`topic(${key}): a record of the topic is at least a merge`)
  const stronger = absorbed(known, step, intent, cause)
  const change = { strengthen: 'strengthened', update: 'updated', merge: 'merged' } as const
  knowledge.put(change[step], redescribed(stronger, description, cause))
  if (!isKnown) return { ...topic, component: known.id, waiting: [], describedAt: known.support.records }
  return isDue ? { ...topic, describedAt: topic.records } : topic
}

/** Earlier records of the topic are its evidence too, and weigh like this one. */
function withWaiting(
  component: ReturnType<typeof created>,
  topic: Topic,
  cause: Cause,
): ReturnType<typeof created> {
  const earlier = topic.waiting.filter(id => id !== cause.recordId)
  return earlier.reduce(
    (grown, id) => ({
      ...grown,
      ...withEvidence(grown, id, cause.attention),
      total_attention_weight: grown.total_attention_weight + cause.attention,
    }),
    component,
  )
}

function topicIntent(key: string, description: string, confidence: number, vector: Uint8Array): Intent {
  const claim = valueClaim(`topic:${key}`, key)
  return { type: 'core_interest', description, confidence, claim, vector, evidence: '', isDirect: true }
}

function confidenceOf({ about, cause }: Lesson): number {
  if (about.hasLearningCue) return LEARNING_CONFIDENCE
  return cause.attention > ATTENTION_MIN ? cause.attention : RECURRING_CONFIDENCE
}

function dropOldest(topics: Topics): void {
  const oldestFirst = [...topics.entries()].sort(([, a], [, b]) => a.lastAt - b.lastAt)
  const idle = oldestFirst.filter(([, { component }]) => component === '')
  const raised = oldestFirst.filter(([, { component }]) => component !== '')
  const count = Math.ceil(TOPICS_MAX * DROPPED_SHARE)
  const ofIdle = Math.min(count, Math.ceil(idle.length * (idle.length < count ? DROPPED_IDLE : 1)))
  for (const [key] of idle.slice(0, ofIdle)) topics.delete(key)
  for (const [key] of raised.slice(0, count - ofIdle)) topics.delete(key)
}
