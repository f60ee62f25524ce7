/**
 * The judge of a simulation. It looks at the data that is left, at what apps were told, at what the store of
 * rows took and at the commits as Redis did them, and says what is wrong.
 *
 *   G1  what was acknowledged is in the log, at the position that was told
 *   G2  each record is in the log once and folded once; timers fired once; messages were carried over once
 *   G3  records of one key are in the order of their sender, and were folded in the order of the log
 *   G4  every commit is of the current epoch; epochs never fall, and each belongs to one owner
 *   G6  every output is at the sink once, in order, in batches that follow on each other
 *   G7  state, outputs and dead letters are those of an undisturbed replay of the log, byte for byte
 *
 * A crash of Redis with `everysec` may take away what was acknowledged within the last second, and may bring
 * outputs a second time that the sink took before; everything else holds then too.
 */
import { partitionOf } from '../../engine/index.js'
import { decodeBlock } from '../../engine/record/block.js'
import { decodeEmissions } from '../../engine/record/emission.js'
import { decodeValues, encodeValue } from '../../engine/record/pack.js'
import { compareEntries, toldField, type LogRecord } from '../../engine/record/record.js'
import { relayOutput } from '../../engine/topology/staged.js'
import { isPublic } from '../../engine/topology/sink-loop.js'
import type { Acknowledged, SentMark } from './app.js'
import { formatId, type StreamEntry } from './model/store.js'
import { replay, type Replayed } from './replay.js'
import type { Outcome } from './simulation.js'
import { partitions } from './tally.js'

interface Placed extends LogRecord {
  readonly position: string
}

interface Part {
  readonly partition: number
  readonly log: readonly Placed[]
  readonly emitted: readonly (readonly [output: string, key: string, value: unknown])[]
}

const topologyName = 'tally.1'

/** Everything that is wrong, a line each; empty = the simulation passed. */
export async function judge(outcome: Outcome): Promise<string[]> {
  const wrong: string[] = [...outcome.thrown.map(message => `thrown: ${message}`)]
  if (!outcome.isDrained) return [...wrong, `it never came to an end: ${standing(outcome)}`]
  const parts: Part[] = []
  for (let partition = 0; partition < partitions; partition++) {
    const entries = archiveOf(outcome, outcome.keys.log(partition, 'marks'))
    const outbox = blocksOf(archiveOf(outcome, outcome.keys.outbox(partition, topologyName)))
    const replayed = await replay(entries, partition)
    wrong.push(...stateOf(outcome, partition, replayed), ...outputsOf(outcome, partition, replayed, outbox))
    parts.push({
      partition,
      log: entries.flatMap(({ id, fields }) => decodeBlock(formatId(id), Buffer.from(fields[1]))
        .map((record, index) => ({ ...record, position: `${formatId(id)}:${index}` }))),
      emitted: decodeValues(outbox) as [string, string, unknown][],
    })
  }
  return [...wrong, ...parts.flatMap(part => [...rowsOf(outcome, part), ...relayed(parts, part),
    ...orderOf(part), ...revisionsOf(part)]), ...acknowledgedOf(outcome, parts), ...epochsOf(outcome),
  ...followedOf(outcome)]
}

function archiveOf({ server }: Outcome, key: string): readonly StreamEntry[] {
  return server.redis.store.stream(key)?.archive ?? []
}

const blocksOf = (entries: readonly StreamEntry[]): Buffer =>
  Buffer.concat(entries.map(({ fields }) => Buffer.from(fields[1])))

/** Where an unfinished simulation stands, for people. */
function standing({ server, keys }: Outcome): string {
  const { store } = server.redis
  return Array.from({ length: partitions }, (_, p) => {
    const at = (key: string, field: string): string => store.hget(key, field) ?? '0'
    const checkpoint = keys.checkpoint(p, topologyName)
    return `partition(${p}) owner ${at(checkpoint, 'owner')} folded ${at(checkpoint, 'folded')} of `
      + `${at(keys.meta(p, 'marks'), 'n')}, timers ${store.zcard(keys.timers(p, topologyName))}, rows `
      + `${at(keys.sink(p, topologyName, 'rows'), 'inserted')} and relayed `
      + `${at(keys.sink(p, topologyName, '~relay'), 'inserted')} of ${at(checkpoint, 'emitted')}`
  }).join('; ')
}

