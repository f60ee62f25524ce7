/**
 * Words of a text, in lower case and in order, for any script.
 *
 * W1 Scripts that are written without spaces (Han, kana, Thai …) are cut by the Unicode rules of the runtime,
 *    never dropped.
 * W2 The tail of a contraction ('s, n't, 'll) is part of no word; one letter alone is a word.
 */

const RUN = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)?/gu
/** Thai to Khmer, and Han with kana (the last range: the first halves of rarer Han characters). */
const UNSPACED = new RegExp([
  /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]/, /[\u2e80-\u31ff\u3400-\u9fff\uf900-\ufaff]/, /[\ud840-\ud87f]/,
].map(({ source }) => source).join('|'))
const TAIL_CHARS_MAX = 2

let segmenter: Intl.Segmenter | undefined

/** The words of `text`. */
export function wordsOf(text: string): string[] {
  const words: string[] = []
  for (const run of text.toLowerCase().match(RUN) ?? []) {
    if (UNSPACED.test(run)) words.push(...segmentsOf(run))
    else pushWord(run, words)
  }
  return words
}

/** Is the word written in a script without spaces between words? */
export function isUnspaced(word: string): boolean {
  return UNSPACED.test(word)
}

function segmentsOf(run: string): string[] {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'word' })
  const segments: string[] = []
  for (const { segment,
    isWordLike } of segmenter.segment(run)) if (isWordLike === true) segments.push(segment)
  return segments
}

function pushWord(run: string, words: string[]): void {
  const mark = run.search(/['’]/)
  if (mark < 0) words.push(run)
  else if (run.length - mark - 1 <= TAIL_CHARS_MAX) words.push(run.slice(0, mark))
  else words.push(run.slice(0, mark), run.slice(mark + 1))
}
