/** A question made personal: what is known about the person, and what they kept about it, as one prompt. */
import { knowledgeOf, searchForPrompt, type SearchResult } from '../../actors/search/index.js'
import {
  composePrompt, contextFor, PROMPT_TOKENS_DEFAULT, type PspContext,
} from '../../actors/psp/index.js'
import { HinataError } from '../../engine/index.js'
import type { Edge } from '../edge.js'
import { findRecords, isTextAway } from '../found.js'
import { pspNow, requestFor } from '../reading.js'
import { route, type Route } from '../route.js'
import { personalizedAnswer } from '../schema/answers.js'
import { personalizedRequest } from '../schema/requests.js'
import { briefContext } from './psp.js'
import { seenResult } from './search.js'

/** Records that the answer lists beside the prompt, quoted or not, unless the request says how many. */
const listedMin = 5

/** Routes of enhancement. */
export function enhancementRoutes(edge: Edge): Route[] {
  return [
    route({
      method: 'post', path: '/api/enhancement/personalized', access: 'enhancement_access',
      input: personalizedRequest, answer: personalizedAnswer,
      summary: 'A system prompt for one question of a person, within a token budget.',
      async handle({ input, principal, sight }) {
        const startedAt = performance.now()
        const budget = input.token_budget ?? PROMPT_TOKENS_DEFAULT
        const wanted = searchForPrompt(budget)
        const limit = input.context_limit ?? wanted.limit
        const [psp, found] = await Promise.all([
          pspNow(edge, input.user_id, principal),
          relevantRecords(edge, input.user_id, { query: input.question, ...wanted, limit }),
        ])
        const request = await requestFor(edge, psp, input.question)
        const records = (found ?? []).map(record => seenResult(record, sight))
        const knowledge = records.filter(one => !isTextAway(one)).map(knowledgeOf)
        const prompt = composePrompt({ psp, knowledge, request, budget })
        const context = contextFor(psp, request)
        const listed = records.filter(({ id }, i) =>
          i < (input.context_limit ?? listedMin) || prompt.knowledge.includes(id))
        return {
          json: {
            personalized_prompt: prompt.text,
            knowledge_components: listed.map(record => ({
              hinata_id: record.id, relevance_score: record.relevance, highlight: record.highlight,
              note: record.note, address: record.address, tags: record.tags,
              is_quoted: prompt.knowledge.includes(record.id),
              ...(isTextAway(record) ? { is_text_away: true } : {}),
            })),
            is_knowledge_available: found !== null,
            psp_summary: summaryOf(context, psp.components.length, input.include_psp_details === true),
            usage: { tokens: prompt.tokens, budget },
            processing_time: Math.round(performance.now() - startedAt) / 1_000,
          },
        }
      },
    }),
  ]
}

/**
 * The records that matter; null while the person's node cannot be asked: the prompt is then made of
 * components alone.
 */
async function relevantRecords(
  edge: Edge, personId: string, question: Parameters<typeof findRecords>[2],
): Promise<readonly SearchResult[] | null> {
  try {
    return (await findRecords(edge, personId, question)).results
  } catch (thrown) {
    if (thrown instanceof HinataError && thrown.isRetryable) return null
    throw thrown
  }
}

function summaryOf(
  context: PspContext, total: number, hasDetails: boolean
): Readonly<Record<string, unknown>> {
  const { active_components_count: active, last_updated: updated } = context
  return {
    components_count: total, active_components_count: active, last_updated: updated,
    core_interests: context.core_interests.map(({ description }) => description),
    current_goals: context.current_goals.map(({ description }) => description),
    ...(hasDetails ? { details: briefContext(context) } : {}),
  }
}
