/** The gateway's public face: start one, talk to one. */
export { connect, GatewayRefusal, type ClientOptions, type HinataClient } from './client/client.js'
export type { Ack } from './client/batches.js'
export type { LiveUpdate } from './client/inbox.js'
export { startGateway, type Gateway, type GatewayOptions } from './gateway.js'
export type { TrustedIssuer } from './identity/user-tokens.js'
export type { GatewayLimits } from './limits.js'
export type { AccessStore } from './privacy/access-store.js'
export type { SystemStatus } from './status.js'
