/**
 * The answers to the twenty questions, reckoned from what was folded, without SQL. Of each question the
 * columns
 * that are compared; means and latencies only where they do not depend on rounding or on the clock.
 */
import type { ComponentChange } from '../../../actors/person/outputs.js'
import type { FoldedRecord } from '../../../actors/record/index.js'
import type { DeadLetter } from '../../../engine/index.js'
import type { SampleLife } from './sample-life.js'

type Cell = string | number
type Row = readonly Cell[]

/** What is compared of an answer. */
export interface Expected {
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
}

const dayMs = 86_400_000
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const monthOf = (ms: number): string => `${dayOf(ms).slice(0, 7)}-01`
const mondayOf = (ms: number): string =>
  dayOf(ms - ((new Date(ms).getUTCDay() + 6) % 7) * dayMs)
const persons = (records: readonly { user_id: string }[]): number =>
  new Set(records.map(one => one.user_id)).size
const sum = <T>(all: readonly T[], of: (one: T) => number): number =>
  all.reduce((total, one) => total + of(one), 0)
const hostOf = (address: string): string =>
  (address === '' ? '' : new URL(address).host.replace(/^www\./, ''))

/** Groups values by one key or several. */
function grouped<T>(all: readonly T[], keysOf: (one: T) => readonly Cell[]): [Cell, T[]][] {
  const groups = new Map<Cell, T[]>()
  for (const one of all) {
    for (const key of keysOf(one)) groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups]
}

/** Sorts by columns: a positive number is one, counted from 1; a negative one sorts down. */
function sorted(rows: readonly Row[], ...by: readonly number[]): Row[] {
  return [...rows].sort((a, b) => {
    for (const column of by) {
      const [x, y] = [a[Math.abs(column) - 1], b[Math.abs(column) - 1]]
      if (x !== y) return (x < y ? -1 : 1) * Math.sign(column)
    }
    return 0
  })
}

/** The expected answers, by the name of the question. */
export function expectedAnswers(life: SampleLife, letters: readonly DeadLetter[]): Record<string, Expected> {
  const latest = Math.max(...life.contents.map(one => one.accepted_at))
  const letterDays = grouped(letters, letter => [dayOf(letter.failedAt)])
  return {
    ...ofKeeping(life.records), ...ofTags(life.records, latest), ...ofKnowing(life.changes, life.records),
    latency: {
      columns: ['minute', 'records'],
      rows: sorted(grouped(life.contents.filter(one => minuteMs(one.accepted_at) > latest - dayMs),
        one => [new Date(minuteMs(one.accepted_at)).toISOString().slice(0, 19).replace('T', ' ')])
        .map(([minute, all]) => [minute, all.length]), -1).slice(0, 10),
    },
    failures: {
      columns: ['day', 'error_code', 'letters', 'waiting'],
      rows: letterDays.map(([day, all]) => [day, all[0].error.code, all.length, all.length]),
    },
  }
}

const minuteMs = (ms: number): number => Math.floor(ms / 60_000) * 60_000

function ofKeeping(records: readonly FoldedRecord[]): Record<string, Expected> {
  const by = (keysOf: (one: FoldedRecord) => readonly Cell[]): [Cell, FoldedRecord[]][] =>
    grouped(records, keysOf)
  const count = (all: readonly FoldedRecord[], is: (one: FoldedRecord) => boolean): number =>
    all.filter(is).length
  const hosts = by(one => [hostOf(one.record.address)])
    .filter(([host, all]) => host !== '' && all.length >= 3)
    .map(([host, all]): Row => {
      const addresses = new Set(all.map(one => one.record.address)).size
      return [host, all.length, addresses, Math.round(all.length / addresses * 100) / 100, persons(all)]
    })
  return {
    'active-by-week': { columns: ['week', 'persons', 'records'],
      rows: sorted(by(one => [mondayOf(one.event_time)])
        .map(([week, all]) => [week, persons(all), all.length]), -1)
        .slice(0, 12) },
    'sources': { columns: ['source', 'records', 'persons'],
      rows: sorted(by(one => [one.record.source])
        .map(([source, all]) => [source, all.length, persons(all)]), -2, 1) },
    'returning-hosts': { columns: ['host', 'records', 'addresses', 'records_per_address', 'persons'],
      rows: sorted(hosts, -4, -2, 1).slice(0, 10) },
    'hours': { columns: ['hour', 'records'],
      rows: sorted(by(one => [new Date(one.event_time).getUTCHours()])
        .map(([hour, all]) => [hour, all.length]), 1) },
    'mood-by-month': { columns: ['month', 'positive', 'neutral', 'negative'],
      rows: sorted(by(one => [monthOf(one.event_time)]).map(([month, all]) => [month,
        ...['positive', 'neutral', 'negative'].map(label =>
          count(all, one => one.semantic_analysis.sentiment.label === label))]), -1) },
    'quality-parts': { columns: ['quality_from', 'records'],
      rows: sorted(by(one => [Math.floor(one.quality_score * 5) / 5])
        .map(([from, all]) => [from, all.length]), -1) },
    'weightiest-records': { columns: ['id', 'influence'],
      rows: sorted(records.filter(one => one.user_id === 'lena')
        .map(one => [one.record.id, one.psp_influence_weight]), -2, 1).slice(0, 10) },
    'sensitivity': { columns: ['sensitivity', 'records', 'masked', 'persons'],
      rows: sorted(by(one => [one.sensitivity]).map(([sensitivity, all]) => [sensitivity, all.length,
        count(all, one => one.masked !== undefined), persons(all)]), -2, 1) },
  }
}

