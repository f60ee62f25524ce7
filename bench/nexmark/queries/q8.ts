/**
 * q8, monitor new users: who registered and opened an auction within the same window of 10 seconds (TUMBLE):
 * SELECT P.id, P.name, P.starttime. Both streams go to one window, which is how to join within windows.
 */
import { tumbling, type Aggregate, type Pane } from '../../../engine/index.js'
import { isAuction, isPerson, type Auction, type Person } from '../events.js'
import { late, results, type Query } from '../query.js'

const sizeMs = 10_000

interface Newcomer {
  readonly name: string | null
  readonly hasAuction: boolean
}

const newcomer: Aggregate<Person | Auction, Newcomer, string | null> = {
  create: () => ({ name: null, hasAuction: false }),
  add: (before, event) => (event.kind === 'person' ? { ...before, name: event.name }
    : { ...before, hasAuction: true }),
  merge: (a, b) => ({ name: a.name ?? b.name, hasAuction: a.hasAuction || b.hasAuction }),
  result: ({ name, hasAuction }) => (hasAuction ? name : null),
}

const newcomers = tumbling({ type: 'newcomers', sizeMs, aggregate: newcomer, late, to: results })

/** See the top of the file. */
export const q8: Query = {
  name: 'q8', title: 'Monitor new users', keying: 'person',
  flow: {
    target: { actor: newcomers, message: 'add', where: isPerson },
    routes: [{ actor: newcomers, message: 'add', where: isAuction }],
    actors: [newcomers],
  },
  rows: told => told.flatMap(({ value }) => {
    const { key, start, result } = value as Pane<string | null>
    return result === null ? [] : [[Number(key), result, start]]
  }),
  sql: `SELECT p.id, p.name, p.start FROM
    (SELECT id, name, intDiv(at, ${sizeMs}) * ${sizeMs} AS start FROM person_of_persons
      WHERE start + ${sizeMs} > wm) p
    JOIN (SELECT DISTINCT seller, intDiv(at, ${sizeMs}) * ${sizeMs} AS start FROM auction_of_persons
      WHERE start + ${sizeMs} > wm) a ON p.id = a.seller AND p.start = a.start`,
  lateSql: `SELECT 'person', id, 0, 0, at FROM person_of_persons
      WHERE intDiv(at, ${sizeMs}) * ${sizeMs} + ${sizeMs} <= wm
    UNION ALL SELECT 'auction', id, 0, 0, at FROM auction_of_persons
      WHERE intDiv(at, ${sizeMs}) * ${sizeMs} + ${sizeMs} <= wm`,
}
