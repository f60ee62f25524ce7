/**
 * Q5: are the tags that enrichment adds those the person would have given, and does their number stay small?
 * Baselines: the person's tags by how often they were given.
 */
import { tagKey } from '../../actors/enrichment/index.js'
import { lineOf } from './line.js'
import type { Context, Line, Metric, Split } from './metric.js'
import { notesOf } from './note-stream.js'
import { KeptPerson } from './pipeline.js'

/** Records that come with their tags before the first that is asked for; then every third comes without. */
const BURN_IN = 100
const ASKED_EACH = 3
/** Of the records after them, the first half is for tuning. */
const DEV_SHARE = 0.5
const DEPTHS = [1, 3, 10]

interface Asked {
  readonly split: Split
  readonly place: number
  readonly frequent: number
}

/** Auto-tags. */
export const q05: Metric = {
  id: 'Q5',
  title: 'Auto-tags',
  definition: `One person's notes; after the first ${BURN_IN} every third is kept without its tag. Is `
    + 'that tag among the first 1, 3, 10 enhanced tags of the note? New tags: per 100 notes, '
    + 'enhanced tags that no earlier note has; used once: of all enhanced tags, the share that one note '
    + 'alone has. Baseline: the tags most often given before. Split by time.',
  run: measure,
}

async function measure({ data, seed, log }: Context): Promise<Line[]> {
  const records = notesOf(data)
  const person = await KeptPerson.begin(Date.parse(records[0].timestamp))
  const lastDev = BURN_IN + (records.length - BURN_IN) * DEV_SHARE
  const isAsked = (i: number): boolean => i >= BURN_IN && i % ASKED_EACH === 0
  await person.keep(records.map((record, i) => isAsked(i) ? { ...record, tag: [] } : record))
  const counts = new Map<string, number>()
  const folded = person.folded()
  const asked: Asked[] = []
  for (const [i, record] of records.entries()) {
    const own = tagKey(record.tag?.[0] ?? '')
    if (!isAsked(i)) {
      counts.set(own, (counts.get(own) ?? 0) + 1)
      continue
    }
    const frequent = [...counts].sort((a, b) => b[1] - a[1]).map(([key]) => key).indexOf(own) + 1
    const place = folded[i].enhanced_tags.map(tagKey).indexOf(own) + 1
    asked.push({ split: i < lastDev ? 'dev' : 'test', frequent, place })
  }
  log(`${asked.length} notes without tags`)
  return [...(['dev', 'test'] as const).flatMap(split => linesOf(asked, split, seed)),
    ...growthOf(folded.map(({ enhanced_tags: tags }) => tags), seed)]
}

function linesOf(asked: readonly Asked[], split: Split, seed: number): Line[] {
  const of = asked.filter(one => one.split === split)
  const within = (depth: number) => (place: number): number => Number(place >= 1 && place <= depth)
  return DEPTHS.map(depth => lineOf({
    measure: `own tag @${depth}`, split, seed, ours: of.map(({ place }) => within(depth)(place)),
    theirs: { 'most frequent': of.map(({ frequent }) => within(depth)(frequent)) },
  }))
}

function growthOf(tags: readonly (readonly string[])[], seed: number): Line[] {
  const uses = new Map<string, number>()
  const fresh = tags.map(own => {
    const before = uses.size
    for (const tag of own) uses.set(tag, (uses.get(tag) ?? 0) + 1)
    return (uses.size - before) * 100
  })
  return [
    lineOf({ measure: 'new tags per 100 notes', split: 'test', seed, unit: 'count', ours: fresh }),
    lineOf({ measure: 'tags used once', split: 'test', seed, ours: [...uses.values()].map(n =>
      Number(n === 1)) }),
  ]
}
