/**
 * The prompt: what a model should know about a person, for one request, within a token budget. SPEC section
 * 4.
 *
 *   [Hinata personal context] …                       the mark by which an echo is known
 *   ## Interests and values      core      20 %       unused share flows on to the next part;
 *   ## Goals and work            working   40 %       what is left at the end goes to components that
 *   ## Relevant …                context   30 %       did not fit and to longer notes
 *   ## Just now                  buffer    10 %
 *
 * O1 Never over the budget, headings and all. O2 Superseded components are never named; an archived one
 * is, when it is relevant or there is room: freshness is part of its score. O3 The same
 * input gives the same prompt. O4 Texts of sensitive records come masked from the caller
 * (FoldedRecord.masked).
 */
import { PROMPT_MARK } from './echo.js'
import { VISITED_SLOT, VISITS_SAID } from './component.js'
import { condense } from './condense.js'
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
  readonly kind: 'component' | 'knowledge' | 'buffer'
  readonly line: string
  readonly score: number
}

type Part = 'core' | 'working' | 'context' | 'buffer'

/** Tokens of a prompt when nothing else is asked for. */
export const PROMPT_TOKENS_DEFAULT = 2_000
const QUOTAS: Readonly<Record<Part, number>> = { core: 0.2, working: 0.4, context: 0.3, buffer: 0.1 }
const PARTS: readonly Part[] = ['core', 'working', 'context', 'buffer']
const HEADINGS: Readonly<Record<Part, string>> = {
  core: '## Interests and values',
  working: '## Goals and work',
  context: '## Preferences and relevant notes',
  buffer: '## Just now',
}
const OPENING =
  `${PROMPT_MARK} What is known about the person you are talking to, from their own notes. ` +
  'Use it quietly; what they say now counts more.'
const dayMs = 86_400_000
const FRESH_DAYS = 30
const QUOTED_TOKENS_MIN = 24
const QUOTED_SHARE = 0.4
const SLACK_TOKENS = 12
const VISITS_SHOWN_MAX = 8

/** Composes a prompt. */
export function composePrompt({
  psp,
  knowledge,
  request,
  budget = PROMPT_TOKENS_DEFAULT,
}: PromptRequest): Prompt {
  const items = itemsOf(psp, request)
  const chosen: Record<Part, Item[]> = { core: [], working: [], context: [], buffer: [] }
  const page = new Page(budget)
  let flow = 0
  for (const part of PARTS) {
    let share = page.limit * QUOTAS[part] + flow
    const quoted = part === 'context' ? quotesOf(knowledge, request, share * QUOTED_SHARE * 2) : []
    share -= take([...items[part], ...quoted].sort(byScore), chosen[part], share, page)
    flow = Math.max(0, share)
  }
  if (request !== undefined) fillWithQuotes(chosen.context, knowledge, request, page)
  for (const part of PARTS)
    take(
      items[part].filter(item => !chosen[part].includes(item)),
      chosen[part],
      Infinity,
      page,
    )
  fillWithQuotes(chosen.context, knowledge, request, page)
  return written(chosen)
}

/** Counts what the prompt takes so far. */
class Page {
  readonly limit: number
  #used: number

  constructor(budget: number) {
    const frame = countTokens(OPENING) + PARTS.reduce((sum, part) => sum + countTokens(HEADINGS[part]) + 2, 0)
    this.limit = Math.max(0, budget - frame)
    this.#used = 0
  }

  get free(): number {
    return this.limit - this.#used
  }

  use(tokens: number): void {
    this.#used += tokens
  }
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
    const score = scoreOf(
      component.weight / heaviest,
      relevanceTo(request, component.description, component.embedding),
      psp.at - component.last_updated,
      Math.log1p(component.support.records) / Math.log1p(most),
    )
    if (visits.at(-1) !== component)
      items[part].push({ id: component.id, kind: 'component', line: lineOf(component), score })
  }
  if (visits.length > 0) items.working.push(visitsItem(visits))
  for (const part of PARTS) items[part].sort(byScore)
  items.buffer = psp.buffer.map(({ id, text }, i) => ({
    id,
    kind: 'buffer',
    line: `- ${text}`,
    score: 1 / (1 + i),
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
  return { id: shown[0].id, ids: shown.map(({ id }) => id), kind: 'component', line, score: 0 }
}

/** Item score of SPEC section 4. */
function scoreOf(importance: number, relevance: number, ageMs: number, frequency: number): number {
  const freshness = 0.5 ** (Math.max(0, ageMs) / dayMs / FRESH_DAYS)
  return 0.3 * importance + 0.35 * relevance + 0.2 * freshness + 0.15 * frequency
}

function lineOf({ description, support }: CurrentComponent): string {
  return support.records > 1 ? `- ${description} (${support.records} notes)` : `- ${description}`
}

/** Quotes of the most relevant records, each condensed to its share of the room. */
function quotesOf(knowledge: readonly Knowledge[], request: Request | undefined, room: number): Item[] {
  const most = [...knowledge].sort((a, b) => b.relevance - a.relevance || (a.id < b.id ? -1 : 1))
  const each = Math.max(QUOTED_TOKENS_MIN, Math.floor(room / Math.max(1, most.length)))
  return most.flatMap(record => quoteOf(record, request, each))
}

function quoteOf(record: Knowledge, request: Request | undefined, tokens: number): Item[] {
  const title = record.title.replace(/\s+/g, ' ').trim()
  const text = condense(
    record.text,
    request?.text ?? title,
    Math.max(0, tokens - countTokens(title) - 4),
  ).replace(/\s+/g, ' ')
  const body = text.startsWith(title) ? text.slice(title.length).trim() : text
  const line = [title, body].filter(part => part !== '').join(': ')
  return line === ''
    ? []
    : [{ id: record.id, kind: 'knowledge', line: `- ${line}`, score: 0.35 + 0.65 * record.relevance }]
}

/** Room that is left goes to fuller quotes, the most relevant first, then to records that were not quoted. */
function fillWithQuotes(
  chosen: Item[],
  knowledge: readonly Knowledge[],
  request: Request | undefined,
  page: Page,
): void {
  for (const record of [...knowledge].sort((a, b) => b.relevance - a.relevance || (a.id < b.id ? -1 : 1))) {
    if (page.free < QUOTED_TOKENS_MIN) return
    const at = chosen.findIndex(item => item.kind === 'knowledge' && item.id === record.id)
    const before = at < 0 ? 0 : costOf(chosen[at])
    const [fuller] = quoteOf(record, request, page.free + before - SLACK_TOKENS)
    if (fuller === undefined || costOf(fuller) <= before || costOf(fuller) - before > page.free) continue
    page.use(costOf(fuller) - before)
    if (at < 0) chosen.push(fuller)
    else chosen[at] = fuller
  }
}

function written(chosen: Readonly<Record<Part, readonly Item[]>>): Prompt {
  const parts = PARTS.filter(part => chosen[part].length > 0)
  const text = [
    OPENING,
    ...parts.map(part => [HEADINGS[part], ...chosen[part].map(({ line }) => line)].join('\n')),
  ].join('\n\n')
  const all = parts.flatMap(part => chosen[part])
  return {
    text,
    tokens: countTokens(text),
    components: all.filter(({ kind }) => kind === 'component').flatMap(({ id, ids }) => ids ?? id),
    knowledge: all.filter(({ kind }) => kind === 'knowledge').map(({ id }) => id),
  }
}
