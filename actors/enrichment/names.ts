/**
 * Names: what a text calls by its own name, such as products, places, people, acronyms and hashtags.
 *
 * The model knows no names, so the way of writing decides. A capital counts where a common word would not
 * have one: inside a sentence that is not set in capitals. Inner capitals, digits and marks (TypeScript,
 * GPT-4, node.js, C++) count everywhere.
 */
import { wordRank } from '../embedding/index.js'
import { isStopWord, type Reading, type Sentence, type Token } from '../text/index.js'

/** A name in lower case, and the sentence that has it. */
export interface Name {
  readonly tag: string
  readonly sentence: number
}

const WORDS_MAX = 3
/** A sentence is a title when more than this share of its longer words begins with a capital. */
const TITLE_SHARE = 0.6
const LONGER_CHARS_MIN = 4
/** A capitalised word at the start of a sentence that is this rare in lower case is taken for a name. */
const RARE_RANK_MIN = 20_000
const TELLING = new RegExp([
  /^\p{L}+\p{Ll}\p{Lu}[\p{L}\p{N}]*$/u, // TypeScript, PostgreSQL
  /^\p{Ll}\p{Lu}\p{L}+$/u, // iPhone
  /^\p{Lu}[\p{L}\p{N}]*[.+#-][\p{L}\p{N}+#.-]*$/u, // Node.js, C++, GPT-4
  /^\p{Ll}{2,}\.\p{Ll}{2,}$/u, // node.js
  /^\p{Lu}+\p{N}+$/u, // DB2
  /^#\p{L}[\p{L}\p{N}_-]+$/u, // #topic
].map(({ source }) => source).join('|'), 'u')
const PLAIN_WORD = /^[a-z]+$/
const ACRONYM = /^\p{Lu}{2,6}s?$/u
const CAPITALISED = /^\p{Lu}[\p{L}\p{M}\p{N}'’.+#-]*$/u
const CALENDAR = new RegExp('^(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|' +
  'may|june|july|august|september|october|november|december)$')

/** The names of a text, and how each of its sentences uses capitals. */
export interface Naming {
  /** In order, one entry per occurrence. */
  readonly names: readonly Name[]
  readonly styles: readonly Style[]
}

/** The names that a text has. */
export function namesOf(reading: Reading): Naming {
  const names: Name[] = []
  const styles = reading.sentences.map(sentence => styleOf(sentence, reading))
  reading.sentences.forEach((sentence, index) => {
    const style = styles[index]
    let run: Token[] = []
    for (let i = sentence.from; i <= sentence.to; i += 1) {
      const token = i < sentence.to ? reading.tokens[i] : undefined
      const last = run[run.length - 1]
      const isNext = token !== undefined && last !== undefined && token.start - last.end <= 1
        && run.length < WORDS_MAX
      const isPart = token !== undefined && (isNamePart(token, i === sentence.from, style) ||
        (isNext && style === 'plain' && isCapitalised(token)))
      if (run.length > 0 && !(isPart && isNext)) {
        pushName(run, index, names)
        run = []
      }
      if (isPart) run.push(token)
    }
  })
  return { names, styles }
}

/** How a sentence uses capitals: as prose does, at every longer word, or throughout. */
type Style = 'plain' | 'title' | 'capitals'

function styleOf(sentence: Sentence, { tokens }: Reading): Style {
  let longer = 0
  let capitals = 0
  let shouted = 0
  for (let i = sentence.from; i < sentence.to; i += 1) {
    const { text, kind } = tokens[i]
    if (kind === 'mark' || text.length < LONGER_CHARS_MIN) continue
    longer += 1
    if (isSmallLetter(text.charCodeAt(0))) continue
    if (/^\p{Lu}/u.test(text)) capitals += 1
    if (/^[\p{Lu}\p{N}]+$/u.test(text)) shouted += 1
  }
  if (longer > 1 && shouted > longer * TITLE_SHARE) return 'capitals'
  return capitals > longer * TITLE_SHARE ? 'title' : 'plain'
}

/** a..z, with which most words begin. */
function isSmallLetter(code: number): boolean {
  return code >= 0x61 && code <= 0x7a
}

function isNamePart({ text, kind }: Token, isFirst: boolean, style: Style): boolean {
  if (kind === 'mark' || kind === 'number' || style === 'capitals' || PLAIN_WORD.test(text)) return false
  if (TELLING.test(text)) return true
  if (ACRONYM.test(text) && !isStopWord(text.toLowerCase())) return true
  if (!isCapitalised({ text, kind })) return false
  if (style === 'plain' && !isFirst) return kind === 'name'
  return kind === 'name' && (wordRank(text.toLowerCase()) ?? RARE_RANK_MIN) >= RARE_RANK_MIN
}

function isCapitalised({ text, kind }: Pick<Token, 'text' | 'kind'>): boolean {
  if (text.length < 2 || kind === 'verb' || isSmallLetter(text.charCodeAt(0))) return false
  if (!CAPITALISED.test(text)) return false
  const lower = text.toLowerCase()
  return !isStopWord(lower.split(/['’]/)[0]) && !CALENDAR.test(lower)
}

function pushName(run: readonly Token[], sentence: number, names: Name[]): void {
  const tag = run.map(({ text }) => text.toLowerCase().replace(/^#/, '').replace(/['’]s?$/, '')).join(' ')
  if (tag.length > 1) names.push({ tag, sentence })
}
