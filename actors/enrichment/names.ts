/**
 * Names: what a text calls by its own name, such as products, places, people, acronyms and hashtags.
 *
 * The model knows no names, so the way of writing decides. A capital counts where a common word would not
 * have one: inside a sentence that is not set in capitals. Inner capitals, digits and marks (TypeScript,
 * GPT-4, node.js, C++) count everywhere.
 */
import { wordRank } from '../embedding/index.js'
import { Finding, vocableOf, type Reading, type Sentence, type Token, type Vocable } from '../text/index.js'
import { tagOf, type Tag } from './tag.js'

/** A name in lower case, and the words between its blanks and hyphens. */
export interface Name {
  readonly tag: Tag
  readonly parts: readonly Vocable[]
}

const WORDS_MAX = 3
/** A sentence is a title when more than this share of its longer words begins with a capital. */
const TITLE_SHARE = 0.6
const LONGER_CHARS_MIN = 4
/** A capitalised word at the start of a sentence that is this rare in lower case is taken for a name. */
const RARE_RANK_MIN = 20_000
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
    for (let i = sentence.from; i < sentence.to; i += 1) {
      const token = reading.tokens[i]
      const isNext = run.length > 0 && run.length < WORDS_MAX && token.start - run[run.length - 1].end <= 1
      const isPart = isNamePart(token, i === sentence.from, style) ||
        (isNext && style === 'plain' && token.kind !== 'verb' && token.word.isCapitalised)
      if (run.length > 0 && !(isPart && isNext)) {
        pushName(run, names)
        run = []
      }
      if (isPart) run.push(token)
    }
    if (run.length > 0) pushName(run, names)
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

function isNamePart({ word, kind }: Token, isFirst: boolean, style: Style): boolean {
  if (kind === 'mark' || kind === 'number' || style === 'capitals') return false
  if (word.tellsName) return true
  if (kind !== 'name' || !word.isCapitalised) return false
  if (style === 'plain' && !isFirst) return true
  return (wordRank(word.lower) ?? RARE_RANK_MIN) >= RARE_RANK_MIN
}

/** What a word is as a name: without the mark of a hashtag and the tail of a genitive. */
const namings = new Finding<Vocable, Name>(({ text }) => nameOf(text.replace(/^#|['’]s?$/g, '')))

function nameOf(text: string): Name {
  return { tag: tagOf(text), parts: text.split(/[\s-]/).map(vocableOf) }
}

function pushName(run: readonly Token[], names: Name[]): void {
  const words = run.map(({ word }) => namings.of(word.vocable))
  const name = words.length === 1 ? words[0] : nameOf(words.map(({ tag }) => tag.text).join(' '))
  if (name.tag.text.length > 1) names.push(name)
}
