/**
 * How deep an actor lies: the greatest number of hops that a message may have made before it arrives, from
 * record to actor by a route that re-keys, or from actor to actor by telling. Event time needs to know,
 * because each hop may lead to another partition, whose watermark is another.
 */
import type { ActorType } from '../actor/index.js'
import { HinataError } from '../errors/index.js'
import { routesOf, type Topology } from './topology.js'

/** Depth by actor type; 0 for those that records reach directly. Throws TELLS_IN_CIRCLE. */
export function depthsOf(topology: Topology): ReadonlyMap<string, number> {
  const depths = new Map<string, number>(topology.actors.map(({ type }) => [type, 0]))
  const lower = (actor: ActorType, depth: number, path: readonly string[]): void => {
    if (path.includes(actor.type)) {
      throw new HinataError('TELLS_IN_CIRCLE', { path: [...path, actor.type].join(' → ') })
    }
    depths.set(actor.type, Math.max(depths.get(actor.type) ?? 0, depth))
    for (const told of actor.tells) lower(told, depth + 1, [...path, actor.type])
  }
  for (const route of routesOf(topology)) lower(route.actor, route.key ? 1 : 0, [])
  for (const actor of topology.actors) lower(actor, 0, [])
  return depths
}
