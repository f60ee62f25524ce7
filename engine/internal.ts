export { openTopologyClientIn } from './topology/client.js'
export { startNodeIn } from './topology/node.js'
export type { Surroundings } from './topology/surroundings.js'
