/**
 * Q1: of the turns that answer a question about a conversation, how many are among the first records found?
 * Baselines: BM25, cosine of the default embedder, and equal rank fusion of both, over the same turns.
 */
import { meanOf } from './bootstrap.js'
import { chosenEmbedder } from './chosen-embedder.js'
import { cosinesTo } from './cosine.js'
import { lineOf } from './line.js'
import { evidenceOf, keepConversation, type KeptConversation } from './locomo.js'
import type { Context, Line, Metric, Split, Target } from './metric.js'
import { fusedScores, Okapi, rankedPlaces } from './okapi.js'
import { splitsOf } from './splits.js'

const DEPTHS = [1, 5, 10, 20]
const SESSION_DEPTH = 5
const RESULTS = 50
const CATEGORIES: Readonly<Record<number, string>> = {
  1: 'multi-hop', 2: 'temporal', 3: 'open-domain', 4: 'single-hop',
}
const TARGETS: Readonly<Record<string, Target>> = {
  'recall@1': { atLeast: 0.33 }, 'recall@10': { atLeast: 0.7 }, 'session recall@5': { atLeast: 0.85 },
}
/** Of recall@10 with `use-lite`. */
const LITE_TARGET: Target = { atLeast: 0.73 }
const METHODS = ['ours', 'BM25', 'cosine', 'equal fusion'] as const

type Method = typeof METHODS[number]

/** What one question got, by method and measure. */
interface Asked {
  readonly split: Split
  readonly conversation: string
  readonly category: number
  readonly recalls: Readonly<Record<Method, Readonly<Record<string, number>>>>
  readonly ms: number
}

/** Evidence recall. */
export const q01: Metric = {
  id: 'Q1',
  title: 'Evidence recall',
  definition: 'Each turn of a long conversation is a record. Of the turns that answer a question, the share '
    + 'among the first 1, 5, 10, 20 records found, mean over questions; of their sessions, the share among '
    + 'the first 5 sessions. Split by conversation.',
  run: measure,
}

async function measure({ data, seed, log }: Context): Promise<Line[]> {
  const conversations = data.conversations()
  const splits = splitsOf(conversations.map(({ id }) => id), seed)
  const asked: Asked[] = []
  for (const conversation of conversations) {
    const kept = await keepConversation(conversation)
    log(`${conversation.id}: ${kept.turns.length} turns, ${conversation.questions.length} questions`)
    asked.push(...askAll(kept, splits.get(conversation.id) ?? 'test'))
  }
  const lines = (['dev', 'test'] as const).flatMap(split =>
    linesOf(asked.filter(one => one.split === split), split, seed))
  return [...lines, ...leftOut(asked.filter(one => one.split === 'test'))]
}

/** How much one conversation decides: the least and the most that the others get when one is left out. */
function leftOut(asked: readonly Asked[]): Line[] {
  const ids = [...new Set(asked.map(one => one.conversation))]
  if (ids.length < 2) return []
  const means = ids.map(id => meanOf(asked.filter(one => one.conversation !== id)
    .map(({ recalls }) => recalls.ours['recall@10'])))
  const line = (name: string, value: number): Line => ({
    measure: `recall@10, one conversation left out: ${name}`, split: 'test', count: asked.length, value,
    unit: 'share', baselines: [],
  })
  return [line('least', Math.min(...means)), line('most', Math.max(...means))]
}

function targetOf(name: string): Target | undefined {
  return name === 'recall@10' && chosenEmbedder().id === 'use-lite' ? LITE_TARGET : TARGETS[name]
}

function linesOf(asked: readonly Asked[], split: Split, seed: number): Line[] {
  if (asked.length === 0) return []
  const line = (of: readonly Asked[], measure: string, name = measure): Line => lineOf({
    measure: name, split, seed, target: targetOf(name),
    ours: of.map(one => one.recalls.ours[measure]),
    theirs: Object.fromEntries(METHODS.slice(1).map(method =>
      [method, of.map(one => one.recalls[method][measure])])),
    times: of.map(({ ms }) => ms),
  })
  return [
    ...DEPTHS.map(depth => line(asked, `recall@${depth}`)),
    line(asked, `session recall@${SESSION_DEPTH}`),
    ...Object.entries(CATEGORIES).map(([category, name]) =>
      line(asked.filter(one => one.category === Number(category)), 'recall@10', `recall@10 ${name}`)),
    ...[...new Set(asked.map(one => one.conversation))].map(id =>
      line(asked.filter(one => one.conversation === id), 'recall@10', `recall@10 of ${id}`)),
  ].filter(({ count }) => count > 0)
}

function askAll(kept: KeptConversation, split: Split): Asked[] {
  const texts = kept.turns.map(({ text }) => text)
  const okapi = new Okapi(texts)
  const cosines = cosinesTo(texts)
  return kept.conversation.questions.flatMap(({ question, category, evidence }) => {
    const wanted = evidenceOf(kept, evidence)
    if (wanted.ids.length === 0) return []
    const startedAt = performance.now()
    const found = kept.person.search(question, { limit: RESULTS }).map(({ id }) => id)
    const ms = performance.now() - startedAt
    const words = rankedPlaces(okapi.scores(question))
    const near = rankedPlaces(cosines(question))
    const fused = rankedPlaces(fusedScores([words, near]))
    const idsOf = (places: readonly number[]): string[] => places.map(place => kept.turns[place].id)
    const of = (ids: readonly string[]): Readonly<Record<string, number>> => recallsOf(ids, wanted, kept)
    const recalls = { 'ours': of(found), 'BM25': of(idsOf(words)), 'cosine': of(idsOf(near)),
      'equal fusion': of(idsOf(fused)) }
    return [{ split, conversation: kept.conversation.id, category, recalls, ms }]
  })
}

function recallsOf(
  found: readonly string[], wanted: ReturnType<typeof evidenceOf>, { turns }: KeptConversation,
): Readonly<Record<string, number>> {
  const sessionOf = new Map(turns.map(({ id, session }) => [id, session]))
  const sessions = [...new Set(found.map(id => sessionOf.get(id)))].slice(0, SESSION_DEPTH)
  const hits = (depth: number): number => {
    const first = found.slice(0, depth)
    return wanted.ids.filter(id => first.includes(id)).length / wanted.ids.length
  }
  const inSessions = wanted.sessions.filter(session => sessions.includes(session)).length
  return {
    ...Object.fromEntries(DEPTHS.map(depth => [`recall@${depth}`, hits(depth)])),
    [`session recall@${SESSION_DEPTH}`]: inSessions / wanted.sessions.length,
  }
}
