export {
  closeRedis, fieldsOf, openRedis, send, type RedisArgument, type RedisConnection,
} from './connection.js'
export { assertDurability, assertSafeRedis, checkRedis, type Durability, type RedisFacts } from './safety.js'
export { loadScript, registerScripts, runScript, type Script } from './script.js'
export { openRegistry, redisTime, type Registry } from './registry.js'
