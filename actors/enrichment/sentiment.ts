/**
 * Sentiment: does the person speak well or ill of something? Counted in words of opinion and feeling, with
 * their negation.
 *
 * N1 Words that technical notes use without feeling (error, kill, problem, want, share) are not in the lists:
 *    a false mood would sustain a communication style that the person does not have.
 * N2 score = (good − bad) / (good + bad + half the number of sentences), so that one word in a long note is
 *    no mood.
 */
import type { Reading } from '../text/index.js'

/** The label and the score that it comes from, -1..1. */
export interface Sentiment {
  readonly label: 'positive' | 'neutral' | 'negative'
  readonly score: number
}

const LABEL_SCORE_MIN = 0.2
const SENTENCE_WEIGHT = 0.5
/** The shortest word of either list. */
const WORD_CHARS_MIN = 3
const GOOD = setOf('love loves loved loving like likes liked enjoy enjoys enjoyed enjoyable happy happily ' +
  'glad pleased pleasant great excellent amazing awesome wonderful fantastic brilliant superb outstanding ' +
  'perfect perfectly beautiful beautifully delightful delighted good nice nicely lovely best better ' +
  'favorite favourite impressive impressed excited exciting fun grateful thankful thanks thank inspiring ' +
  'inspired helpful elegant charming cheerful joy joyful proud satisfied satisfying recommend recommended ' +
  'appreciate admire adore thrilled refreshing gorgeous clever smart remarkable magnificent splendid ' +
  'terrific welcome comfortable confident hopeful win winner stunning cool neat handy useful blissful ' +
  'praise succeed')
const BAD = setOf('hate hates hated hating dislike dislikes disliked awful terrible horrible bad badly ' +
  'worse worst poor poorly disappointing disappointed disappoint annoying annoyed annoy frustrating ' +
  'frustrated frustrate angry sad sadly unhappy upset ugly boring bored useless worthless painful ' +
  'miserable disgusting disgusted nasty dreadful lousy pathetic ridiculous stupid idiotic nightmare ' +
  'regret regrettable unfortunate unfortunately unpleasant unacceptable inferior tedious confusing ' +
  'confused afraid fear scared worried worry anxious depressed depressing hopeless lonely ashamed ' +
  'complain complaint exhausted exhausting clumsy cumbersome unreliable mess messy suck sucks crap hurt ' +
  'disaster disastrous tragic ruined ruin unfair rude cruel toxic overrated')
/** Opinions only as verbs: "I like it", not "like this". */
const ONLY_AS_VERB = setOf('like likes love loves suck sucks fear worry hurt ruin')
/** … and "like" only right after who likes: "use it like this" is a comparison, "would like" a wish. */
const LIKE = /^likes?$/
const LIKER = /^(?:i|we|you|they|he|she|not|n't|really|also|still|always|never|do|to|people|who)$/

/** The sentiment of a text that was read. */
export function sentimentOf(reading: Reading): Sentiment {
  let good = 0
  let bad = 0
  let before = ''
  for (const token of reading.tokens) {
    const last = before
    const word = token.lower
    before = word
    if (token.kind === 'mark' || token.kind === 'name' || word.length < WORD_CHARS_MIN) continue
    const isGood = GOOD.has(word)
    if (!isGood && !BAD.has(word)) continue
    if (ONLY_AS_VERB.has(word) && token.kind !== 'verb') continue
    if (LIKE.test(word) && !LIKER.test(last)) continue
    if (isGood !== token.isNegated) good += 1
    else bad += 1
  }
  const weight = good + bad + reading.sentences.length * SENTENCE_WEIGHT
  const score = weight === 0 ? 0 : Math.round((good - bad) / weight * 100) / 100
  return { label: score >= LABEL_SCORE_MIN ? 'positive' : score <= -LABEL_SCORE_MIN ? 'negative' : 'neutral',
    score }
}

function setOf(words: string): ReadonlySet<string> {
  return new Set(words.split(' '))
}
