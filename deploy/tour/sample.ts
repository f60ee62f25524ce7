/**
 * The sample: eight weeks of four invented persons, as records that an app would send.
 *
 * M1  The same seed and present give the same records; another seed pairs facts and thoughts differently.
 * M2  Ids depend on page and visit alone and are unique per person: sent again, no record is a new one.
 * M3  No two records of a person have the same highlight and note.
 * M4  Nothing lies in the future, and each person's last note is a few minutes old.
 */
import { Lot } from './lot.js'
import type { Life, Moment, Page } from './life.js'
import { amara } from './persons/amara.js'
import { henk } from './persons/henk.js'
import { lena } from './persons/lena.js'
import { noor } from './persons/noor.js'

/** A record of the sample, as SPEC section 1 has it. */
export interface SampleRecord {
  readonly id: string
  readonly timestamp: string
  readonly source: string
  readonly highlight: string
  readonly note: string
  readonly address: string
  readonly tag: readonly string[]
  readonly access: 'private'
}

/** A record and whose it is. */
export interface SampleEntry {
  readonly userId: string
  readonly record: SampleRecord
}

/** The persons of the sample. */
export const lives: readonly Life[] = [lena, amara, noor, henk]

const dayMs = 86_400_000
const hourMs = 3_600_000
/** The first page is opened eight weeks ago, the last one this week. */
const firstVisitDaysAgo = { earliest: 55, latest: 5 }
/** Days after the first visit at which a page is opened again: that evening, that week, weeks later. */
const visitDays: readonly number[] = [0, 0.02, 0.1, 1.2, 3, 5, 11, 19]
/** Share of second visits at which a passage is marked without a word. */
const silentShare = 0.5
/** Of so many pages one is visited for weeks; what is said later of the others is said without a visit. */
const favouriteEvery = 9
/** Visits of a page that is not a favourite. */
const openedMax = 3

/** The records of all persons, the oldest first. `now` is the present, ms UTC. */
export function sampleRecords(seed: number, now: number): SampleEntry[] {
  const entries = lives.flatMap((life, index) => {
    const lot = new Lot(seed * 31 + index)
    const read = life.pages.flatMap((page, place) => visitsOf(life, page, place, lot, now))
    const written = life.moments.map((moment, place) => noteOf(moment, place, now))
    return [...read, ...written].map(record => ({ userId: life.userId, record }))
  })
  return entries.sort((a, b) => (a.record.timestamp < b.record.timestamp ? -1 : 1))
}

/** The visits of a page: fact and thought pair up anew each time, as four and five share no factor (M3). */
function visitsOf(life: Life, page: Page, place: number, lot: Lot, now: number): SampleRecord[] {
  const facts = lot.shuffled(page.facts)
  const thoughts = lot.shuffled(page.thoughts)
  const name = page.address.split('/').at(-1)!
  const { earliest, latest } = firstVisitDaysAgo
  const firstDaysAgo = earliest - (place / (life.pages.length - 1)) * (earliest - latest)
  const silent = lot.fraction() < silentShare ? 1 : -1
  const isFavourite = place % favouriteEvery === 1
  const unmarked = lot.fraction() < 0.5 ? 3 : 4 // the thoughts of these two visits have no other (M3)
  return visitDays.map((days, visit) => {
    const planned = firstDaysAgo - days * lot.between(0.7, 1.3)
    const daysAgo = planned > 0.5 ? planned : lot.between(0.5, firstDaysAgo)
    const at = wakingTime(now - daysAgo * dayMs, life, lot, now)
    const isOpened = isFavourite || visit < openedMax
    return {
      id: `${name}-${visit + 1}`,
      timestamp: new Date(at).toISOString(),
      source: visit === unmarked ? 'notes_app' : isOpened ? 'browser_extension' : 'reading_app',
      highlight: visit === unmarked ? '' : facts[visit % facts.length],
      note: visit === silent ? '' : thoughts[visit % thoughts.length],
      address: isOpened ? page.address : '',
      tag: visit % 3 === 2 ? page.tags.slice(0, 1) : page.tags,
      access: 'private',
    }
  })
}

function noteOf(moment: Moment, place: number, now: number): SampleRecord {
  const { daysAgo, source, note, highlight, tags } = moment
  const timestamp = new Date(Math.round(now - daysAgo * dayMs)).toISOString()
  const id = `note-${place + 1}`
  return { id, timestamp, source, highlight, note, address: '', tag: tags, access: 'private' }
}

/** A time on the day of `at` at which the person is awake, and which has passed. */
function wakingTime(at: number, { hours: [first, last] }: Life, lot: Lot, now: number): number {
  const midnight = Math.floor(at / dayMs) * dayMs
  const time = Math.floor(midnight + lot.between(first, last) * hourMs)
  return time < now - hourMs ? time : time - dayMs
}
