export * from './errors/index.js'
export { ManualClock, systemClock, type Clock } from './clock/index.js'
export { hashText, partitionOf } from './record/hash.js'
export { Ages, decodeValue, encodeAround, encodeValue } from './record/index.js'
export { formatPosition, type LogRecord, type PlacedRecord, type Position } from './record/record.js'
export {
  addToSteps, counter, indexedMap, list, map, sumOfSteps, table, value, type CellsOf, type CounterCell,
  type CounterSteps, type IndexedMapCell, type ListCell, type MapCell, type MapIndex, type Moment,
  type StateDeclaration, type TableCell, timeline, type TimelineCell, type ValueCell,
} from './state/index.js'
export {
  actor, output, type ActorType, type Output, type Receiver, type Supervision, type TableReads,
  type EmitOptions, type TellOptions, type TimerDue, type TurnContext, type TypedActor,
} from './actor/index.js'
export {
  collect, count, dedupe, hopping, intervalJoin, mean, rekey, running, session, sliding, sum, tableJoin, top,
  topN, tumbling, type Aggregate, type DedupeOptions, type Destination, type FixedWindowOptions,
  type IntervalJoinOptions, type Late, type Pane, type Ranking, type Rekeyed, type RekeyOptions,
  type RunningOptions, type SessionOptions, type SlidingOptions, type TableJoinOptions, type To,
  type TopNOptions, type Trigger, type TumblingOptions, type Update, type WindowOptions,
} from './flow/index.js'
export {
  topic, type DeadLetter, type Emitted, type Erasure, type OpenSink, type Route, type ShardModule, type Sink,
  type SinkBatch, type SinkOpener, type SinkPace, type Stage, type StageFailure, type StageFunction,
  type Topic, type Topology, type View, type ViewAnswer, type ViewQuery,
} from './topology/topology.js'
export type { EventTimeOptions } from './topology/watermarks.js'
export { openTopologyClient, type TopologyClient, type TopologyClientOptions } from './topology/client.js'
export { startNode, type Node } from './topology/node.js'
export type { NodeOptions } from './topology/node-options.js'
export type { Eraser, KeyErasure, Passing, Retell, Swept } from './topology/eraser.js'
export type { NodeInfo } from './topology/node-info.js'
export { testDriver, type TestDriver } from './topology/test-driver.js'
export type { FollowEnd, Followed } from './topology/outbox.js'
export type { PartitionLag } from './topology/lag.js'
export { openOperations, type Operations, type OperationsOptions } from './topology/operations.js'
export { verifyTopology, type PartitionVerdict, type VerifyOptions } from './topology/verify.js'
export type { Identity, LogTally } from './topology/verify-log.js'
export type { Cut } from './topology/cut.js'
export { Findings, type Finding, type FindingKind } from './topology/findings.js'
export type { LetterChoice, LetterDesk, MoveReport } from './topology/letter-desk.js'
export type { LetterHead } from './topology/topology.js'
export type { Halt } from './topology/halt.js'
export type { NodeProblem } from './topology/health.js'
export type { HotKey } from './topology/hot-keys.js'
export { stallMsDefault } from './limits/index.js'
export type { AppendInput, Appended } from './log/index.js'
export {
  checkRedis, type Allowance, type Allowances, type Durability, type RedisFacts, type Registry, type Taken,
} from './redis/index.js'
export { channels, type CommitSpan, type InsertSpan, type StateChange } from './telemetry/index.js'
export {
  openVersions, type DeclaredVersion, type VersionProgress, type Versions,
} from './topology/versions.js'
export type { CellDifference, Difference, DiffOptions } from './topology/diff.js'
export type { PathDifference } from './topology/compare.js'
export { createSavepoint, type SavepointOptions } from './topology/savepoint-create.js'
export { restoreSavepoint, type RestoreOptions } from './topology/savepoint-restore.js'
export type { ErasedAgain, FindErasure, RestoredLog } from './topology/restored-log.js'
export { listSavepoints, type Savepoint } from './topology/savepoint.js'
export type { MasterKeys } from './cipher/index.js'
export type { Encryption } from './topology/encryption.js'
export { countDataKeys, rewrapDataKeys } from './topology/rewrap.js'
export { createArchive, type ArchiveOptions } from './topology/archive-create.js'
export type { Archive } from './topology/archive.js'
export { startJobs, type Job, type Jobs } from './jobs/index.js'
