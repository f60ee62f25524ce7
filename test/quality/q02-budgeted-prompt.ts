/**
 * Q2: within a token budget, how much of what answers a question does the personalised prompt hold? Baseline:
 * the same budget filled with the turns that BM25 finds, best first, a line each, until none fits.
 */
import { composePrompt, countTokens } from '../../actors/psp/index.js'
import { isStopWord, stemOf, wordsOf } from '../../actors/text/index.js'
import { lineOf } from './line.js'
import { evidenceOf, keepConversation, type KeptConversation } from './locomo.js'
import type { Context, Line, Metric, Split } from './metric.js'
import { Okapi, rankedPlaces } from './okapi.js'
import { splitsOf } from './splits.js'

const BUDGETS = [500, 1_000, 2_000]

/** What one prompt holds. */
interface Held {
  /** Of the evidence turns, those that stand in it word by word. */
  readonly evidence: number
  /** Of the answer's content words. */
  readonly answer: number
  readonly tokens: number
}

interface Asked {
  readonly split: Split
  readonly budget: number
  readonly ours: Held
  readonly bm25: Held
  readonly ms: number
}

/** Evidence within a budget. */
export const q02: Metric = {
  id: 'Q2',
  title: 'Budgeted prompt',
  definition: 'The conversations of Q1. Share of the evidence turns that stand in the personalised prompt '
    + 'word by word, and of the answer’s content words that stand in it, at 500, 1,000 and 2,000 tokens. '
    + 'BM25: the same budget filled with the turns it finds, best first. Split by conversation.',
  run: measure,
}

async function measure({ data, seed, log }: Context): Promise<Line[]> {
  const conversations = data.conversations()
  const splits = splitsOf(conversations.map(({ id }) => id), seed)
  const asked: Asked[] = []
  for (const conversation of conversations) {
    const kept = await keepConversation(conversation)
    log(`${conversation.id}: ${conversation.questions.length} questions`)
    asked.push(...askAll(kept, splits.get(conversation.id) ?? 'test'))
  }
  return (['dev', 'test'] as const).flatMap(split => BUDGETS.flatMap(budget =>
    linesOf(asked.filter(one => one.split === split && one.budget === budget), split, budget, seed)))
}

function linesOf(asked: readonly Asked[], split: Split, budget: number, seed: number): Line[] {
  if (asked.length === 0) return []
  const bm25 = asked.map(one => one.bm25.evidence)
  const evidence = lineOf({
    measure: `evidence at ${budget} tokens`, split, seed, ours: asked.map(one => one.ours.evidence),
    theirs: { BM25: bm25 }, times: asked.map(({ ms }) => ms), tokens: asked.map(one => one.ours.tokens),
    ...(budget === 1_000
      ? { target: { atLeast: 1.1 * bm25.reduce((sum, share) => sum + share, 0) / bm25.length } } : {}),
  })
  const answer = lineOf({
    measure: `answer's words at ${budget} tokens`, split, seed, ours: asked.map(one => one.ours.answer),
    theirs: { BM25: asked.map(one => one.bm25.answer) }, tokens: asked.map(one => one.ours.tokens),
  })
  return [evidence, answer]
}

function askAll(kept: KeptConversation, split: Split): Asked[] {
  const okapi = new Okapi(kept.turns.map(({ text }) => text))
  return kept.conversation.questions.flatMap(({ question, answer, evidence }) => {
    const { ids } = evidenceOf(kept, evidence)
    if (ids.length === 0) return []
    const texts = kept.turns.filter(({ id }) => ids.includes(id)).map(({ text }) => text)
    const ranked = rankedPlaces(okapi.scores(question))
    return BUDGETS.map(budget => {
      const startedAt = performance.now()
      const { text } = kept.person.prompt(question, budget)
      const ms = performance.now() - startedAt
      const held = (prompt: string): Held => heldBy(prompt, texts, String(answer))
      return { split, budget, ours: held(text), bm25: held(filled(kept, ranked, budget)), ms }
    })
  })
}

/** The baseline's prompt: the same opening line, then turns. */
function filled({ turns, person }: KeptConversation, ranked: readonly number[], budget: number): string {
  const { profile } = person.psp()
  const frame = composePrompt({ psp: { at: 0, components: [], buffer: [], focus: [], profile },
    knowledge: [] }).text
  const lines = [frame]
  let left = budget - countTokens(frame)
  for (const place of ranked) {
    const line = `- ${turns[place].text}`
    const cost = countTokens(line) + 1
    if (cost > left) break
    left -= cost
    lines.push(line)
  }
  return lines.join('\n')
}

function heldBy(prompt: string, evidence: readonly string[], answer: string): Held {
  const plain = tidied(prompt)
  const known = new Set(contentStems(prompt))
  const wanted = [...new Set(contentStems(answer))]
  return {
    evidence: evidence.filter(text => plain.includes(tidied(text))).length / evidence.length,
    answer: wanted.length === 0 ? 1 : wanted.filter(stem => known.has(stem)).length / wanted.length,
    tokens: countTokens(prompt),
  }
}

/** Words alone, so that marks and line breaks make no difference. */
function tidied(text: string): string {
  return ` ${wordsOf(text).join(' ')} `
}

function contentStems(text: string): string[] {
  return wordsOf(text).filter(word => !isStopWord(word)).map(stemOf)
}
