/**
 * Words that say the same: everyday synonyms of English, one group per entry. Only pairs that can stand for
 * each other in nearly every statement are here; what is merely related (guitar, flute) or opposed is not.
 */
import { stemOf } from '../text/index.js'

const GROUPS =
  'kid child children|photo photograph picture image|tv television|bike bicycle|phone telephone|' +
  'movie film|begin start commence|buy purchase|big large|small little|car automobile|' +
  'airplane plane aeroplane|mom mother mum|dad father|shop store|ill sick|doctor physician|' +
  'happy glad|finish complete|smart clever|lady woman|guy man|couch sofa|garbage trash rubbish|' +
  'lawyer attorney|error mistake|fix repair|help aid assist|answer reply|choose select|slice cut chop|' +
  'throw toss|sea ocean|forest woods|house home|firm company|cop police|permit allow|try attempt|' +
  'use utilize utilise|vacation holiday|grandma grandmother|grandpa grandfather|laptop notebook|' +
  'email mail|colour color|favourite favorite|centre center|program programme|grey gray|' +
  'quick fast|near close|million m|percent pct|okay ok|fridge refrigerator|gym fitness'

const FIRST_OF = new Map(
  GROUPS.split('|').flatMap(group => {
    const [first, ...others] = group.split(' ').map(stemOf)
    return others.map(other => [other, first] as const)
  }),
)

/** The stem that stands for all stems of its group; most stand for themselves. */
export function firstSynonym(stem: string): string {
  return FIRST_OF.get(stem) ?? stem
}
