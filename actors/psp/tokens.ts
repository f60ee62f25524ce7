/**
 * Tokens: how much of a model's context a text takes, by a real tokenizer (cl100k_base). The tokenizer's
 * table is read at first use, not at start.
 *
 * T1 The tokenizer cuts a text into pieces, about a word each, and merges within a piece only: a text's count
 *    is the sum of its pieces'. Pieces repeat, so their counts are remembered, and those of short texts.
 */
import { Tiktoken } from 'js-tiktoken/lite'
import cl100k from 'js-tiktoken/ranks/cl100k_base'
import { Remembered } from '../text/index.js'

const PIECES_MAX = 50_000
const TEXTS_MAX = 4_096
/** Longer ones are counted each time: they would fill the memory, and hardly repeat. */
const REMEMBERED_CHARS_MAX = 500
/** Longer pieces are counted in parts: the tokenizer’s time grows with the square of the piece. */
const PIECE_CHARS_MAX = 250
const PIECE = new RegExp(cl100k.pat_str, 'gu')

const pieces = new Remembered<number>(PIECES_MAX)
const texts = new Remembered<number>(TEXTS_MAX)
let tokenizer: Tiktoken | undefined

/** The number of tokens of `text`. */
export function countTokens(text: string): number {
  const known = texts.get(text)
  if (known !== undefined) return known
  let count = 0
  for (const piece of text.match(PIECE) ?? []) count += countPiece(piece)
  if (text.length <= REMEMBERED_CHARS_MAX) texts.set(text, count)
  return count
}

function countPiece(piece: string): number {
  const known = pieces.get(piece)
  if (known !== undefined) return known
  tokenizer ??= new Tiktoken(cl100k)
  let count = 0
  for (let at = 0; at < piece.length; at += PIECE_CHARS_MAX) {
    count += tokenizer.encode(piece.slice(at, at + PIECE_CHARS_MAX), [], []).length
  }
  if (piece.length <= REMEMBERED_CHARS_MAX) pieces.set(piece, count)
  return count
}
