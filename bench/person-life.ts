/**
 * The generated life of one person who keeps much: records in sessions over years, about topics of which new
 * ones come ever more seldom and some stay (a Pitman-Yor process: K topics after n records, K ~ 4.6 √n), with
 * statements, pages that are visited again, and a few records without tags. The same seed, the same life.
 */
import { parseRecord, type HinataRecord } from '../actors/record/index.js'

/** A record and its event time. */
export interface LivedRecord {
  readonly record: HinataRecord
  /** ms UTC. */
  readonly eventTime: number
}

const words = (text: string): readonly string[] => text.split(' ')
const SUBJECTS = words(
  'bread garden river cello chess harbor kernel index query coffee bicycle glacier pottery '
  + 'compiler ledger orchard museum telescope violin kitchen budget novel recipe trail forest castle '
  + 'market bridge engine battery camera network protein muscle vaccine planet comet volcano poem '
  + 'opera theater mosaic tax contract visa mortgage insurance school grammar accent alphabet puzzle '
  + 'theorem statistics database')
const FACETS = words(
  'history repair practice design notes planning history tools basics mistakes records technique '
  + 'safety cost choice storage testing timing layout review')
const PLAIN = words(
  'morning because slow small often early water table light paper window winter answer number '
  + 'method result distance season detail reason pattern balance surface problem chapter letter '
  + 'sample layer')
const VERBS = words(
  'finish repair visit learn draw build sell compare read plant record clean measure translate')
const SYLLABLES = words(
  'ba ro ti ven lu mar ke do shi nal por ga tre mi zu lan fe cor ny sel')
const CONCENTRATION = 5
const DISCOUNT = 0.5
const TAGGED_SHARE = 0.95
const STATED_SHARE = 0.05
const ADDRESSED_SHARE = 0.5
const SESSION_RECORDS = 8
const MINUTE_MS = 60_000
/** From one session to the next, on average: some 25 records a day. */
const PAUSE_MS = 7.5 * 3_600_000

interface LivedTopic {
  readonly tag: string
  readonly terms: readonly string[]
  records: number
}

/** Records without end, in the order of their event times from `startMs` on. */
export function* lifeOf(seed: number, startMs: number): Generator<LivedRecord, never> {
  const random = randomOf(seed)
  const any = (among: readonly string[]): string => among[Math.floor(random() * among.length)]
  const name = (): string => `${any(SYLLABLES)}${any(SYLLABLES)}${any(SYLLABLES)}`
  const topics: LivedTopic[] = []
  let at = startMs
  for (let n = 0; ; n += 1) {
    at += random() * SESSION_RECORDS < 1 ? -Math.log(1 - random()) * 2 * PAUSE_MS : random() * 2 * MINUTE_MS
    const { tag, terms } = topicOf(topics, n, random, () => newTopic(any, name))
    const said = random() < STATED_SHARE ? statement(any, name) : ''
    const note = `${any(PLAIN)} ${any(terms)} ${any(PLAIN)} ${any(terms)} ${any(PLAIN)} ${any(PLAIN)}.`
    const address = `https://${any(terms)}.example/${Math.floor(random() ** 3 * n)}`
    const input = {
      id: `r${n}`, timestamp: new Date(at).toISOString(), source: 'browser',
      highlight: `${any(terms)} ${any(terms)} ${any(PLAIN)} ${any(terms)}`,
      note: said === '' ? note : said,
      address: random() < ADDRESSED_SHARE ? address : '',
      tag: random() < TAGGED_SHARE ? [tag] : [],
    }
    const parsed = parseRecord(input, Number.MAX_SAFE_INTEGER)
    if (parsed.refusal !== undefined) throw new Error(parsed.refusal.message)
    yield parsed
  }
}

/** Numbers in 0..1 (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
}

/** A new topic with chance (c + d K) / (c + n), else topic i with chance (records_i - d) / (c + n). */
function topicOf(
  topics: LivedTopic[], n: number, random: () => number, made: () => LivedTopic,
): LivedTopic {
  let left = random() * (CONCENTRATION + n)
  for (const topic of topics) {
    left -= topic.records - DISCOUNT
    if (left > 0) continue
    topic.records += 1
    return topic
  }
  const topic = made()
  topics.push(topic)
  return topic
}

function newTopic(any: (among: readonly string[]) => string, name: () => string): LivedTopic {
  const subject = any(SUBJECTS)
  const own = [subject, any(FACETS), any(SUBJECTS), any(PLAIN), name(), name(), name()]
  return { tag: `${subject} ${name()}`, terms: own, records: 1 }
}

function statement(any: (among: readonly string[]) => string, name: () => string): string {
  const what = `the ${any(SUBJECTS)} ${any(FACETS)}`
  switch (any(words('want like use believe prefer learn'))) {
    case 'want': return `I want to ${any(VERBS)} ${what} of ${name()}.`
    case 'like': return `I like ${what} of ${name()}.`
    case 'use': return `I use ${name()} for ${what}.`
    case 'believe': return `I believe that ${what} needs a ${any(PLAIN)} ${any(SUBJECTS)}.`
    case 'prefer': return `I prefer ${any(SUBJECTS)} ${any(FACETS)} over ${any(SUBJECTS)} ${any(FACETS)}.`
    default: return `I want to learn ${any(SUBJECTS)} ${any(FACETS)}.`
  }
}