/** G7, G2: cells, tables, dead letters, counts. */
function stateOf({ server, keys }: Outcome, partition: number, replayed: Replayed): string[] {
  const { store } = server.redis
  const prefix = keys.state(partition, topologyName, '', '').slice(0, -3)
  const found = new Map<string, Buffer>()
  for (const key of store.keys()) {
    if (!key.startsWith(`${prefix}s:`) && !key.startsWith(`${prefix}t:`)) continue
    const name = key.slice(prefix.length).replaceAll(':', '|')
    for (const [field, value] of store.hash(key)!) found.set(`${name}/${field}`, Buffer.from(value))
  }
  const differing = [...new Set([...found.keys(), ...replayed.state.keys()])].filter(name =>
    !found.get(name)?.equals(replayed.state.get(name) ?? Buffer.alloc(0)))
  const wrong = differing.map(name => `G7: partition(${partition}): ${name} is `
    + `${found.get(name)?.toString('hex')}, of a replay ${replayed.state.get(name)?.toString('hex')}`)
  const dead = blocksOf(store.stream(keys.dead(partition, topologyName))?.archive ?? [])
  if (!dead.equals(Buffer.concat(replayed.dead))) {
    wrong.push(`G7: partition(${partition}): dead letters are not those of a replay`)
  }
  const folded = Number(store.hget(keys.checkpoint(partition, topologyName), 'folded') ?? 0)
  if (folded !== replayed.folded) {
    wrong.push(`G2: partition(${partition}): ${folded} records folded, ${replayed.folded} in the log`)
  }
  return wrong
}

/** G7: the outbox; this is where timers that fired twice or never would show. */
function outputsOf(_: Outcome, partition: number, replayed: Replayed, outbox: Buffer): string[] {
  return outbox.equals(replayed.emitted) ? []
    : [`G7: partition(${partition}): outputs are not those of a replay`]
}

/** G6: batches follow on each other and hold exactly what the outbox holds. */
function rowsOf(outcome: Outcome, { partition, emitted }: Part): string[] {
  const wrong = outcome.rows.changed.map(token => `G6: ${token} came with other values`)
  const wanted = emitted.filter(([output]) => output !== relayOutput)
    .map(([output, key, value]) => encodeValue({ output, key, value }).toString('hex'))
  const taken = [...outcome.rows.taken.values()].filter(({ batch }) => batch.partition === partition)
    .sort((a, b) => compareEntries(endOf(a.token), endOf(b.token)))
  const values = taken.flatMap(({ batch }) => batch.emitted.map(one => encodeValue(one).toString('hex')))
  if (outcome.server.redis.lostWrites > 0) {
    const all = new Set(values)
    const missing = wanted.filter(value => !all.has(value)).length
    return missing > 0 ? [...wrong, `G6: partition(${partition}): ${missing} outputs never arrived`] : wrong
  }
  if (values.join() !== wanted.join()) {
    wrong.push(`G6: partition(${partition}): the sink has ${values.length} values of ${wanted.length}, `
      + `${new Set(values).size} different; batches ${taken.map(({ token }) => token).join(' ')}`)
  }
  return wrong
}

const endOf = (token: string): string => token.slice(token.lastIndexOf(':') + 1)

/** G2: what tallies of `source` told others is in the others' logs, once and in order. */
function relayed(parts: readonly Part[], source: Part): string[] {
  return parts.flatMap(target => {
    const sent = source.emitted.filter(([output, key]) =>
      output === relayOutput && partitionOf(key, partitions) === target.partition)
      .map(([, key, value]) => `${key}: ${String((value as unknown[])[2])}`)
    const arrived = target.log.flatMap(({ key, value }) => {
      const told = (value as Record<string, unknown>)[toldField] as [string, string, string] | undefined
      const sender = told?.[2].slice(0, told[2].lastIndexOf(' '))
      return sender !== undefined && partitionOf(sender, partitions) === source.partition
        ? [`${key}: ${told![2]}`] : []
    })
    return sent.join() === arrived.join() ? []
      : [`G2: of partition(${source.partition}) to partition(${target.partition}): told ${sent.join(', ')}; `
        + `arrived ${arrived.join(', ')}`]
  })
}

const marksOf = ({ log }: Part): (Placed & { readonly mark: SentMark })[] =>
  log.filter(({ value }) => !(toldField in (value as object)))
    .map(record => ({ ...record, mark: record.value as SentMark }))

/** G3, G2: of one sender and key, with and without ids apart, records are in the order of submission. */
function orderOf(part: Part): string[] {
  const last = new Map<string, number>()
  return marksOf(part).flatMap(({ key, mark, position }) => {
    const lane = `${key} of ${mark.by}${mark.unique ? ', unique' : ''}`
    const before = last.get(lane) ?? -1
    last.set(lane, mark.n)
    return mark.n > before ? []
      : [`G3: partition(${part.partition}): ${lane}: ${mark.n} after ${before} at ${position}`]
  })
}

