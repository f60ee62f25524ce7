/**
 * The Lua scripts of engine/redis/lua, each written once more as a function over the model's data.
 * test/conformance drives both with the same calls and compares replies and data, which tests the model and
 * the scripts alike.
 */
import { decodeValue } from '../../../engine/record/pack.js'
import { lastId, parseId, type Store, type Value } from './store.js'

/** A script: keys and arguments to a reply of texts, numbers, nulls and arrays. */
export type ModelScript = (store: Store, keys: readonly string[], args: readonly Value[]) => ModelReply

/** What a script returns. */
export type ModelReply = Value | number | null | readonly ModelReply[]

/** Whether `<epoch>@<history>` is what owns the checkpoint now. */
const isHeld = (store: Store, checkpoint: string, lease: Value): boolean =>
  String(lease) === `${store.hget(checkpoint, 'epoch')}@${store.history}`

const appendBlock: ModelScript = (store, [log, meta, appender], [sequence, count, block, seconds]) => {
  if (Number(store.hget(appender, 's') ?? 0) >= Number(sequence)) return store.hget(appender, 'e') ?? null
  const entry = store.xadd(log, undefined, ['d', block])
  store.hincrby(meta, 'n', Number(count))
  store.hset(appender, 's', sequence)
  store.hset(appender, 'e', entry)
  store.expire(appender, Number(seconds))
  return entry
}

/** What the log remembers of an id: the record accepted last, then others; `-` = it was a duplicate. */
const rememberedOf = (stored: string | undefined): { mark: string, position: string }[] =>
  (stored === undefined ? [] : stored.split(' ')
    .map(one => ({ mark: one.slice(0, 32), position: one.slice(32) })))

const rememberedMax = 4

/** What append-unique notes: an appended record with its index in the block, or a duplicate. */
interface Noted {
  readonly hash: string
  readonly id: string
  readonly mark: string
  readonly index: number | undefined
}

type Group = [hash: number, origin: string, ids: string[], fingerprints: string[]]

const appendUnique: ModelScript = (store, keys, [records, groups, lengths, sequence, seconds]) => {
  const isRepeated = Number(store.hget(keys[2], 's') ?? 0) >= Number(sequence)
  const inputs = (decodeValue(Buffer.from(groups)) as Group[]).flatMap(([hash, origin, ids, fingerprints]) =>
    ids.map((id, i) => ({ hash: keys[hash - 1], id, fingerprint: fingerprints[i], origin })))
  const kept: number[] = []
  const noted: Noted[] = []
  const repeated: ((entry: string) => string)[] = []
  const outcomes = inputs.map(({ hash, id, fingerprint, origin }, at) => {
    const mark = fingerprint + origin
    const inBlock = noted.findLast(one => one.hash === hash && one.id === id && one.index !== undefined)
    const stored = rememberedOf(store.hget(hash, id))
    const known = inBlock ?? stored.at(0)
    const before = stored.find(one => one.mark === mark)
    if (inBlock?.mark === mark) return repeated.push(entry => `${entry}:${inBlock.index}`) && 'r'
    if (before) return before.position === '-' ? 'd' : repeated.push(() => before.position) && 'r'
    if (isRepeated) return 'd'
    const isDuplicate = known?.mark.startsWith(fingerprint) === true
    noted.push({ hash, id, mark, index: isDuplicate ? undefined : kept.push(at) - 1 })
    if (isDuplicate) return 'd'
    return known ? 'v' : 'a'
  })
  const sizes = decodeValue(Buffer.from(lengths)) as number[]
  const entry = kept.length === 0 ? '' : store.xadd(keys[0], undefined, ['d', cutOut(records, sizes, kept)])
  if (kept.length > 0) store.hincrby(keys[1], 'n', kept.length)
  for (const { hash, id, mark, index } of noted) {
    const [first, ...others] = store.hget(hash, id)?.split(' ').slice(0, rememberedMax - 1) ?? []
    const all = index === undefined ? [first, `${mark}-`, ...others]
      : [`${mark}${entry}:${index}`, first, ...others]
    store.hset(hash, id, all.filter(one => one !== undefined).join(' '))
  }
  if (!isRepeated) {
    store.hset(keys[2], 's', sequence)
    store.expire(keys[2], Number(seconds))
  }
  return [entry, outcomes.join(''), ...repeated.map(place => place(entry))]
}

