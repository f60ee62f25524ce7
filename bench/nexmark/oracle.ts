/**
 * The oracle: the same events in an embedded ClickHouse of its own, and one SQL statement per query.
 *
 *   events               every event, in the order of the log: `seq`; `at` is its event time
 *   accepted             when the log accepted it
 *   bid auction person   views of it; `wm` is the watermark of a log keyed by auction when the event came:
 *                        the greatest event time before it in its partition, less the out-of-order bound
 *   …_of_persons         the same, of a log keyed by person
 *   side                 the side input of q13
 *
 * O1  Of the engine it takes only the order of the log, the partition of each key, and when the log accepted
 *     an event.
 * O2  Results are equal when they hold the same rows equally often.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { partitionOf } from '../../engine/index.js'
import type { NexmarkEvent } from './events.js'
import { sideInput } from './generator.js'
import { outOfOrderMs } from './limits.js'
import { keyings, type Row } from './query.js'

const rowsPerInsert = 50_000

const view = (name: string, columns: string, kind: string, partition: string): string =>
  `CREATE VIEW ${name} AS SELECT ${columns}, at, extra, accepted, wm, day, minute FROM (SELECT *,
    max(at) OVER (PARTITION BY ${partition} ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
      - ${outOfOrderMs} AS wm,
    formatDateTime(fromUnixTimestamp64Milli(at, 'UTC'), '%F') AS day,
    formatDateTime(fromUnixTimestamp64Milli(at, 'UTC'), '%H:%i') AS minute,
    joinGet('default.accepted', 'at', seq) AS accepted
    FROM events) WHERE kind = '${kind}'`

const bidColumns = 'id AS auction, other AS bidder, price, a AS channel, b AS url'
const auctionColumns = `id, a AS item, b AS description, price AS initial, reserve, expires, other AS seller,
  category`
const personColumns = 'id, a AS name, b AS email, c AS card, d AS city, e AS state'

const schema = [
  `CREATE TABLE events (seq UInt32, kind LowCardinality(String), id Int64, other Int64, price Int64,
    reserve Int64, expires Int64, category Int64, a String, b String, c String, d String, e String,
    at Int64, extra String, byAuction UInt16, byPerson UInt16)
    ENGINE = MergeTree ORDER BY seq`,
  'CREATE TABLE accepted (seq UInt32, at Int64) ENGINE = Join(ANY, LEFT, seq)',
  'CREATE TABLE side (key Int64, value String) ENGINE = MergeTree ORDER BY key',
  view('bid', bidColumns, 'bid', 'byAuction'),
  view('auction', auctionColumns, 'auction', 'byAuction'),
  view('person', personColumns, 'person', 'byAuction'),
  view('auction_of_persons', auctionColumns, 'auction', 'byPerson'),
  view('person_of_persons', personColumns, 'person', 'byPerson'),
]

/** How far a result is from what the oracle says. */
export interface Comparison {
  readonly rows: number
  readonly expected: number
  /** Rows that one side has more often than the other, a few of them. */
  readonly missing: readonly string[]
  readonly surplus: readonly string[]
}

/** A running oracle. */
export class Oracle {
  readonly #child: ChildProcess
  readonly #url: string
  readonly version: string

  private constructor(child: ChildProcess, url: string, version: string) {
    this.#child = child
    this.#url = url
    this.version = version
  }

