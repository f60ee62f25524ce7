export { movable, ThreadPool } from './pool.js'
export { runSafely, type StagedBlock, type StageTask } from './stage-thread.js'
export type { QueryOutcome, ShardTask } from './shard-thread.js'