/** The parts at these places of joined parts. */
function cutOut(joined: Value, lengths: readonly number[], places: readonly number[]): Buffer {
  let at = 0
  const parts = lengths.map(length => Buffer.from(joined).subarray(at, at += length))
  return Buffer.concat(places.map(place => parts[place]))
}

const commitBatch: ModelScript = (store, [checkpoint, outbox, timers, dead, changed, ...hashes], args) => {
  if (!isHeld(store, checkpoint, args[0])) return ['fenced', store.hget(checkpoint, 'epoch') ?? '']
  const sequence = Number(store.hget(checkpoint, 'sequence') ?? 0)
  const position = store.hget(checkpoint, 'position')
  const before = Number(args[1])
  if (sequence !== before) {
    if (sequence === before + 1 && position === String(args[2])) return ['ok', '']
    return ['conflict', String(sequence), position ?? '0-0']
  }
  let at = 6
  const next = (): Value => args[at++]
  const isNoted = store.has(changed)
  const note = (key: string, rest: string): void => {
    if (isNoted) store.hset(changed, `${Buffer.byteLength(key)}${rest}`, '')
  }
  for (let letters = Number(next()); letters > 0; letters--) store.xadd(dead, undefined, ['d', next()])
  for (let changes = Number(next()); changes > 0; changes--) {
    const member = String(next())
    const due = String(next())
    if (due === '') store.zrem(timers, member)
    else store.zadd(timers, member, Number(due))
    note(timers, `:${timers}${member}`)
  }
  for (const hash of hashes) {
    let puts = Number(next())
    if (puts < 0) {
      store.delete(hash)
      note(hash, `!${hash}`)
      puts = -1 - puts
    }
    for (; puts > 0; puts--) {
      const field = String(next())
      store.hset(hash, field, next())
      note(hash, `:${hash}${field}`)
    }
    for (let removals = Number(next()); removals > 0; removals--) {
      const field = String(next())
      store.hdel(hash, field)
      note(hash, `:${hash}${field}`)
    }
  }
  const entry = String(args[5]) === '' ? '' : store.xadd(outbox, undefined, ['d', args[5], 'n', args[4]])
  store.hincrby(checkpoint, 'folded', Number(args[3]))
  store.hincrby(checkpoint, 'emitted', Number(args[4]))
  store.hset(checkpoint, 'sequence', String(before + 1))
  store.hset(checkpoint, 'position', args[2])
  store.hset(checkpoint, 'committed', String(store.now))
  return ['ok', entry]
}

const fixBatch: ModelScript = (store, [checkpoint, sink], [lease, position, last]) => {
  if (!isHeld(store, checkpoint, lease)) return ['', '']
  if ((store.hget(sink, 'position') ?? '0-0') !== String(position)) return ['', '']
  const pending = store.hget(sink, 'pending')
  if (pending !== undefined && pending !== '') return [pending, store.hget(sink, 'history') ?? '']
  store.hset(sink, 'pending', last)
  store.hset(sink, 'history', store.history)
  return [last, store.history]
}

const advanceSink: ModelScript = (store, [checkpoint, sink], [lease, last, values]) => {
  if (!isHeld(store, checkpoint, lease)) return 0
  if (store.hget(sink, 'pending') !== String(last)) return 1
  store.hset(sink, 'position', last)
  store.hset(sink, 'pending', '')
  store.hincrby(sink, 'inserted', Number(values))
  return 1
}

const relayBlock: ModelScript = (store, [log, meta, relay], [last, count, block, seconds, history]) => {
  if (String(history) !== '' && String(history) !== store.history) return -1
  const stored = store.hget(relay, 's')
  if (stored !== undefined) {
    const [ms, n] = String(last).split('-').map(Number)
    const [lastMs, lastN] = stored.split('-').map(Number)
    if (ms < lastMs || (ms === lastMs && n <= lastN)) return 0
  }
  store.xadd(log, undefined, ['d', block])
  store.hincrby(meta, 'n', Number(count))
  store.hset(relay, 's', last)
  store.expire(relay, Number(seconds))
  return 1
}

const takeLease: ModelScript = (store, [checkpoint], [owner, leaseMs]) => {
  const holder = store.hget(checkpoint, 'owner') ?? ''
  const until = Number(store.hget(checkpoint, 'until') ?? 0)
  if (holder !== '' && holder !== String(owner) && until > store.now) return [-1, until - store.now, holder]
  const epoch = store.hincrby(checkpoint, 'epoch', 1)
  store.hset(checkpoint, 'owner', owner)
  store.hset(checkpoint, 'until', String(store.now + Number(leaseMs)))
  const counts = ['sequence', 'folded', 'emitted'].map(name => Number(store.hget(checkpoint, name) ?? 0))
  return [epoch, counts[0], store.hget(checkpoint, 'position') ?? '0-0', counts[1], counts[2],
    store.history]
}

