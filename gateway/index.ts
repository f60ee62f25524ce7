/** The gateway's public face: start one, talk to one. */
export * from './client/node.js'
export { noteErasedAgain, type ErasureFacts } from './erasure/erasures.js'
export { startGateway, type Gateway, type GatewayOptions } from './gateway.js'
export type { TrustedIssuer } from './identity/user-tokens.js'
export type { GatewayLimits } from './limits.js'
export type { AccessStore } from './privacy/access-store.js'
export { MasterKeyFile } from './privacy/master-keys.js'
export type { SystemStatus } from './status.js'
