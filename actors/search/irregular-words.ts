/**
 * Forms of words that no stemmer takes back to their base: `went` is asked for by `go`. For search alone; the
 * person's state knows stems without it.
 */

const FAMILIES =
  'become became|begin began begun|bend bent|bite bit bitten|bleed bled|blow blew blown|break broke broken|' +
  'breed bred|bring brought|build built|burn burnt|buy bought|catch caught|choose chose chosen|come came|' +
  'creep crept|deal dealt|dig dug|draw drew drawn|dream dreamt|drink drank drunk|drive drove driven|' +
  'eat ate eaten|fall fell fallen|feed fed|feel felt|fight fought|find found|fly flew flown|' +
  'forget forgot forgotten|forgive forgave forgiven|freeze froze frozen|give gave given|go went gone goes|' +
  'grow grew grown|hang hung|hear heard|hide hid hidden|hold held|keep kept|know knew known|lay laid|' +
  'lead led|lean leant|learn learnt|leave left|lend lent|light lit|lose lost|make made|mean meant|meet met|' +
  'pay paid|ride rode ridden|ring rang rung|rise rose risen|run ran|say said|see saw seen|seek sought|' +
  'sell sold|send sent|shake shook shaken|shine shone|shoot shot|show shown|sing sang sung|sink sank sunk|' +
  'sit sat|sleep slept|speak spoke spoken|spend spent|spring sprang sprung|stand stood|steal stole stolen|' +
  'stick stuck|strike struck|swear swore sworn|sweep swept|swim swam swum|swing swung|take took taken|' +
  'teach taught|tear tore torn|tell told|think thought|throw threw thrown|understand understood|' +
  'wake woke woken|wear wore worn|weave wove woven|win won|withdraw withdrew withdrawn|write wrote written|' +
  'child children|foot feet|goose geese|man men|mouse mice|person people|tooth teeth|woman women|' +
  'wife wives|life lives|knife knives|leaf leaves|shelf shelves|wolf wolves|half halves'

const bases = new Map(FAMILIES.split('|').flatMap(family => {
  const [base, ...forms] = family.split(' ')
  return forms.map(form => [form, base] as const)
}))

/** The base of a lower-case word; words that are not irregular come back as they are. */
export function baseOf(word: string): string {
  return bases.get(word) ?? word
}
