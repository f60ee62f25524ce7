export { AnalystRegister, type Analyst, type AnalystChoice } from './analysts.js'
export { startEmbeddedClickhouse, type EmbeddedClickhouse, type EmbeddedClickhouseOptions } from './server.js'
export type { EmbeddedUser } from './users.js'
