/** Invented notes, as many as wanted, no two alike, and questions that some of them answer. */
import { hashText } from '../../engine/index.js'

const people = ['Ines', 'Tomasz', 'the neighbour', 'our teacher', 'Farid', 'the editor', 'grandmother',
  'Yuki']
const things = ['sourdough', 'the cello', 'tide tables', 'compilers', 'the allotment', 'river maps',
  'watercolour', 'sprint training', 'the archive', 'bread ovens', 'bird song', 'bicycle wheels',
  'chess endings', 'letterpress', 'moss', 'night trains', 'consensus protocols', 'the long novel', 'glazes',
  'the harbour']
const verbs = ['explained', 'doubted', 'repaired', 'measured', 'collected', 'described', 'compared', 'forgot']
const details = ['slowly, in three steps', 'with a pencil first', 'before the rain came',
  'from old photographs', 'and why it fails in winter', 'for the second time this month',
  'against the usual advice', 'by ear']

/** A record as an app sends it. */
export interface Note {
  readonly id: string
  readonly timestamp: string
  readonly source: string
  readonly highlight: string
  readonly note: string
  readonly address: string
  readonly tag: readonly string[]
  readonly access: 'private'
}

const firstAt = Date.parse('2024-01-01T08:00:00Z')
const stepMs = 600_000

/** Note `n`; its time goes on with it. */
export function noteOf(n: number): Note {
  const drawn = (what: string, from: readonly string[]): string =>
    from[hashText(`${what}/${n}`) % from.length]
  const thing = drawn('thing', things)
  return {
    id: `r${n}`, timestamp: new Date(firstAt + n * stepMs).toISOString(), source: 'bench',
    highlight: `${drawn('who', people)} ${drawn('verb', verbs)} ${thing} ${drawn('how', details)}.`,
    note: `Kept ${n}: ${drawn('other', things)} beside ${thing}, ${drawn('more', details)}.`,
    address: `https://example.test/${n % 9_973}`, tag: [thing], access: 'private',
  }
}

/** Question `n`. */
export function questionOf(n: number): string {
  const thing = things[n % things.length]
  return `What did ${people[n % people.length]} say about ${thing}, and how does it go with ${
    things[(n * 7 + 3) % things.length]}?`
}
