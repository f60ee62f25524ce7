/** Wording: what says the same in other words, and what only sounds so. W1..W3. */
import t from 'tap'
import { compareWordings, wordingOf, type Likeness } from '../../../actors/psp/wording.js'

const table: readonly (readonly [Likeness, string, string, string])[] = [
  ['same', 'the meeting is important', 'meetings are important', 'articles, number, auxiliaries'],
  ['same', 'in June to plan a trip', 'to plan a trip in June', 'W1 turned around as a whole'],
  ['same', 'a potato is sliced by a woman', 'a woman slices a potato', 'W1 another voice'],
  ['other', 'a dog follows a cat', 'a cat follows a dog', 'W1 who does what to whom'],
  ['other', 'a cat is followed by a dog', 'a cat follows a dog', 'W1 turned twice is turned around'],
  ['other', 'a boy by a lake saw a girl', 'a girl by a lake saw a boy', 'W1 by, in no passive'],
  ['other', 'a girl is surrounded by boys', 'a girl is surrounding boys', 'W1 who does it comes first'],
  ['other', 'to sit and wear a grass hat', 'to wear a hat and sit on the grass', 'W1 joined things stay'],
  ['other', 'to play with a toy', 'a toy dog to play with', 'W1 with one word more, none turned'],
  ['other', 'to meet few people', 'to meet lots of people', 'W2 how many'],
  ['same', 'a young boy with a hat', 'the boy wearing a hat', 'W3 boys are young'],
  ['same', 'to eat a piece of cake', 'to eat cake', 'W3 a measure that measures nothing'],
  ['other', 'to play the guitar', 'to play the flute', 'one other word'],
  ['other', 'to jump off the wall', 'to jump on the wall', 'W2 a particle'],
  ['other', 'he played the guitar', 'he plays the guitar', 'W2 the tense'],
  ['other', 'you are right', 'I am right', 'W2 whom it is about'],
  ['other', 'the question is not who pays', 'the question is who does not pay', 'W2 what is negated'],
  ['same', 'to buy five films', 'to purchase 5 movies', 'W3 synonyms and numbers'],
  ['same', 'to practise on a key board', 'to practise on the keyboard', 'W3 compounds'],
  ['same', 'we really always need tests', 'we need tests', 'W3 fillers'],
  ['same', 'tea is not good', 'tea is good', 'a negation of the whole is the guard\'s'],
  ['more', 'to read books about art', 'to read books', 'one word more'],
  ['other', 'to read books and papers', 'to read books', 'one thing more'],
  ['other', 'to read old books about art', 'to read books', 'two words more'],
  ['other', '', '', 'nothing'],
]

t.test('likeness, in both directions', async t => {
  for (const [likeness, a, b, why] of table) {
    t.equal(compareWordings(wordingOf(a), wordingOf(b)), likeness, why)
    t.equal(compareWordings(wordingOf(b), wordingOf(a)), likeness, `${why}, turned`)
  }
})
