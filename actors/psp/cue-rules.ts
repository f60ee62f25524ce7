/**
 * The cue table of SPEC section 4: how people say that something is a goal, an interest, a value, a
 * preference.
 *
 * Patterns are anchored at the beginning of a clause and need the first person (or an elided one): "I want
 * to", "need to", "my goal is". A tutorial that says "you may want to", "if I want to", "let's say I need"
 * states nothing about a person. The last capture group is the object. R1 The first rule that fits a clause
 * wins. R2 No pattern backtracks over the text. R3 No rule fits a clause that `mayStateSomething` refuses.
 */
import { ADVERBS, I, IAM, NOT, rule, type CueRule } from './cue-rule.js'
import { changeRules } from './change-rules.js'

const PROFESSION =
  '(?:engineer|developer|programmer|designer|teacher|nurse|doctor|student|researcher|scientist|manager|' +
  'writer|editor|analyst|architect|consultant|lawyer|accountant|artist|musician|chef|founder|freelancer|' +
  'journalist|librarian|photographer|psychologist|therapist|mechanic|electrician|carpenter|translator|' +
  'administrator|director|professor)'
const WORK_NOUN =
  '(?:project|job|task|team|boss|manager|career|company|client|deadline|sprint|meeting|work|employer|startup)'

/** How the clauses begin that a rule can fit, and what the rules need that leave the beginning open. */
const OPENINGS =
  '(?:i|we|my|our)\\b|learning|studying|reading up|diving|getting|working|building|preparing|training|' +
  'saving|planning|need|want|have|remember|trying|hoping|todo|to do|goal|next step'
const MAY_STATE = new RegExp(`^(?:${OPENINGS})| to me`, 'i')

/** Can any rule fit the clause? Most clauses of notes fail this one test instead of all of them (R3). */
export function mayStateSomething(clause: string): boolean {
  return MAY_STATE.test(clause)
}

