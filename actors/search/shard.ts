/** The module of the view `search`, loaded once per shard thread: one view with the limits of production. */
import { searchLimits } from './limits.js'
import { openSearchView } from './view.js'

/** See ShardModule in engine/topology/topology.ts. */
export const { apply, query, restore } = openSearchView(searchLimits)
