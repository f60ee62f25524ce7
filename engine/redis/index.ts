export {
  closeRedis, fieldsOf, openRedis, send, type RedisConnection, type RedisPlace,
} from './connection.js'
export { JoinedArgument, type RedisArgument, type SentArgument } from './frame.js'
export { assertDurability, assertSafeRedis, checkRedis, type Durability, type RedisFacts } from './safety.js'
export { loadScript, registerScripts, runScript, type Script } from './script.js'
export { replicated, replicatedIfAny } from './replicated.js'
export { rewriteFiles } from './files.js'
export { openRegistry, redisTime, type Registry } from './registry.js'
export { openAllowances, type Allowance, type Allowances, type Taken } from './allowance.js'
