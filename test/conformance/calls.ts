/**
 * Seeded random calls for Redis: commands and scripts of the engine over a few keys, so that they meet. Some
 * of what a call needs was answered by an earlier one: epochs, entries, histories.
 */
import type { RedisArgument } from '../../engine/redis/index.js'
import { Keyspace } from '../../engine/record/keys.js'
import { encodeValue } from '../../engine/record/pack.js'

/** One call. */
export type Call =
  | { readonly command: string, readonly args: RedisArgument[] }
  | { readonly script: string, readonly keys: string[], readonly args: RedisArgument[] }

/** What earlier calls answered, as far as later ones need it. */
export interface Known {
  epoch: number
  sequence: number
  entry: string
  /** The last entry that a script appended to the log, if it told. */
  appended: string
  readonly history: string
  /** A dead letter's entry. */
  letter: string
}

const keys = new Keyspace('c')
const [log, meta] = [keys.log(0, 'in'), keys.meta(0, 'in')]
const [checkpoint, outbox] = [keys.checkpoint(0, 'top.1'), keys.outbox(0, 'top.1')]
const [timers, dead] = [keys.timers(0, 'top.1'), keys.dead(0, 'top.1')]
const changed = keys.changed(0, 'top.1')
const sink = keys.sink(0, 'top.1', 'rows')
const states = ['ada', 'bob'].map(key => keys.state(0, 'top.1', 'person', key))
const ids = ['ada', 'bob'].map(key => keys.ids(0, 'in', key))
const hashes = [...states, meta, 'h']
const streams = [log, outbox, 's']

/** What calls are drawn with. */
class Draw {
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]
  }

  some<T>(make: () => T, least = 1): T[] {
    return Array.from({ length: least + this.below(3) }, make)
  }

  field(): string {
    return this.pick(['a', 'b', 'c', 'ä', 'cell:1'])
  }

  bytes(): Buffer {
    return Buffer.from(Array.from({ length: this.below(6) }, () => this.below(256)))
  }

  mark(): string {
    return this.pick(['a', 'b']).repeat(16)
  }

  entry({ entry }: Known): string {
    return this.pick([entry, entry, '0-0', '5-0', '5-1', '40-0'])
  }

  lease({ epoch, history }: Known): string {
    return `${this.below(8) === 0 ? epoch - 1 : epoch}@${this.below(8) === 0 ? 'other' : history}`
  }
}

type Maker = (draw: Draw, known: Known) => Call

const command = (name: string, ...args: RedisArgument[]): Call => ({ command: name, args })
const script = (name: string, names: string[], ...args: RedisArgument[]): Call =>
  ({ script: name, keys: names, args })

const commandMakers: readonly Maker[] = [
  () => command('XRANGE', dead, '-', '+', 'COUNT', 1),
  draw => command('HSET', draw.pick(hashes), ...draw.some(() => [draw.field(), draw.bytes()]).flat()),
  draw => command('HSETNX', draw.pick(hashes), draw.field(), draw.bytes()),
  draw => command('HGET', draw.pick([...hashes, 'none', 's']), draw.field()),
  draw => command('HGETALL', draw.pick([...hashes, 'none', checkpoint])),
  draw => command('HVALS', draw.pick(hashes)),
  draw => command('HSCAN', draw.pick(hashes), '0', 'COUNT', 200),
  draw => command('HMGET', draw.pick([...hashes, 'none']), ...draw.some(() => draw.field())),
  draw => command('HDEL', draw.pick(hashes), ...draw.some(() => draw.field())),
  draw => command('HINCRBY', meta, 'n', draw.below(20) - 5),
  draw => command('SET', draw.pick(['k', 'l']), draw.below(9), ...draw.pick([['NX'], []])),
  draw => command('GET', draw.pick(['k', 'l', 'none', 's'])),
  draw => command('DEL', draw.pick(['k', 'l', 's', 'h'])),
  () => command('EXISTS', 'k', 'h', timers),
  draw => command('ZADD', timers, draw.below(9), draw.pick(['m', 'l']), draw.below(9), 'x\0y'),
  draw => command('ZREM', timers, draw.pick(['m', 'l', 'late']), 'none'),
  () => command('ZRANGE', timers, 0, -1, 'WITHSCORES'),
  () => command('ZCARD', timers),
  draw => draw.pick([command('HSET', changed, '', 'reader'), command('DEL', changed)]),
  draw => command('XADD', 's', draw.pick(['*', `${draw.below(50)}-${draw.below(3)}`]), 'd', draw.bytes()),
  (draw, known) => command('XRANGE', draw.pick(streams), draw.pick(['-', draw.entry(known),
    `(${draw.entry(known)}`]), draw.pick(['+', draw.entry(known)]), 'COUNT', 1 + draw.below(5)),
  (draw, known) => command('XREAD', 'COUNT', 1 + draw.below(4), 'STREAMS', log, 's', draw.entry(known),
    draw.entry(known)),
  draw => command('XTRIM', 's', 'MINID', draw.below(60)),
  draw => command('XINFO', 'STREAM', draw.pick(streams)),
]