/** All rules, the more specific first. */
export const cueRules: readonly CueRule[] = [
  ...changeRules,
  // interests
  rule(
    'core_interest',
    'learning',
    0.8,
    -1,
    `(?:${I}${NOT} (?:want to learn|want to study)` +
      `|${IAM}(?:not|no longer) (?:interested in|learning|studying|into)` +
      "|i(?:'ve| have)? (?:stopped|quit|gave up|given up) (?:learning|studying)) (.+)",
    'No longer learning {0}',
  ),
  rule(
    'core_interest',
    'learning',
    0.8,
    1,
    `(?:${I}(?:want|need|plan|hope|intend|have|would like|'d like) to |i'd like to |${IAM}trying to )` +
      '(?:learn|understand|study|master)(?: more)?(?: about)? (.+)',
    'Wants to learn {0}',
  ),
  rule(
    'core_interest',
    'learning',
    0.8,
    1,
    `(?:${IAM})?(?:learning|studying|reading up on|diving into|getting into)(?: more)?(?: about)? (.+)`,
    'Learning {0}',
  ),
  rule(
    'core_interest',
    'learning',
    0.8,
    1,
    `${IAM}(?:interested in|fascinated by|passionate about|curious about|obsessed with) (.+)`,
    'Interested in {0}',
  ),
  // values
  rule('personal_value', 'value', 0.8, 1, `${I}believe(?: that| in)? (.+)`, 'Believes in this: {0}'),
  rule('personal_value', 'value', 0.8, 1, `${I}(value|treasure|cherish|care about) (.+)`, '{+1} {0}'),
  rule(
    'personal_value',
    'value',
    0.8,
    -1,
    "(.+?) (?:does not|doesn't|do not|don't) matter to me.*",
    '{0}: does not matter to them',
  ),
  rule(
    'personal_value',
    'value',
    0.8,
    1,
    '(.+?) (?:matters?|(?:is|are) (?:very |really |so |extremely |most )?important)' +
      '(?: a lot| most| very much)? to me.*',
    '{0}: matters to them',
  ),
  // goals
  rule(
    'current_goal',
    'goal',
    0.7,
    -1,
    `(?:${I}${NOT} (?:want|need|plan|have) to` +
      `|${IAM}(?:not|no longer) (?:going to|planning to|trying to|working on)) (.+)`,
    'No longer plans: {0}',
  ),
  rule(
    'current_goal',
    'goal',
    0.7,
    -1,
    `(?:i|we|i've|we've|i have|we have) ${ADVERBS}(finished|completed|abandoned|cancelled) (.+)`,
    'Has {1} {0}',
  ),
  rule('current_goal', 'goal', 0.7, 1, `${I}(want|need|plan|hope|intend|aim|wish) to (.+)`, '{+1} to {0}'),
  rule(
    'current_goal',
    'goal',
    0.7,
    1,
    `(?:${I}(?:would like|'d like)|i'd like|we'd like) to (.+)`,
    'Wants to {0}',
  ),
  rule('current_goal', 'goal', 0.7, 1, `${I}have to (.+)`, 'Needs to {0}'),
  rule(
    'current_goal',
    'goal',
    0.7,
    1,
    `(?:${IAM})?(working on|building|preparing for|preparing|training for|saving up for|saving for` +
      '|planning) (?!to )(.+)',
    'Is {1} {0}',
  ),
  rule(
    'current_goal',
    'goal',
    0.7,
    1,
    `${IAM}(?:trying|planning|going|hoping|determined|about) to (.+)`,
    'Plans to {0}',
  ),
  rule(
    'current_goal',
    'goal',
    0.7,
    1,
    '(?:my|our) (?:\\w+ )?(?:goal|plan|aim|dream|resolution|objective|target|priority)' +
      '(?: [\\w ]{0,40}?)? is (?:to )?(.+)',
    'Goal: {0}',
  ),
  rule('current_goal', 'goal', 0.7, 1, '(?:need|want|have|remember) to (.+)', 'Needs to {0}'),
  rule('current_goal', 'goal', 0.7, 1, '(?:planning|trying|hoping) to (.+)', 'Plans to {0}'),
  rule('current_goal', 'goal', 0.7, 1, '(?:todo|to do|goal|next step)s? ?[:–-] ?(.+)', 'Goal: {0}'),
  // work
  rule(
    'work_context',
    'job',
    0.7,
    1,
    `(?:${I}work|${IAM}working|${IAM}employed) (as) (.+)`,
    'Works {1} {0}',
    'word',
  ),
  rule(
    'work_context',
    'job:as',
    0.7,
    1,
    `${IAM}((?:an? |the )?(?:[\\w-]+ ){0,3}${PROFESSION}\\b.*)`,
    'Is {0}',
    'slot',
  ),
  rule('work_context', 'work', 0.7, 1, `(?:my|our) ((?:[\\w-]+ ){0,2}${WORK_NOUN}\\b.+)`, 'Their {0}'),
  // preferences
  rule(
    'learning_preference',
    'favourite',
    0.7,
    1,
    'my favou?rite ([\\w ]{1,40}?) (?:is|are) (.+)',
    'Favourite {1}: {0}',
    'word',
  ),
  rule(
    'learning_preference',
    'liking',
    0.7,
    -1,
    `(?:${I}${NOT} (?:like|enjoy|care for|want to deal with|prefer|appreciate|stand|tolerate)` +
      `|${I}prefer not to(?: \\w+ (?:with|in|on))?` +
      `|${IAM}not (?:an? )?(?:big |huge |great )?(?:fan of|fond of|keen on|into)) (.+)`,
    'Does not like {0}',
  ),
  rule(
    'learning_preference',
    'liking',
    0.7,
    -1,
    `(?:${I}|i try to )(dislike|hate|avoid|despise|detest|loathe|distrust) (.+)`,
    '{+1} {0}',
  ),
  rule('learning_preference', 'liking', 0.7, -1, `${I}refuse to (.+)`, 'Refuses to {0}'),
  rule('learning_preference', 'liking', 0.7, -1, `${I}have no interest in (.+)`, 'Has no interest in {0}'),
  rule(
    'learning_preference',
    'liking',
    0.7,
    -1,
    `${IAM}(against|opposed to|uncomfortable with|not comfortable with|sensitive to|tired of) (.+)`,
    'Is {1} {0}',
  ),
  rule(
    'learning_preference',
    'liking',
    0.7,
    1,
    `(?:${I}|i'd |we'd )` +
      '(prefer|like|love|enjoy|adore|favou?r|appreciate|prioriti[sz]e|thrive in|thrive on) (.+)',
    '{+1} {0}',
  ),
  rule(
    'learning_preference',
    'liking',
    0.7,
    1,
    `(?:${I}would rather|i'd rather|we'd rather) (.+)`,
    'Would rather {0}',
  ),
  rule(
    'learning_preference',
    'liking',
    0.7,
    1,
    `${IAM}(?:an? )?(?:big |huge |great )?(?:fan of|fond of|keen on|into) (.+)`,
    'Likes {0}',
  ),
  rule(
    'learning_preference',
    'liking',
    0.7,
    1,
    `${I}have (an? [\\w ]{0,20}?(?:preference for|passion for|love of|love for|soft spot for|weakness for` +
      '|interest in)) (.+)',
    'Has {1} {0}',
  ),
  rule(
    'learning_preference',
    'liking',
    0.7,
    -1,
    `${I}have (an? [\\w ]{0,20}?(?:aversion to|phobia of|fear of|dislike of|dislike for|distaste for` +
      '|allergy to)) (.+)',
    'Has {1} {0}',
  ),
  rule(
    'learning_preference',
    'liking',
    0.7,
    -1,
    `${IAM}(allergic to|intolerant to|afraid of|scared of|terrified of) (.+)`,
    'Is {1} {0}',
  ),
  rule(
    'learning_preference',
    'liking',
    0.7,
    -1,
    `${I}have (?=[^.]{0,60}\\b(?:allergy|allergies|phobia|intolerance|condition|disorder|diet)\\b)(.+)`,
    'Has {0}',
  ),
  // ways
  rule('learning_preference', 'habit', 0.7, 1, `${I}follow (an? .+)`, 'Follows {0}'),
  rule('personal_value', 'rule', 0.8, -1, '(?:i|we) never (.+)', 'Never {v}'),
  rule('personal_value', 'rule', 0.8, 1, '(?:i|we) always (.+)', 'Always {v}'),
  rule(
    'learning_preference',
    'habit',
    0.7,
    1,
    '(?:i|we) (usually|typically|normally|mostly|mainly|exclusively|only|strictly|primarily) (.+)',
    '{1} {v}',
  ),
]