  /** Starts an embedded ClickHouse in a process of its own. */
  static async start(dataDir: string): Promise<Oracle> {
    const child = fork(new URL('./clickhouse-process.js', import.meta.url), [dataDir])
    const { url, version } = await new Promise<{ url: string, version: string }>((resolve, reject) => {
      child.once('message', message => resolve(message as { url: string, version: string }))
      child.once('exit', code => reject(new Error(`the oracle's process ended with ${code}`)))
    })
    child.removeAllListeners('exit')
    const oracle = new Oracle(child, url, version)
    for (const statement of schema) await oracle.#ask(statement)
    await oracle.#insert('side', sideInput().map(({ key, value }) => [key, value]))
    return oracle
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = new Promise(resolve => this.#child.once('exit', resolve))
    this.#child.disconnect()
    await ended
  }

  /** Replaces the events: in the order of the log, with the time at which it accepted each. */
  async load(events: Iterable<NexmarkEvent>, partitions: number): Promise<void> {
    await this.#ask('TRUNCATE TABLE events')
    let rows: Row[] = []
    let seq = 0
    for (const event of events) {
      rows.push(rowOf(event, seq++, partitions))
      if (rows.length < rowsPerInsert) continue
      await this.#insert('events', rows)
      rows = []
    }
    if (rows.length > 0) await this.#insert('events', rows)
  }

  /** Says when the log accepted each event, in its order. */
  async loadAccepted(accepted: readonly number[]): Promise<void> {
    await this.#ask('TRUNCATE TABLE accepted')
    for (let from = 0; from < accepted.length; from += rowsPerInsert) {
      await this.#insert('accepted',
        accepted.slice(from, from + rowsPerInsert).map((at, i) => [from + i, at]))
    }
  }

  /** Compares rows, each as a line of JSON, with what a statement says. */
  async compare(lines: AsyncIterable<string> | Iterable<string>, sql: string): Promise<Comparison> {
    const counts = new Map<string, number>()
    let rows = 0
    for await (const line of lines) {
      rows++
      add(counts, line, 1)
    }
    let expected = 0
    for await (const line of this.#lines(`${sql} FORMAT JSONCompactEachRow`)) {
      expected++
      add(counts, JSON.stringify(JSON.parse(line)), -1)
    }
    const some = (sign: number): string[] => [...counts]
      .filter(([, n]) => n * sign > 0).slice(0, 5).map(([row]) => row)
    return { rows, expected, missing: some(-1), surplus: some(1) }
  }

  async #insert(table: string, rows: readonly Row[]): Promise<void> {
    const body = rows.map(row => JSON.stringify(row)).join('\n')
    await this.#ask(`INSERT INTO ${table} FORMAT JSONCompactEachRow\n${body}`)
  }

  async *#lines(sql: string): AsyncGenerator<string> {
    const response = await this.#ask(sql)
    let rest = ''
    const decoder = new TextDecoder()
    for await (const piece of response.body!) {
      const lines = (rest + decoder.decode(piece as Uint8Array, { stream: true })).split('\n')
      rest = lines.pop()!
      yield* lines
    }
  }

  /** Each over a connection of its own: one that rests between two queries may end as the next is sent. */
  async #ask(sql: string): Promise<Response> {
    const response = await fetch(`${this.#url}/?output_format_json_quote_64bit_integers=0`,
      { method: 'POST', body: sql, headers: { Connection: 'close' } })
    if (!response.ok) throw new Error(`the oracle answered ${response.status}: ${await response.text()}`)
    return response
  }
}

function add(counts: Map<string, number>, row: string, n: number): void {
  const sum = (counts.get(row) ?? 0) + n
  if (sum === 0) counts.delete(row)
  else counts.set(row, sum)
}

function rowOf(event: NexmarkEvent, seq: number, partitions: number): Row {
  const places = [partitionOf(keyings.auction(event), partitions),
    partitionOf(keyings.person(event), partitions)]
  const { kind, dateTime, extra } = event
  const rest = [dateTime, extra, ...places]
  switch (kind) {
    case 'bid':
      return [seq, kind, event.auction, event.bidder, event.price, 0, 0, 0, event.channel, event.url, '', '',
        '', ...rest]
    case 'auction':
      return [seq, kind, event.id, event.seller, event.initialBid, event.reserve, event.expires,
        event.category, event.itemName, event.description, '', '', '', ...rest]
    case 'person':
      return [seq, kind, event.id, 0, 0, 0, 0, 0, event.name, event.email, event.creditCard, event.city,
        event.state, ...rest]
  }
}
