/**
 * The prompt: what a model should know about a person, for one request, within a token budget. SPEC section
 * 4.
 *
 *   [Hinata personal context] …                       the mark by which an echo is known
 *   ## Interests and values      core      20 %       unused share flows on to the next part;
 *   ## Goals and work            working   40 %       what is left at the end goes to relevant notes, then
 *   ## Preferences               context   30 %       to components that did not fit
 *   ## Relevant notes                                 quotes, by day (quotes.ts)
 *   ## Just now                  buffer    10 %
 *
 * With a request, components that are about it may take their part's whole share, others a fifth of it or one
 * line: the notes that answer it come before what is known in general.
 *
 * O1 Never over the budget, headings and all. O2 Superseded components are never named; an archived one
 * is, when it is relevant or there is room: freshness is part of its score. O3 The same
 * input gives the same prompt. O4 Texts of sensitive records come masked from the caller
 * (FoldedRecord.masked).
 */
import { BUSY_WITH, HEADINGS, PROMPT_MARK } from './echo.js'
import { VISITED_SLOT, VISITS_SAID } from './component.js'
import { isPinnedAt } from './held.js'
import { Quotes, quoteLines, type Quote } from './quotes.js'
import { relevanceTo, type Request } from './request.js'
import { countTokens } from './tokens.js'
import type { CurrentComponent, Psp } from './view.js'

/** A record that may be quoted: found by search for the request. */
export interface Knowledge {
  readonly id: string
  readonly title: string
  readonly text: string
  /** 0..1, from search. */
  readonly relevance: number
  /** Event time, ms UTC. */
  readonly at: number
}

/** A composed prompt. */
export interface Prompt {
  readonly text: string
  readonly tokens: number
  /** Ids of the components that it names, in order. */
  readonly components: readonly string[]
  /** Ids of the records that it quotes, in order. */
  readonly knowledge: readonly string[]
}

/** What to compose from. */
export interface PromptRequest {
  readonly psp: Psp
  readonly knowledge: readonly Knowledge[]
  readonly request?: Request
  readonly budget?: number
}

/** One line of the prompt, before the choice. */
interface Item {
  readonly id: string
  /** What the line stands for, when it is more than one. */
  readonly ids?: readonly string[]
  readonly kind: 'component' | 'buffer'
  readonly line: string
  readonly score: number
  /** To the request. */
  readonly relevance: number
}

type Part = 'core' | 'working' | 'context' | 'buffer'

/** Tokens of a prompt when nothing else is asked for. */
export const PROMPT_TOKENS_DEFAULT = 2_000
const QUOTAS: Readonly<Record<Part, number>> = { core: 0.2, working: 0.4, context: 0.3, buffer: 0.1 }
const PARTS: readonly Part[] = ['core', 'working', 'context', 'buffer']
const QUOTES_HEADING = '## Relevant notes'
const OPENING =
  `${PROMPT_MARK} What is known about the person you are talking to, from their own notes. ` +
  'Use it quietly; what they say now counts more.'
const dayMs = 86_400_000
const FRESH_DAYS = 30
/** Of the room for context, when nothing was asked. */
const QUOTED_SHARE = 0.8
/** A component that is nearer to the request than this is about it. */
const ASKED_RELEVANCE_MIN = 0.5
/** What components that are not about the request may take of their part's share. */
const UNASKED_SHARE = 0.2
const VISITS_SHOWN_MAX = 8
const FOCUS_SHOWN_MAX = 5
/** A topic that comes next less often than this is not named. */
const FOCUS_SHARE_MIN = 0.03

/** Composes a prompt. */
export function composePrompt({
  psp,
  knowledge,
  request,
  budget = PROMPT_TOKENS_DEFAULT,
}: PromptRequest): Prompt {
  const items = itemsOf(psp, request)
  const chosen: Record<Part, Item[]> = { core: [], working: [], context: [], buffer: [] }
  const quotes = new Quotes(knowledge, request?.text ?? '')
  const page = new Page(budget)
  let flow = 0
  for (const part of PARTS) {
    const share = page.limit * QUOTAS[part]
    const asked = items[part].filter(({ relevance }) => relevance >= ASKED_RELEVANCE_MIN)
    let left = share + flow
    if (request !== undefined) left -= take(asked, chosen[part], left, page)
    if (part === 'context' && request === undefined) left -= page.use(quotes.take(left * QUOTED_SHARE))
    const rest = items[part].filter(item => !chosen[part].includes(item))
    const few = Math.max(share * UNASKED_SHARE, rest.length > 0 ? costOf(rest[0]) : 0)
    const room = request === undefined ? left : Math.min(left, few)
    left -= take(rest, chosen[part], room, page)
    flow = Math.max(0, left)
  }
  if (request !== undefined) page.use(quotes.take(page.free))
  for (const part of PARTS)
    take(
      items[part].filter(item => !chosen[part].includes(item)),
      chosen[part],
      Infinity,
      page,
    )
  page.use(quotes.take(page.free))
  return written(chosen, quotes.chosen)
}

