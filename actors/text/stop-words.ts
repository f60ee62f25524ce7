/** The closed-class and very common words of English: they say nothing about what a text is about. */

const STOP_WORDS: ReadonlySet<string> = new Set((
  'a an the and or nor but if then else so than that this these those there here it its itself he him his ' +
  'himself she her hers herself we us our ours ourselves you your yours yourself yourselves they them ' +
  'their theirs themselves i me my mine myself one ones who whom whose which what when where why how is ' +
  'am are was were be been being do does did doing done have has had having can could will would shall ' +
  'should may might must not no yes of to in on at by for from with without into onto over under about as ' +
  'up down out off again once only own same too very just also any all both each few more most other some ' +
  'such because until while during before after above below between through against per via however don ' +
  'doesn didn isn aren wasn weren won wouldn couldn shouldn hasn haven hadn ain let get got gets ll ve re'
).split(' '))

/** Is the lower-case `word` a stop word? */
export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word)
}
