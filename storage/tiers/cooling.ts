/**
 * Cooling: the content of records that are old and of little influence leaves the person's state, once
 * ClickHouse has it; heating brings it back. SPEC section 5.
 *
 *   look              compare                append                      fold
 *   rows that are ──▶ row and state are ──▶ a command in the log of ──▶ the content is gone, in the
 *   due, by page      the same, text by      the person's partition      person's order, on every replay
 *                     text
 *
 * H1  Only content that was read from its row, and is the same there, is said to leave; and it leaves only
 *     where the record is still the one that was read (actors/person/tiering.ts).
 * H2  Dying anywhere changes nothing but how far it came: what was looked at is noted when all of it was, and
 *     whatever was said twice counts once.
 * H3  Hot is influence above .7, or happened or told within seven days. Masked rows have no content to come
 *     back from, so their records stay hot.
 */
import { randomUUID } from 'node:crypto'
import {
  clickhouseNow, duePersons, dueRows, readContents, type Analytics, type DueQuery, type DueRow,
  type Retention,
} from '../../analytics/index.js'
import { COMMAND_MARK, commandFingerprint, type TierCommand } from '../../actors/person/commands.js'
import { person } from '../../actors/person/person.js'
import {
  contentOf, isCooled, recalled, type RecordContent, type StoredRecord,
} from '../../actors/record/index.js'
import { HinataError, type Clock, type TopologyClient } from '../../engine/index.js'
import { contentsInLog } from './log-contents.js'
import { RowPersons } from './row-persons.js'

const dayMs = 86_400_000
/** Days before a record may cool, and the influence above which it never does; SPEC section 5. */
const hotDays = 7
const hotInfluence = 0.7
/** Rows of one look at a person: their texts are in memory. */
const pageRows = 500
/** Persons of one look at all rows. */
const pagePersons = 1_000
/** Records of one command: one turn of their person. */
const commandRecordsMax = 100
/** Characters of the contents that one command brings back. */
const commandCharsMax = 500_000
/** Longer than an insert is on its way to be seen. */
const settledMs = 600_000
const foldedMsMax = 60_000

/** What content is moved between. */
export interface Tiers {
  readonly client: TopologyClient
  readonly analytics: Analytics
  readonly clock: Clock
}

/** What to cool. */
export interface CoolOptions {
  /** Records that happened and were told before this, ms UTC. Default: `hotDays` ago. */
  readonly before?: number
  readonly user?: string
  /** Looks at all rows, also at those that were looked at before. */
  readonly isWhole?: boolean
  /** Called before each step; what it throws stops it there. */
  readonly onStep?: (step: 'look' | 'append' | 'note') => void
}

/** What was done. */
export interface Moved {
  readonly persons: number
  readonly records: number
  /** Records whose content is neither in a row nor in the log. */
  readonly missing: number
}

/** How far an earlier look came. */
interface Looked {
  readonly before: number
  readonly insertedAt: number
}

const kind = 'tiers'
const cooledUpTo = 'cooled'
/** There once content left, until all of it is back. */
const began = 'began'

/** Throws TIERS_COOLED when rows of records shall go that may be the only place of a content. */
export async function assertRowsMayGo(
  { registry }: Pick<TopologyClient, 'registry'>, { records: days }: Pick<Retention, 'records'>,
): Promise<void> {
  if (days > 0 && await registry.get(kind, began) !== null) throw new HinataError('TIERS_COOLED', { days })
}

/** Cools what is due. Throws LOG_FULL, and what ClickHouse says; what was done until then is done. */
export async function coolRecords(tiers: Tiers, options: CoolOptions = {}): Promise<Moved> {
  const { client, analytics, clock } = tiers
  const { user, onStep = () => undefined } = options
  const before = options.before ?? clock.now() - hotDays * dayMs
  const insertedAt = await clickhouseNow(analytics) - settledMs
  const isPart = user !== undefined || options.isWhole === true
  const since = isPart ? null : await client.registry.get(kind, cooledUpTo) as Looked | null
  const query = { before, influenceMax: hotInfluence, ...since === null ? {} : { since } }
  const persons = new Set<string>()
  let records = 0
  for await (const [key, rows] of pages(tiers, user, query, onStep)) {
    const due = await stillDue(client, key, rows, before)
    if (due.length === 0) continue
    if (records === 0) await client.registry.put(kind, began, true)
    for (let i = 0; i < due.length; i += commandRecordsMax) {
      onStep('append')
      await append(tiers, key, { kind: 'cool', records: due.slice(i, i + commandRecordsMax) })
    }
    persons.add(key)
    records += due.length
  }
  onStep('note')
  if (user === undefined) await client.registry.put(kind, cooledUpTo, { before, insertedAt })
  await folded(client, persons)
  return { persons: persons.size, records, missing: 0 }
}

/**
 * Brings the content of a person's records back: from rows, and what has none any more from the log. Throws
 * LOG_FULL, and what ClickHouse says.
 */