/** Counts what the prompt takes so far. */
class Page {
  readonly limit: number
  #used: number

  constructor(budget: number) {
    const frame = [OPENING, QUOTES_HEADING, ...PARTS.map(headingOf)]
      .reduce((sum, line) => sum + countTokens(line) + 2, 0)
    this.limit = Math.max(0, budget - frame)
    this.#used = 0
  }

  get free(): number {
    return this.limit - this.#used
  }

  use(tokens: number): number {
    this.#used += tokens
    return tokens
  }
}

function headingOf(part: Part): string {
  return `## ${HEADINGS[part]}`
}

/** Takes items in their order while they fit; returns the tokens used. */
function take(from: readonly Item[], into: Item[], share: number, page: Page): number {
  let used = 0
  for (const item of from) {
    const cost = costOf(item)
    if (used + cost > share || cost > page.free) continue
    used += cost
    page.use(cost)
    into.push(item)
  }
  return used
}

function costOf({ line }: Item): number {
  return countTokens(line) + 1
}

function byScore(a: Item, b: Item): number {
  return b.score - a.score || (a.id < b.id ? -1 : 1)
}

function itemsOf(psp: Psp, request: Request | undefined): Record<Part, Item[]> {
  const items: Record<Part, Item[]> = { core: [], working: [], context: [], buffer: [] }
  const known = psp.components
  const heaviest = Math.max(1e-9, ...known.map(({ weight }) => weight))
  const most = Math.max(1, ...known.map(({ support }) => support.records))
  const visits: CurrentComponent[] = []
  for (const component of known) {
    if (component.claim.slot.startsWith(VISITED_SLOT)) visits.push(component)
    const part: Part = component.memory === 'learning' ? 'context' : component.memory
    const relevance = relevanceTo(request, component)
    const score = scoreOf(
      isPinnedAt(component, psp.at) ? 1 : component.weight / heaviest,
      relevance,
      psp.at - component.last_updated,
      Math.log1p(component.support.records) / Math.log1p(most),
    )
    if (visits.at(-1) !== component)
      items[part].push({ id: component.id, kind: 'component', line: lineOf(component), score, relevance })
  }
  if (visits.length > 0) items.working.push(visitsItem(visits))
  items.working.push(...focusItem(psp))
  for (const part of PARTS) items[part].sort(byScore)
  items.buffer = psp.buffer.map(({ id, text }, i) => ({
    id,
    kind: 'buffer',
    line: `- ${text}`,
    score: 1 / (1 + i),
    relevance: 0,
  }))
  return items
}

/**
 * The pages that a person returns to, in one line: together they say what single ones do not, and take less
 * room.
 */
function visitsItem(visits: readonly CurrentComponent[]): Item {
  const shown = visits.slice(0, VISITS_SHOWN_MAX)
  const places = shown.map(({ description }) => description.slice(VISITS_SAID.length + 1)).join(', ')
  const line = `- ${VISITS_SAID} ${places}`
  return { id: shown[0].id, ids: shown.map(({ id }) => id), kind: 'component', line, score: 0, relevance: 0 }
}

/** What the person is busy with, in one line: the topics that come next. */
function focusItem({ focus }: Psp): Item[] {
  const next = focus
    .filter(({ component, share }) => component !== '' && share >= FOCUS_SHARE_MIN)
    .slice(0, FOCUS_SHOWN_MAX)
  if (next.length === 0) return []
  const ids = next.map(({ component }) => component)
  const line = `- ${BUSY_WITH} ${next.map(({ label }) => label).join(', ')}`
  return [{ id: 'focus', ids, kind: 'component', line, score: 1, relevance: 0 }]
}

/** Item score of SPEC section 4. */
function scoreOf(importance: number, relevance: number, ageMs: number, frequency: number): number {
  const freshness = 0.5 ** (Math.max(0, ageMs) / dayMs / FRESH_DAYS)
  return 0.3 * importance + 0.35 * relevance + 0.2 * freshness + 0.15 * frequency
}

function lineOf({ description, support }: CurrentComponent): string {
  return support.records > 1 ? `- ${description} (${support.records} notes)` : `- ${description}`
}

function written(chosen: Readonly<Record<Part, readonly Item[]>>, quotes: readonly Quote[]): Prompt {
  const parts = PARTS.filter(part => chosen[part].length > 0)
  const blocks = parts.map(part => [headingOf(part), ...chosen[part].map(({ line }) => line)].join('\n'))
  if (quotes.length > 0) {
    const at = parts.includes('buffer') ? blocks.length - 1 : blocks.length
    blocks.splice(at, 0, [QUOTES_HEADING, ...quoteLines(quotes)].join('\n'))
  }
  const text = [OPENING, ...blocks].join('\n\n')
  const all = parts.flatMap(part => chosen[part])
  return {
    text,
    tokens: countTokens(text),
    components: [...new Set(all.filter(({ kind }) => kind === 'component').flatMap(({ id, ids }) =>
      ids ?? id))],
    knowledge: quotes.map(({ id }) => id),
  }
}
