export { Appender, type AppendInput, type Appended, type AppenderOptions } from './appender.js'
export {
  appendErasure, erasureName, readErasures, readKey, readmitKey, voidRecords, type EraseRequest,
  type KeyPlace, type KnownId, type LastErasure,
} from './erasure.js'
export { commitBatch, type Commit, type CommitKeys, type HashChange } from './commit.js'
export {
  ownershipArgument, releaseLease, renewLease, takeLease, type Checkpoint, type Lease, type Ownership,
} from './lease.js'
export { LogReader, readOutbox, readRange, type Entry, type EntryTaker, type OutboxEntry } from './reader.js'
export { sealLog } from './seal.js'
export { createTopic, topicPartitions } from './topic.js'
