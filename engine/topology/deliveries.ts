/** Where a staged record goes: the routes of its topology, or the actor that a relayed message names. */
import type { ActorType } from '../actor/index.js'
import type { StagedRecord } from './staged.js'
import { routesOf, type Route, type Topology } from './topology.js'

/** One message to one actor. */
export interface Delivery {
  /** undefined: a relayed message names an actor that the topology does not have. */
  readonly actor: ActorType | undefined
  readonly key: string
  readonly message: string
  readonly body: unknown
}

/** Finds the deliveries of records. */
export class Deliveries {
  readonly #routes: readonly Route[]
  readonly #actors: ReadonlyMap<string, ActorType>

  constructor(topology: Topology, actors: ReadonlyMap<string, ActorType>) {
    this.#routes = routesOf(topology)
    this.#actors = actors
  }

  /** Those of a record's value or message, in order. Throws what a route's function throws. */
  of({ key, outcome }: StagedRecord): Delivery[] {
    if (outcome.kind === 'told') {
      const { actor, message, body } = outcome
      return [{ actor: this.#actors.get(actor), key, message, body }]
    }
    if (outcome.kind !== 'value') return []
    const value = outcome.value as never
    const deliveries: Delivery[] = []
    for (const route of this.#routes) {
      if (route.where && !route.where(value)) continue
      const { actor, message } = route
      deliveries.push({ actor, key: route.key ? route.key(value) : key, message,
        body: route.body ? route.body(value) : value })
    }
    return deliveries
  }
}
