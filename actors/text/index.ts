/**
 * Text: from Markdown to prose, words, stems and sentences. Pure and synchronous; wink-nlp and its model live
 * here alone.
 */
export { hash32, hashPart32 } from './hash.js'
export { joinProse, proseOf, type Prose } from './prose.js'
export { meanSentenceWords, readClasses, readProse, textOf } from './reading.js'
export type { Reading, Sentence, Token, WordClass } from './reading.js'
export { Remembered } from './remembered.js'
export { jaccard, stemOf, tokenSetOf } from './stems.js'
export { isStopWord } from './stop-words.js'
export { isUnspaced, wordsOf } from './words.js'