/** G2: an id is accepted again only with other content. */
function revisionsOf(part: Part): string[] {
  const last = new Map<string, { content: number }>()
  const origins = new Set<string>()
  return marksOf(part).flatMap(({ key, mark, position }) => {
    if (!mark.unique) return []
    const { id, content, origin } = mark.unique
    const wrong: string[] = []
    const name = `${key} ${id}`
    if (last.get(name)?.content === content) wrong.push(`G2: ${name} twice alike, at ${position}`)
    last.set(name, { content })
    const submitted = `${origin} ${mark.app} ${mark.n}`
    if (origins.has(submitted)) wrong.push(`G2: ${name} of ${submitted} twice, at ${position}`)
    origins.add(submitted)
    return wrong
  })
}

/** G1: positions that were told hold what was submitted, unless a crash was allowed to take it. */
function acknowledgedOf(outcome: Outcome, parts: readonly Part[]): string[] {
  const records = parts.map(({ log }) => new Map(log.map(record => [record.position, record])))
  return outcome.acknowledged.flatMap(acknowledged => {
    const { key, answer } = acknowledged
    const partition = partitionOf(key, partitions)
    if (!answer.position) return duplicateOf(outcome, parts[partition], acknowledged)
    const { entry, index } = answer.position
    const found = records[partition].get(`${entry}:${index}`)
    if (found && isSame(found.value as SentMark, acknowledged)) return []
    if (outcome.server.redis.lost.has(`${outcome.keys.log(partition, 'marks')} ${entry}`)) return []
    return [`G1: ${key} ${JSON.stringify(acknowledged.value)} ${answer.outcome} at ${entry}:${index}, `
      + `where there is ${JSON.stringify(found?.value)}`]
  })
}

/** A repeated record may be found under the same id and origin with its first number. */
function isSame(found: SentMark, { value, answer }: Acknowledged): boolean {
  if (answer.outcome === 'repeated') {
    return found.unique?.id === value.unique?.id && found.unique?.origin === value.unique?.origin
      && found.unique?.content === value.unique?.content
  }
  return found.app === value.app && found.n === value.n
}

/** A duplicate has no position, so somebody's record with that id and content must be there. */
function duplicateOf(outcome: Outcome, part: Part, { key, value }: Acknowledged): string[] {
  const isThere = marksOf(part).some(({ key: other, mark }) => other === key
    && mark.unique?.id === value.unique?.id && mark.unique?.content === value.unique?.content)
  return isThere || outcome.server.redis.lostWrites > 0 ? []
    : [`G1: ${key} ${value.unique?.id} was called a duplicate of nothing`]
}

/** A subscriber sees every commit's outputs once and in order, whatever happened to it. */
function followedOf(outcome: Outcome): string[] {
  const { follower, server, keys } = outcome
  if (!follower || server.redis.lostWrites > 0) return []
  const outbox = archiveOf(outcome, keys.outbox(follower.partition, topologyName))
  const wanted = outbox.map(({ id, fields }) =>
    ({ entry: formatId(id), emitted: decodeEmissions(Buffer.from(fields[1])).filter(isPublic) }))
    .filter(({ emitted }) => emitted.length > 0)
  const [seen, all] = [follower.seen, wanted].map(one => encodeValue(one))
  return seen.equals(all) ? []
    : [`follow: ${follower.seen.length} entries of ${wanted.length} in partition(${follower.partition})`]
}

/** G4: between two crashes of Redis. */
function epochsOf({ server }: Outcome): string[] {
  const last = new Map<string, number>()
  const owner = new Map<string, string>()
  return server.commits.flatMap(({ checkpoint, epoch, current, process, crashes }) => {
    const wrong: string[] = []
    const lane = `${checkpoint} after ${crashes} crashes`
    if (epoch !== current) wrong.push(`G4: ${lane}: a commit of epoch ${epoch} while ${current} owned it`)
    if (epoch < (last.get(lane) ?? 0)) wrong.push(`G4: ${lane}: epoch ${epoch} after ${last.get(lane)}`)
    last.set(lane, epoch)
    const name = `${lane}, epoch ${epoch}`
    if ((owner.get(name) ?? process) !== process) {
      wrong.push(`G4: ${name} of ${owner.get(name)} and ${process}`)
    }
    owner.set(name, process)
    return wrong
  })
}
