/** Words of titles and notes that say what is done with a topic, not what it is. */

const EMPTY_WORDS: ReadonlySet<string> = new Set(
  (
    'way ways thing something anything everything nothing example case time part list lists lot set use ' +
    'using usage get make create add change find run running check show see know new existing multiple ' +
    'different single another certain specific current all any each every default name number value type ' +
    'line text file page one two three first last next same other own only instead quick simple easy ' +
    'fast better best bad good great nice useful awesome free open basic wide custom individual ' +
    'alternate additional specifying without within inside between across via given note notes link ' +
    'source article tool tools app apps library libraries collection resource resources project projects ' +
    'based detail details reference input output description option options access flag issue problem ' +
    'problems missing null blank start end begin beginning help day week month year today people person ' +
    'user users com www http https org net io html md pdf'
  ).split(' '),
)

/** Is the lower-case `word` empty? */
export function isEmptyWord(word: string): boolean {
  return EMPTY_WORDS.has(word)
}

const FILING_WORDS: ReadonlySet<string> = new Set(
  (
    'goal goals work life todo todos task tasks inbox note notes misc miscellaneous general other others ' +
    'untagged unsorted unspecified personal private idea ideas important later bookmark bookmarks link ' +
    'links random stuff journal diary log daily me my self favorites favourites read reading-list ' +
    'read-later archive'
  ).split(' '),
)

/** Is the lower-case `tag` one that people file anything under? */
export function isFilingWord(tag: string): boolean {
  return FILING_WORDS.has(tag)
}
