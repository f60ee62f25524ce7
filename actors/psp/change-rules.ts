/**
 * Rules about what is so for a time and then changes: what a person uses, where they live and work, what they
 * eat, and what of theirs has a number, a date or a name. What is no longer so is named by the group `was`.
 */
import { ADVERBS, I, IAM, rule, type CueRule } from './cue-rule.js'

const HAVE = '(?:i|i\'ve|i have) (?:just |now |recently |finally |also )?'
/** Not we: a page that says "we use cookies" is no person. */
const ME = `i ${ADVERBS}`
const ME_AM = `(?:i am|i'm|i've been) ${ADVERBS}`
const USED = '(?!to |this |that\\b|these |those |it\\b|them\\b|the following)'
const STOPPED = '(?:no longer use|do not use|don\'t use|stopped using|quit using|gave up using)'
const DIET = '(?:vegetarian|vegan|pescatarian|flexitarian|omnivore|carnivore|teetotal)'
/** Nouns that say more about the sentence than about the person. */
const NO_POSSESSION =
  '(?!(?:\\w+ )?(?:problem|question|guess|point|understanding|opinion|issue|answer|take|bad|thought|idea|' +
  'first|only|last|next|suggestion|advice|goal|plan|aim|dream|resolution|objective|priority|favou?rite) )'

/** All of them, the more specific first. */
export const changeRules: readonly CueRule[] = [
  // tools
  rule('work_context', 'use', 0.7, 1,
    `${HAVE}${STOPPED} (?<was>.+?)(?: anymore| any more)?(?:,| and| but)+ (?:i |we )?(?:now|instead)` +
      '(?: i| we)?(?: use| using)? (.+)',
    'Uses {0}'),
  rule('work_context', 'use', 0.7, 1,
    `${HAVE}(?:switched|migrated|changed|converted) (?:over )?from (?<was>.+?) to (.+)`, 'Uses {0}'),
  rule('work_context', 'use', 0.7, 1, `${HAVE}replaced (?<was>.+?) (?:with|by) (.+)`, 'Uses {0}'),
  rule('work_context', 'use', 0.7, 1,
    `(?:${ME}use|${ME_AM}using) ${USED}(?<now>.+?) (?:instead of|rather than|and no longer|not) (?<was>.+)`,
    'Uses {0}'),
  rule('work_context', 'use', 0.7, -1,
    `(?:${HAVE}${STOPPED}|${ME_AM}(?:not|no longer) using) (?<was>${USED}.+)`, 'No longer uses {0}'),
  rule('work_context', 'use', 0.7, 1,
    `(?:${ME}use|${ME_AM}using|${HAVE}(?:switched|migrated|moved over) to) ${USED}(.+)`, 'Uses {0}'),
  // home
  rule('work_context', 'home', 0.8, 1,
    `(?:${I}live|${IAM}(?:living|based|staying)) (?:in|near) (.+)`, 'Lives in {0}', 'slot'),
  rule('work_context', 'home', 0.8, 1,
    `${HAVE}(?:moved|relocated) (?:from (?<was>.+?) )?to (.+)`, 'Lives in {0}', 'slot'),
  // employer
  rule('work_context', 'job:at', 0.7, 1,
    `${HAVE}(?:left|quit) (?<was>.+?) (?:and|to) (?:now )?(?:joined|join|started at|work (?:at|for)) (.+)`,
    'Works at {0}', 'slot'),
  rule('work_context', 'job:at', 0.7, 1,
    `(?:${I}work|${IAM}working|${IAM}employed|${HAVE}started (?:working|a new job|a job)) (?:at|for|by) (.+)`,
    'Works at {0}', 'slot'),
  rule('work_context', 'job:at', 0.7, -1,
    `(?:${I}(?:no longer|do not|don't) work|${IAM}(?:not|no longer) working) (?:at|for) (.+)`,
    'No longer works at {0}', 'slot'),
  // diet
  rule('learning_preference', 'diet', 0.7, -1,
    `${IAM}(?:not|no longer) (?:an? )?(${DIET})(?: (?:anymore|any more))?`, 'Is no longer {0}', 'slot'),
  rule('learning_preference', 'diet', 0.7, 1, `${IAM}(?:an? )?(${DIET})(?: now)?`, 'Is {0}', 'slot'),
  // what is theirs
  { ...rule('work_context', 'own', 0.7, 1,
    `(?:my|our) ${NO_POSSESSION}((?:[\\w'-]+ ){0,2}?[\\w'-]+?) ` +
      '(?:is now|is called|is|are|(?:was |has been |has )?(?:moved|changed|rescheduled|raised|lowered) to)' +
      ' (.+)',
    'Their {1}: {0}', 'word'), isValued: true },
]
