/**
 * The Lua scripts of engine/redis/lua, each written once more as a function over the model's data.
 * test/conformance drives both with the same calls and compares replies and data, which tests the model and
 * the scripts alike.
 */
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

const appendUnique: ModelScript = (store, keys, args) => {
  const [sequence, seconds, count] = args
  const isRepeated = Number(store.hget(keys[2], 's') ?? 0) >= Number(sequence)
  const kept: Value[] = []
  const noted: { hash: string, id: string, mark: string, index: number | undefined }[] = []
  const answers: ((entry: string) => string)[] = []
  for (let i = 0; i < Number(count); i++) {
    const [packed, at, ...texts] = args.slice(3 + i * 5, 8 + i * 5)
    const [id, fingerprint, origin] = texts.map(String)
    const hash = keys[Number(at) - 1]
    const mark = fingerprint + origin
    const inBlock = noted.findLast(one => one.hash === hash && one.id === id && one.index !== undefined)
    const stored = rememberedOf(store.hget(hash, id))
    const known = inBlock ?? stored.at(0)
    const repeated = stored.find(one => one.mark === mark)
    if (inBlock?.mark === mark) answers.push(entry => `r${entry}:${inBlock.index}`)
    else if (repeated) answers.push(() => (repeated.position === '-' ? 'd' : `r${repeated.position}`))
    else if (isRepeated) answers.push(() => 'd')
    else if (known?.mark.startsWith(fingerprint)) {
      answers.push(() => 'd')
      noted.push({ hash, id, mark, index: undefined })
    } else {
      const index = kept.push(packed) - 1
      answers.push(entry => `${known ? 'v' : 'a'}${entry}:${index}`)
      noted.push({ hash, id, mark, index })
    }
  }
  if (!isRepeated) {
    store.hset(keys[2], 's', sequence)
    store.expire(keys[2], Number(seconds))
  }
  const entry = kept.length === 0 ? ''
    : store.xadd(keys[0], undefined, ['d', Buffer.concat(kept.map(part => Buffer.from(part)))])
  if (kept.length > 0) store.hincrby(keys[1], 'n', kept.length)
  for (const { hash, id, mark, index } of noted) {
    const [first, ...others] = store.hget(hash, id)?.split(' ').slice(0, rememberedMax - 1) ?? []
    const all = index === undefined ? [first, `${mark}-`, ...others]
      : [`${mark}${entry}:${index}`, first, ...others]
    store.hset(hash, id, all.filter(one => one !== undefined).join(' '))
  }
  return answers.map(answer => answer(entry))
}

const commitBatch: ModelScript = (store, [checkpoint, outbox, timers, dead, ...hashes], args) => {
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
  for (let letters = Number(next()); letters > 0; letters--) store.xadd(dead, undefined, ['d', next()])
  for (let changes = Number(next()); changes > 0; changes--) {
    const member = String(next())
    const due = String(next())
    if (due === '') store.zrem(timers, member)
    else store.zadd(timers, member, Number(due))
  }
  for (const hash of hashes) {
    for (let puts = Number(next()); puts > 0; puts--) store.hset(hash, String(next()), next())
    for (let removals = Number(next()); removals > 0; removals--) store.hdel(hash, String(next()))
  }
  const entry = String(args[5]) === '' ? '' : store.xadd(outbox, undefined, ['d', args[5]])
  store.hincrby(checkpoint, 'folded', Number(args[3]))
  store.hincrby(checkpoint, 'emitted', Number(args[4]))
  store.hset(checkpoint, 'sequence', String(before + 1))
  store.hset(checkpoint, 'position', args[2])
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
  if (String(history) !== store.history) return -1
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

/** Scripts by name, the name being that of the Lua file. */
export const modelScripts: Readonly<Record<string, ModelScript>> = {
  'append-block': appendBlock,
  'append-unique': appendUnique,
  'commit-batch': commitBatch,
  'fix-batch': fixBatch,
  'advance-sink': advanceSink,
  'relay-block': relayBlock,
  'seal-log': sealLog,
  'take-lease': takeLease,
  'renew-lease': renewLease,
  'release-lease': releaseLease,
}