const appendUnique: Maker = draw => {
  const groups = draw.some(() => {
    const ids = draw.some(() => draw.pick(['r1', 'r2']))
    return [draw.pick([5, 5, 6]), draw.mark(), ids, ids.map(() => draw.mark())]
  })
  const records = groups.flatMap(([, , ids]) => (ids as string[]).map(() => draw.bytes()))
  return script('append-unique',
    [log, meta, keys.appender(0, 'in', draw.pick(['x', 'z'])), keys.erasures(0, 'in'), ...ids],
    Buffer.concat(records), encodeValue(groups), encodeValue(records.map(({ length }) => length)),
    1 + draw.below(40), 3_600)
}

const commitBatch: Maker = (draw, known) => {
  const { sequence } = known
  const letters = draw.some(() => draw.bytes(), 0)
  const changes = draw.some(() =>
    [draw.pick(['late', 'early', 'x\0y']), draw.pick(['', 5, 1_763_720_574_123])], 0)
  return script('commit-batch', [checkpoint, outbox, timers, dead, changed, ...states], draw.lease(known),
    draw.pick([sequence, sequence, sequence, sequence - 1]), draw.pick(['7-0', '9-1']), draw.below(5),
    draw.below(5), draw.pick([Buffer.alloc(0), draw.bytes()]), letters.length, ...letters,
    changes.length, ...changes.flat(), ...states.flatMap((): RedisArgument[] => {
      const puts = draw.some(() => [draw.field(), draw.bytes()], 0)
      const removals = draw.some(() => draw.field(), 0)
      const count = draw.pick([puts.length, puts.length, -1 - puts.length])
      return [count, ...puts.flat(), removals.length, ...removals]
    }))
}

const scriptMakers: readonly Maker[] = [
  appendUnique, appendUnique, commitBatch, commitBatch, commitBatch,
  draw => script('append-block', [log, meta, keys.appender(0, 'in', draw.pick(['x', 'y']))],
    1 + draw.below(6), 1 + draw.below(5), draw.bytes(), 3_600),
  (draw, known) => script('fix-batch', [checkpoint, sink], draw.lease(known), draw.entry(known),
    draw.entry(known)),
  (draw, known) => script('advance-sink', [checkpoint, sink], draw.lease(known), draw.entry(known),
    draw.below(9)),
  (draw, known) => script('relay-block', [log, meta, keys.appender(0, 'in', 'relay:top.1:1')],
    draw.pick(['5-0', '5-1', '12-0', draw.entry(known)]), 1 + draw.below(4), draw.bytes(), 3_600,
    draw.pick([known.history, known.history, '', 'other'])),
  (draw, known) => script('seal-log', [draw.pick([log, 'none'])],
    draw.pick([known.appended, known.appended, '0-0']), draw.pick([5, 4_000_000_000_000])),
  (draw, known) => script('put-halt', [checkpoint, keys.halt(0, 'top.1')],
    draw.below(4) === 0 ? known.epoch - 1 : known.epoch,
    ...draw.pick([[], ['code', 'INTERNAL', 'tries', draw.below(9)]])),
  (draw, known) => script('move-letters', [dead, log, meta], 2, known.letter, draw.bytes(),
    draw.entry(known), draw.bytes()),
  () => script('read-lag', [keys.live(0, 'top'), log, meta, checkpoint, timers, dead, sink, 'none']),
  draw => script('take-lease', [checkpoint], draw.pick(['me', 'me', 'you']), draw.pick([1, 60_000])),
  (draw, known) => script('renew-lease', [checkpoint], draw.lease(known), 60_000),
  (draw, known) => script('release-lease', [checkpoint], draw.lease(known)),
]

const makers = [...commandMakers, ...scriptMakers]

/** Makes one call after another. */
export function callMaker(random: () => number): (known: Known) => Call {
  const draw = new Draw(random)
  return known => draw.pick(makers)(draw, known)
}
