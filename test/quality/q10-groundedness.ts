/**
 * Q10: does every component rest on records that exist and say it? The person's own tags are the judge: with
 * them, and without (then the memory must find its topics alone, and the tags are only looked at afterwards).
 */
import { tagKey } from '../../actors/enrichment/index.js'
import type { CurrentComponent } from '../../actors/psp/index.js'
import { isStopWord, stemOf, wordsOf } from '../../actors/text/index.js'
import { lineOf } from './line.js'
import type { Context, Line, Metric, Split } from './metric.js'
import { notesOf, personsOf } from './note-stream.js'
import { KeptPerson, type RecordInput } from './pipeline.js'
import { splitsOf } from './splits.js'

const ENTRIES_MIN = 150
const ENTRIES_MAX = 400
const PERSONS_MAX = 40
/** Of a statement's words, its evidence has at least so many. */
const SUPPORT_SHARE = 0.5

interface Grounds {
  readonly split: Split
  readonly exists: readonly number[]
  readonly supports: readonly number[]
  readonly agrees: readonly number[]
  readonly agreesUntagged: readonly number[]
}

/** Groundedness. */
export const q10: Metric = {
  id: 'Q10',
  title: 'Groundedness',
  definition: 'One person with notes and up to 40 with list entries. Evidence exists: its id is a record of '
    + 'the person. It supports: the record has the name of the topic, or half of the words of the statement. '
    + 'Topic agreement: of the evidence of a topic, the share with the topic\'s tag; without tags: the share '
    + 'with the tag that most of its evidence has, when the records are kept without their tags. Split by '
    + 'person.',
  note: 'Without tags a component is a word that records share, and people file by something else: all of '
    + 'a list may be about one language, while its sections say what each entry is for. Tried on the dev '
    + 'split: without words of genre (tutorial, introduction) .667 for .663; one topic per record .673, with '
    + 'half as many components; half as much support again .650. How alike the evidence is, and into how few '
    + 'clusters it falls, tells nothing about agreement.',
  run: measure,
}

async function measure({ data, seed, log }: Context): Promise<Line[]> {
  const entries = [...personsOf(data, ENTRIES_MIN, ENTRIES_MAX)].slice(0, PERSONS_MAX)
  const persons = new Map([['notes', notesOf(data)], ...entries])
  const splits = splitsOf(persons.keys(), seed)
  const all: Grounds[] = []
  for (const [name, records] of persons) all.push(await groundsOf(records, splits.get(name) ?? 'test'))
  log(`${persons.size} persons`)
  return (['dev', 'test'] as const).flatMap(split => {
    const of = all.filter(one => one.split === split)
    const line = (measure: string, key: Exclude<keyof Grounds, 'split'>, atLeast?: number): Line =>
      lineOf({ measure, split, seed, ours: of.flatMap(one => one[key]),
        target: atLeast === undefined ? undefined : { atLeast } })
    return [line('evidence exists', 'exists', 1), line('evidence supports', 'supports'),
      line('topic agreement', 'agrees', 0.8), line('topic agreement without tags', 'agreesUntagged')]
  })
}

async function groundsOf(records: readonly RecordInput[], split: Split): Promise<Grounds> {
  const byId = new Map(records.map(record => [record.id, record]))
  const known = await componentsOf(records)
  const found = await componentsOf(records.map(({ tag: _tag, ...record }) => record))
  const exists = known.flatMap(({ evidence }) => evidence.map(id => Number(byId.has(id))))
  const supports = known.flatMap(component => component.evidence.flatMap(id => {
    const record = byId.get(id)
    return record === undefined ? [] : [Number(isSupported(component, record))]
  }))
  const tagsOf = (id: string): string[] => (byId.get(id)?.tag ?? []).map(tagKey)
  const agrees = known.flatMap(({ claim, evidence }) => claim.slot.startsWith('topic:')
    ? evidence.map(id => Number(tagsOf(id).includes(claim.slot.slice('topic:'.length)))) : [])
  const agreesUntagged = found.filter(({ claim }) => claim.slot.startsWith('topic:'))
    .flatMap(({ evidence }) => agreementOf(evidence.map(tagsOf)))
  return { split, exists, supports, agrees, agreesUntagged }
}

async function componentsOf(records: readonly RecordInput[]): Promise<readonly CurrentComponent[]> {
  const person = await KeptPerson.begin(Date.parse(records[0].timestamp))
  await person.keep(records)
  return person.psp().components
}

/** Per piece of evidence, 1 when it has the tag that most of them have. */
function agreementOf(tags: readonly (readonly string[])[]): number[] {
  const counts = new Map<string, number>()
  for (const tag of tags.flat()) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  const [most] = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  return tags.map(own => Number(most !== undefined && own.includes(most[0])))
}

function isSupported({ claim, description }: CurrentComponent, record: RecordInput): boolean {
  const { highlight = '', note = '', tag = [], address = '' } = record
  const text = `${highlight} ${note} ${tag.join(' ')} ${address}`
  if (claim.slot.startsWith('topic:')) {
    const key = claim.slot.slice('topic:'.length)
    return tag.map(tagKey).includes(key) || tagKey(text).includes(key)
  }
  const said = stemsOf(description)
  const has = new Set(stemsOf(text))
  return said.filter(stem => has.has(stem)).length >= said.length * SUPPORT_SHARE
    || claim.slot.startsWith('style:')
}

function stemsOf(text: string): string[] {
  return wordsOf(text).filter(word => !isStopWord(word)).map(stemOf)
}