const renewLease: ModelScript = (store, [checkpoint], [lease, leaseMs]) => {
  if (!isHeld(store, checkpoint, lease)) return 0
  store.hset(checkpoint, 'until', String(store.now + Number(leaseMs)))
  return 1
}

const releaseLease: ModelScript = (store, [checkpoint], [lease]) => {
  if (!isHeld(store, checkpoint, lease)) return 0
  store.hset(checkpoint, 'owner', '')
  store.hset(checkpoint, 'until', '0')
  return 1
}

const sealLog: ModelScript = (store, [log], [position, due]) => {
  if (store.now <= Number(due)) return 0
  const stream = store.stream(log)
  if (!stream) return store.now
  const [ms, n] = parseId(String(position))
  if (store.xrange(log, [ms, n + 1], lastId, 1).length > 0) return 0
  if (stream.last[0] < store.now) stream.last = [store.now, 0]
  return store.now
}

const putHalt: ModelScript = (store, [checkpoint, halt], [epoch, ...fields]) => {
  if (store.hget(checkpoint, 'epoch') !== String(epoch)) return 0
  if (fields.length === 0) store.delete(halt)
  for (let i = 0; i < fields.length; i += 2) store.hset(halt, String(fields[i]), fields[i + 1])
  return 1
}

const readLag: ModelScript = (store, [live, log, meta, checkpoint, timers, dead, ...sinks]) => {
  const field = (name: string, other: string): string => store.hget(checkpoint, name) ?? other
  const appended = store.hget(meta, 'n') ?? '0'
  const position = field('position', '0-0')
  const [ms, n] = parseId(position)
  const oldest = Number(appended) > Number(field('folded', '0'))
    ? store.xrange(log, [ms, n + 1], lastId, 1).at(0) : undefined
  const age = oldest ? Math.max(0, store.now - oldest.id[0]) : 0
  const owner = field('owner', '')
  const silent = owner === '' ? 0 : Math.max(0, store.now - Number(field('until', '0')))
  return [store.hget(live, 'version') ?? '', appended, field('folded', '0'), field('emitted', '0'), owner,
    field('epoch', '0'), String(age), position, String(silent), field('pause', ''), field('pauseEpoch', ''),
    String(store.zcard(timers)), String(store.xlen(dead)),
    ...sinks.map(sink => store.hget(sink, 'inserted') ?? '0')]
}

const moveLetters: ModelScript = (store, [dead, log, meta], [count, ...letters]) => {
  const moved: Value[] = []
  const gone: string[] = []
  for (let i = 0; i < Number(count); i++) {
    const entry = String(letters[2 * i])
    if (store.xrange(dead, parseId(entry), parseId(entry)).length === 0) continue
    moved.push(letters[2 * i + 1])
    gone.push(entry)
  }
  if (moved.length === 0) return [0, '']
  const block = store.xadd(log, undefined, ['d', Buffer.concat(moved.map(part => Buffer.from(part)))])
  store.hincrby(meta, 'n', moved.length)
  for (const entry of gone) store.xdel(dead, entry)
  return [moved.length, block]
}

/** Scripts by name, the name being that of the Lua file. */
export const modelScripts: Readonly<Record<string, ModelScript>> = {
  'append-block': appendBlock,
  'append-unique': appendUnique,
  'commit-batch': commitBatch,
  'fix-batch': fixBatch,
  'advance-sink': advanceSink,
  'relay-block': relayBlock,
  'seal-log': sealLog,
  'move-letters': moveLetters,
  'put-halt': putHalt,
  'read-lag': readLag,
  'take-lease': takeLease,
  'renew-lease': renewLease,
  'release-lease': releaseLease,
}

/**
 * Scripts of versions side by side, of `verify` and of the edge, which are not simulated: known by name,
 * never run.
 */
export const notModelled: readonly string[] = ['erase-key', 'has-fields', 'hold-partition', 'read-bound',
  'read-changes', 'read-cut', 'read-hash', 'rewrap-data-key', 'rewrite-log', 'switch-version',
  'take-allowance', 'take-changes', 'take-data-key']
