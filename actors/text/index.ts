/**
 * Text: from Markdown to prose, words, stems and sentences. Pure and synchronous; wink-nlp and its model live
 * here alone.
 */
export { hash32, hashPart32 } from './hash.js'
export { joinProse, proseOf, type Prose } from './prose.js'
export { meanSentenceWords, readProse, textOf, type Reading, type Sentence } from './reading.js'
export { Remembered } from './remembered.js'
export { jaccard, stemOf, tokenSetOf } from './stems.js'
export { isStopWord } from './stop-words.js'
export { readTitle } from './title.js'
export type { Token, WordClass } from './token.js'
export { Finding, noFindings, vocableOf, vocablesOf, type Subject, type Vocable } from './vocable.js'
export type { Word } from './word.js'
export { isUnspaced, wordsOf } from './words.js'
