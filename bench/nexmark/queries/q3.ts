/**
 * q3, local item suggestion: SELECT P.name, P.city, P.state, A.id FROM auction A JOIN person P ON A.seller =
 * P.id WHERE A.category = 10 AND P.state IN ('OR', 'ID', 'CA'). No windows: a seller may register after the
 * auction was opened.
 */
import { isAuction, isPerson, type Auction, type NexmarkEvent, type Person } from '../events.js'
import type { Query } from '../query.js'
import { oneToMany } from './one-to-many.js'

const states = ['OR', 'ID', 'CA']
const sellers = oneToMany<Pick<Person, 'name' | 'city' | 'state'>, Pick<Auction, 'id'>>('sellers',
  ({ name, city, state }, { id }) => (states.includes(state) ? [name, city, state, id] : undefined))

/** See the top of the file. */
export const q3: Query = {
  name: 'q3', title: 'Local item suggestion', keying: 'person',
  flow: {
    target: { actor: sellers, message: 'one', where: isPerson,
      body: ({ name, city, state }: Person) => ({ name, city, state }) },
    routes: [{ actor: sellers, message: 'many', body: ({ id }: Auction) => ({ id }),
      where: (event: NexmarkEvent) => isAuction(event) && event.category === 10 }],
    actors: [sellers],
  },
  rows: told => told.map(({ value }) => value as never),
  sql: `SELECT p.name, p.city, p.state, a.id FROM auction a JOIN person p ON a.seller = p.id
    WHERE a.category = 10 AND p.state IN ('OR', 'ID', 'CA')`,
}
