export { movable, movableWhole, ThreadPool } from './pool.js'
export { runSafely, type StagedBlock, type StagedColumns, type StageTask } from './stage-thread.js'
export type { QueryOutcome, ShardTask } from './shard-thread.js'
export type { SinkTask } from './sink-thread.js'