function ofTags(records: readonly FoldedRecord[], latest: number): Record<string, Expected> {
  const lately = records.filter(one => one.accepted_at > latest - 30 * dayMs)
  const months = grouped(records, one => one.record.tag.map(tag => `${monthOf(one.event_time)} ${tag}`))
    .map(([key, all]): Row => [...String(key).split(/ (.*)/s).slice(0, 2), all.length, persons(all)])
  const ranked = sorted(months, -1, -3, 2)
  const pairs = grouped(lately, one => one.record.tag.flatMap(first =>
    one.record.tag.filter(second => first < second).map(second => `${first}\n${second}`)))
  const recent = (one: FoldedRecord): boolean => one.event_time > latest - 28 * dayMs
  const changed = grouped(records.filter(one => one.event_time > latest - 56 * dayMs), one => one.record.tag)
    .map(([tag, all]): Row => {
      const now = all.filter(recent).length
      return [tag, now, all.length - now, 2 * now - all.length, Math.abs(2 * now - all.length)]
    })
  return {
    'tags-by-month': { columns: ['month', 'tag', 'records', 'persons'],
      rows: ranked.filter((row, at) => ranked.slice(0, at).filter(one => one[0] === row[0]).length < 3)
        .slice(0, 12) },
    'topics-by-attention': { columns: ['topic', 'attention', 'records', 'persons'],
      rows: sorted(grouped(lately, one => one.semantic_analysis.main_topics).map(([topic, all]) => [topic,
        Math.round(sum(all, one => one.attention_weight) * 100) / 100, all.length, persons(all)]), -2, 1)
        .slice(0, 10) },
    'rising-and-fading': { columns: ['tag', 'now', 'before', 'change'],
      rows: sorted(changed, -5, 1).slice(0, 10).map(row => row.slice(0, 4)) },
    'tags-together': { columns: ['first', 'second', 'records', 'persons'],
      rows: sorted(pairs.map(([pair, all]): Row => [...String(pair).split('\n'), all.length,
        persons(all)]), -3, 1, 2)
        .slice(0, 10) },
  }
}

/** The newest change of each component up to an instant; of a superseded or archived one none. */
function known(changes: readonly ComponentChange[], at = Infinity): ComponentChange[] {
  const newest = new Map<string, ComponentChange>()
  for (const change of changes) {
    if (change.changed_at <= at) newest.set(`${change.user_id}\n${change.component.id}`, change)
  }
  return [...newest.values()].filter(({ change }) => change !== 'superseded' && change !== 'archived')
}

function ofKnowing(
  changes: readonly ComponentChange[], records: readonly FoldedRecord[],
): Record<string, Expected> {
  const holding = known(changes)
  const of = (all: readonly ComponentChange[], what: string): number =>
    all.filter(({ change }) => change === what).length
  const superseded = changes.filter(({ change }) => change === 'superseded')
  const created = changes.filter(({ change }) => change === 'created')
  const texts = new Map(records.filter(one => one.user_id === 'lena').map(({ record, masked, event_time }) =>
    [record.id, { text: (masked ?? record).note || (masked ?? record).highlight, event_time }]))
  const lastDay = Math.max(...records.map(one => one.accepted_at))
  return {
    'settled-prompts': { columns: ['user_id', 'components', 'created', 'superseded', 'changes'],
      rows: sorted(grouped(changes, one => [one.user_id]).map(([user, all]) => [user,
        new Set(all.map(one => one.component.id)).size, of(all, 'created'), of(all, 'superseded'),
        Math.max(...all.map(one => one.sequence))]), -2, 1) },
    'changes-of-mind': { columns: ['user_id', 'before', 'until', 'after'],
      rows: sorted(superseded.flatMap(old => created
        .filter(one => one.user_id === old.user_id && one.component.id === old.component.superseded_by)
        .map((one): Row => [old.user_id, old.component.description, dayOf(old.component.valid_to ?? 0),
          one.component.description])), -3, 1, 2).slice(0, 10) },
    'evidence': { columns: ['description', 'id', 'text'],
      rows: sorted(holding
        .filter(one => one.user_id === 'lena' && /postgres/i.test(one.component.description))
        .flatMap(({ component }) => component.evidence.flatMap((id): Row[] => {
          const found = texts.get(id)
          return found ? [[component.description, id, found.text, found.event_time]] : []
        })), 1, 4, 2).slice(0, 20).map(row => row.slice(0, 3)) },
    'known-now': { columns: ['memory', 'type', 'components', 'persons'],
      rows: sorted(grouped(holding, one => [`${one.component.memory} ${one.component.type}`])
        .map(([key, all]) => [...String(key).split(' '), all.length, persons(all)]), 1, 2) },
    'known-then': { columns: ['description', 'type'],
      rows: sorted(known(changes.filter(one => one.user_id === 'lena'), Date.UTC(2026, 1, 15))
        .map(({ component }) => [component.description, component.type, component.total_attention_weight,
          component.id]), -3, 4).slice(0, 10).map(row => row.slice(0, 2)) },
    'churn-by-day': { columns: ['day', 'memory', 'changes', 'created', 'superseded', 'persons'],
      rows: sorted(grouped(changes.filter(one => dayOf(one.changed_at) > dayOf(lastDay - 7 * dayMs)),
        one => [`${dayOf(one.changed_at)} ${one.component.memory}`]).map(([key, all]) =>
        [...String(key).split(' '), all.length, of(all, 'created'), of(all, 'superseded'),
          persons(all)]), -1, 2)
        .slice(0, 28) },
  }
}