export async function heatRecords(tiers: Tiers, key: string): Promise<Moved> {
  const { client } = tiers
  const cold: Cold[] = []
  for await (const [, row] of client.allRows(person, key, 'records')) {
    if (!isCooled(row as StoredRecord)) continue
    const { record: { id }, position, content_hash: hash } = recalled(key, row as StoredRecord)
    cold.push({ id, position, hash })
  }
  let records = 0
  const rowless: Cold[] = []
  for (let i = 0; i < cold.length; i += commandRecordsMax) {
    const some = cold.slice(i, i + commandRecordsMax)
    const contents = await readContents(tiers.analytics, key, some.map(({ id }) => id))
    rowless.push(...some.filter(({ position }) => !contents.has(position)))
    records += await heat(tiers, key, some, ({ position }) => contents.get(position))
  }
  const logged = await contentsInLog(client, key, new Set(rowless.map(({ hash }) => hash)))
  records += await heat(tiers, key, rowless, ({ hash }) => logged.get(hash))
  await folded(client, new Set([key]))
  return { persons: records > 0 ? 1 : 0, records, missing: cold.length - records }
}

/** A record whose content left. */
interface Cold {
  readonly id: string
  readonly position: string
  readonly hash: string
}

/** Says what was found, in commands of bounded size. The number of records. */
async function heat(
  tiers: Tiers, key: string, cold: readonly Cold[], find: (cold: Cold) => RecordContent | undefined,
): Promise<number> {
  let [records, chars] = [0, 0]
  let told: (readonly [string, string, RecordContent])[] = []
  const tell = async (): Promise<void> => {
    if (told.length > 0) await append(tiers, key, { kind: 'heat', records: told })
    records += told.length
    told = []
    chars = 0
  }
  for (const one of cold) {
    const found = find(one)
    if (found === undefined) continue
    const { highlight, note, recommended_highlights, main_topics, key_concepts } = found
    const content = { highlight, note, recommended_highlights, main_topics, key_concepts }
    told.push([one.id, one.position, content])
    chars += charsOf(content)
    if (told.length === commandRecordsMax || chars >= commandCharsMax) await tell()
  }
  await tell()
  return records
}

/** Brings all content back, person by person. */
export async function heatEverything(tiers: Tiers): Promise<Moved> {
  const { client } = tiers
  let [persons, records, missing] = [0, 0, 0]
  for await (const key of client.keysOf(person)) {
    const moved = await heatRecords(tiers, key)
    persons += moved.persons
    records += moved.records
    missing += moved.missing
  }
  if (missing === 0) await client.registry.remove(kind, began)
  return { persons, records, missing }
}

/** Rows that are due, of one person or of all, one person after the other. */
async function* pages(
  { analytics, client }: Tiers, user: string | undefined, query: DueQuery, onStep: (step: 'look') => void,
): AsyncGenerator<[key: string, rows: DueRow[]]> {
  const persons = new RowPersons(analytics, client)
  let after = ''
  for (;;) {
    const names = user === undefined ? await duePersons(analytics, query, { after, limit: pagePersons }) : []
    for (const key of user === undefined ? await persons.of(names) : [user]) {
      let rows: DueRow[] = []
      do {
        onStep('look')
        rows = await dueRows(analytics, key, query, { after: rows.at(-1)?.id ?? '', limit: pageRows })
        if (rows.length > 0) yield [key, rows]
      } while (rows.length === pageRows)
    }
    after = names.at(-1) ?? ''
    if (names.length < pagePersons) return
  }
}

/** Those whose record in the state is the one of the row, hot, and the same text by text (H1). */
async function stillDue(
  client: TopologyClient, key: string, rows: readonly DueRow[], before: number,
): Promise<(readonly [id: string, position: string])[]> {
  const stored = await client.rows(person, key, 'records', rows.map(({ id }) => id))
  return rows.flatMap((row, i) => {
    const found = stored[i] as StoredRecord | undefined
    if (found === undefined || isCooled(found) || found.masked !== undefined) return []
    const isDue = found.position === row.position && found.psp_influence_weight <= hotInfluence
      && Math.max(found.event_time, found.received_at) < before
    return isDue && isSame(contentOf(found), row) ? [[row.id, row.position] as const] : []
  })
}

function isSame(content: RecordContent, row: RecordContent): boolean {
  const alike = (a: readonly string[], b: readonly string[]): boolean =>
    a.length === b.length && a.every((one, i) => one === b[i])
  return content.highlight === row.highlight && content.note === row.note
    && alike(content.recommended_highlights, row.recommended_highlights)
    && alike(content.main_topics, row.main_topics) && alike(content.key_concepts, row.key_concepts)
}

function charsOf({ highlight, note, recommended_highlights }: RecordContent): number {
  return highlight.length + note.length + recommended_highlights.join('').length
}

async function append({ client, clock }: Tiers, key: string, command: TierCommand): Promise<void> {
  const id = `tiers/${randomUUID()}`
  const receivedAt = clock.now()
  const idempotency = { id: COMMAND_MARK + id, fingerprint: commandFingerprint(command), origin: id }
  const value = { command, id, app: 'hinata', receivedAt }
  await client.append([{ key, value, eventTime: receivedAt, idempotency }])
}

/** Waits a while until what was said is done. */
async function folded(client: TopologyClient, persons: ReadonlySet<string>): Promise<void> {
  const byPartition = new Map([...persons].map(key => [client.partitionOf(key), key]))
  for (const key of byPartition.values()) await client.settled(key, foldedMsMax)
}
