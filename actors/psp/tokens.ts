/**
 * Tokens: how much of a model's context a text takes, by a real tokenizer (cl100k_base). Counts are cached
 * per text: a prompt repeats its components. The tokenizer's table is read at first use, not at start.
 */
import { Tiktoken } from 'js-tiktoken/lite'
import cl100k from 'js-tiktoken/ranks/cl100k_base'

/** Texts whose counts are kept; emptied when full. */
const CACHED_MAX = 4_096
/** Longer texts are counted in parts: the tokenizer's time grows faster than the text. */
const PART_CHARS_MAX = 4_000

const counts = new Map<string, number>()
let tokenizer: Tiktoken | undefined

/** The number of tokens of `text`. */
export function countTokens(text: string): number {
  const known = counts.get(text)
  if (known !== undefined) return known
  tokenizer ??= new Tiktoken(cl100k)
  let count = 0
  for (let at = 0; at < text.length; at += PART_CHARS_MAX) {
    count += tokenizer.encode(text.slice(at, at + PART_CHARS_MAX), [], []).length
  }
  if (counts.size >= CACHED_MAX) counts.clear()
  counts.set(text, count)
  return count
}
