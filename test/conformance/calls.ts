/**
 * Seeded random calls for Redis: commands and scripts of the engine over a few keys, so that they meet. Some
 * of what a call needs was answered by an earlier one: epochs, entries, histories.
 */
import type { RedisArgument } from '../../engine/redis/index.js'
import { Keyspace } from '../../engine/record/keys.js'

/** One call. */
export type Call =
  | { readonly command: string, readonly args: RedisArgument[] }
  | { readonly script: string, readonly keys: string[], readonly args: RedisArgument[] }

/** What earlier calls answered, as far as later ones need it. */
export interface Known {
  epoch: number
  sequence: number
  entry: string
  readonly history: string
}

const keys = new Keyspace('c')
const [log, meta] = [keys.log(0, 'in'), keys.meta(0, 'in')]
const [checkpoint, outbox] = [keys.checkpoint(0, 'top.1'), keys.outbox(0, 'top.1')]
const [timers, dead] = [keys.timers(0, 'top.1'), keys.dead(0, 'top.1')]
const sink = keys.sink(0, 'top.1', 'rows')
const states = ['ada', 'bob'].map(key => keys.state(0, 'top.1', 'person', key))
const ids = ['ada', 'bob'].map(key => keys.ids(0, 'in', key))
const hashes = [...states, meta, 'h']
const streams = [log, outbox, 's']

/** Makes one call after another. */
export function callMaker(random: () => number): (known: Known) => Call {
  const draw = (below: number): number => Math.floor(random() * below)
  const pick = <T>(choices: readonly T[]): T => choices[draw(choices.length)]
  const field = (): string => pick(['a', 'b', 'c', 'ä', 'cell:1'])
  const bytes = (): Buffer => Buffer.from(Array.from({ length: draw(6) }, () => draw(256)))
  const some = <T>(make: () => T, least = 1): T[] => Array.from({ length: least + draw(3) }, make)
  const lease = ({ epoch, history }: Known): string =>
    `${draw(8) === 0 ? epoch - 1 : epoch}@${draw(8) === 0 ? 'other' : history}`
  const entry = ({ entry }: Known): string => pick([entry, entry, '0-0', '5-0', '5-1', '40-0'])
  const mark = (): string => pick(['a', 'b']).repeat(16)

  const records = (): RedisArgument[] => {
    const all = some(() => [bytes(), pick([4, 4, 5]), pick(['r1', 'r2']), mark(), mark()])
    return [1 + draw(40), 3_600, all.length, ...all.flat()]
  }
  const commit = (known: Known): RedisArgument[] => {
    const letters = some(bytes, 0)
    const changes = some(() => [pick(['late', 'early', 'x\0y']), pick(['', 5, 1_763_720_574_123])], 0)
    return [lease(known), pick([known.sequence, known.sequence, known.sequence, known.sequence - 1]),
      pick(['7-0', '9-1']), draw(5), draw(5), pick([Buffer.alloc(0), bytes()]), letters.length, ...letters,
      changes.length, ...changes.flat(), ...states.flatMap((): RedisArgument[] => {
        const [puts, removals] = [some(() => [field(), bytes()], 0), some(field, 0)]
        return [puts.length, ...puts.flat(), removals.length, ...removals]
      })]
  }
  const command = (command: string, ...args: RedisArgument[]): Call => ({ command, args })
  const script = (script: string, keys: string[], ...args: RedisArgument[]): Call => ({ script, keys, args })

  const makers: readonly ((known: Known) => Call)[] = [
    () => command('HSET', pick(hashes), ...some(() => [field(), bytes()]).flat()),
    () => command('HGET', pick([...hashes, 'none', 's']), field()),
    () => command('HGETALL', pick([...hashes, 'none', checkpoint])),
    () => command('HVALS', pick(hashes)),
    () => command('HSCAN', pick(hashes), '0', 'COUNT', 200),
    () => command('HMGET', pick([...hashes, 'none']), ...some(field)),
    () => command('HDEL', pick(hashes), ...some(field)),
    () => command('HINCRBY', meta, 'n', draw(20) - 5),
    () => command('SET', pick(['k', 'l']), draw(9), ...pick([['NX'], []])),
    () => command('GET', pick(['k', 'l', 'none', 's'])),
    () => command('DEL', pick(['k', 'l', 's', 'h'])),
    () => command('EXISTS', 'k', 'h', timers),
    () => command('ZADD', timers, draw(9), pick(['m', 'l']), draw(9), 'x\0y'),
    () => command('ZREM', timers, pick(['m', 'l', 'late']), 'none'),
    () => command('ZRANGE', timers, 0, -1, 'WITHSCORES'),
    () => command('ZCARD', timers),
    () => command('XADD', 's', pick(['*', `${draw(50)}-${draw(3)}`]), 'd', bytes()),
    known => command('XRANGE', pick(streams), pick(['-', entry(known), `(${entry(known)}`]),
      pick(['+', entry(known)]), 'COUNT', 1 + draw(5)),
    known => command('XREAD', 'COUNT', 1 + draw(4), 'STREAMS', log, 's', entry(known), entry(known)),
    () => command('XTRIM', 's', 'MINID', draw(60)),
    () => command('XINFO', 'STREAM', pick(streams)),
    () => script('append-block', [log, meta, keys.appender(0, 'in', pick(['x', 'y']))], 1 + draw(6),
      1 + draw(5), bytes(), 3_600),
    () => script('append-unique', [log, meta, keys.appender(0, 'in', pick(['x', 'z'])), ...ids], ...records()),
    () => script('append-unique', [log, meta, keys.appender(0, 'in', pick(['x', 'z'])), ...ids], ...records()),
    known => script('commit-batch', [checkpoint, outbox, timers, dead, ...states], ...commit(known)),
    known => script('commit-batch', [checkpoint, outbox, timers, dead, ...states], ...commit(known)),
    known => script('commit-batch', [checkpoint, outbox, timers, dead], ...commit(known).slice(0, 6), 0, 0),
    known => script('fix-batch', [checkpoint, sink], lease(known), entry(known), entry(known)),
    known => script('advance-sink', [checkpoint, sink], lease(known), entry(known), draw(9)),
    known => script('relay-block', [log, meta, keys.appender(0, 'in', 'relay:top.1:1')],
      pick(['5-0', '5-1', '12-0', entry(known)]), 1 + draw(4), bytes(), 3_600,
      pick([known.history, known.history, 'other'])),
    () => script('take-lease', [checkpoint], pick(['me', 'me', 'you']), pick([1, 60_000])),
    known => script('renew-lease', [checkpoint], lease(known), 60_000),
    known => script('release-lease', [checkpoint], lease(known)),
  ]
  return known => pick(makers)(known)
}
