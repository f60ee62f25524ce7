/**
 * Every bound of the engine, in one place (G8). A name ends in `Max` or its unit; the comment says why the
 * number.
 */

/** Records of one block: 100 HiNATA records of 500 bytes are 50 KB, far above Redis' per-command cost. */
export const blockRecordsMax = 500

/** Bytes of one block: Redis copies a block into its reply buffers, so keep it well below a megabyte. */
export const blockBytesMax = 512 * 1_024

/** Bytes of one packed record: a note of 50,000 characters in a 4-byte script plus 64 KiB raw data fits. */
export const recordBytesMax = 384 * 1_024

/**
 * Names of fields whose packed form is kept. An app's raw data may bring any names: a full list starts anew.
 */
export const fieldNamesMax = 4_096

/** Records that wait in an appender before it refuses more: two seconds at 100,000 a second. */
export const appenderRecordsMax = 200_000

/** Records appended to a partition and not folded yet, before the log says LOG_FULL. */
export const logUnreadRecordsMax = 50_000

/** Values emitted by a partition and not inserted by its slowest sink, before the task stops folding. */
export const outboxValuesMax = 200_000

/** How long an appender is remembered for repeated blocks, seconds: longer than any reconnection lasts. */
export const appenderMemorySeconds = 3_600

/** How long one WAIT for a replica takes, ms: far longer than a replica that keeps up needs. */
export const replicaWaitMs = 1_000

/** How often a write is sent again until a replica has it: a failover of Redis Cluster takes some seconds. */
export const replicaTriesMax = 15

/** Entries of one partition that one read brings. */
export const readEntriesMax = 64

/** Entries that a task holds read but not folded; beyond it the partition is not read. */
export const taskEntriesMax = 256

/** Bytes of these entries; what one read brings may go beyond it. A thousand large records fit. */
export const taskBytesMax = 4 * 1_024 * 1_024

/** Bytes that the stages made of them and nobody folded yet; beyond it no more are sent to the stages. */
export const stagedBytesMax = 8 * 1_024 * 1_024

/** Time that a batch may be folded before it is committed, ms: bounds commit latency. */
export const foldBudgetMs = 25

/** Time that a fold keeps the node's thread at a stretch, ms: bounds how long a question to a view waits. */
export const foldStretchMs = 4

/** Tasks of a node that are between the loading of a batch and its commit. */
export const foldTurnsMax = 4

/** A turn that lasts longer waits for Redis, and holds up the others no more, ms. */
export const turnMsMax = 250

/** Records of one commit, so that the script's arguments stay far below Redis' limits. */
export const commitRecordsMax = 4_000

/**
 * Memory of the activations of one node, as objects, before the least recently used are passivated: V8 walks
 * all of it for every collection of the whole heap, which is a dozen a minute under load.
 */
export const activationBytesMax = 768 * 1_024 * 1_024

/**
 * How long after a takeover a partition's loading of actors is rationed, ms: those who are active come within
 * seconds.
 */
export const warmUpMs = 10_000

/**
 * State that partitions which were taken over load in a second: a person of 60 KB takes 1 ms of the main
 * thread, so less than half of it.
 */
export const warmUpBytesPerSecondMax = 24 * 1_024 * 1_024

/** State that they load at once: as long as `foldBudgetMs`, so that the others wait no longer than usual. */
export const warmUpBytesAtOnceMax = 1_024 * 1_024

/** Timers of one partition: their index lives in memory, about 150 bytes each. */
export const timersMax = 1_000_000

/** Turns that one record may cause by telling: a loop between actors ends here as a failure of the record. */
export const tellsMax = 10_000

/** How often a version that is not live looks whether the live one has gone on, ms. */
export const followPollMs = 20

/** How long one partition may be held for a switch between versions, ms: longer would be felt. */
export const switchHoldMsMax = 3_000

/** Records that the next version may be behind when a partition is held for its switch. */
export const switchBehindMax = 500

/** Partitions that are switched at once. */
export const switchesAtOnceMax = 4

/** Packed bytes of one batch of a sink: unpacked, with its rows, a batch is several times that. */
export const sinkBatchBytesMax = 32 * 1_024 * 1_024

/** Bytes that are read of a savepoint's file at once; frames are mostly smaller. */
export const savepointFrameBytesMax = 1_024 * 1_024

/** Changes that a savepoint reads at one instant: commits wait for as long as Redis takes, milliseconds. */
export const savepointChangesMax = 2_000

/** Entries of the outbox that a savepoint reads at that instant. */
export const savepointEntriesMax = 64

/**
 * How often a savepoint reads what changed meanwhile. A partition that still changes faster than it is read
 * is held.
 */
export const savepointRoundsMax = 16

/** How long changes are noted for a savepoint that gives no sign of life, ms. */
export const savepointNotedMs = 60_000

/** How long one partition may be held while it is saved, ms: its persons wait, nothing is refused. */
export const savepointHoldMsMax = 30_000

/** Keys that are read at once for a savepoint. */
export const savepointKeysAtOnceMax = 64

/** A question to a node: longer means that the asker has given up. */
export const queryTimeoutMs = 10_000

/** Bytes of one frame between gateway and node. */
export const queryFrameBytesMax = 64 * 1_024 * 1_024

/** Questions a node answers at once. */
export const queriesInFlightMax = 256

/**
 * Groups of entries of one task that are in the stages at once: enough to keep the threads busy, little to
 * hold.
 */
export const stageGroupsMax = 3

/**
 * Bytes of the blocks of one such group, so that many small blocks cost one trip to a thread: some 256 HiNATA
 * records.
 */
export const stageGroupBytesMax = 128 * 1_024

/** Dead letters that are read at once: each may hold a record of the largest size. */
export const letterPageEntries = 64

/** Records of one redriven block: few, as each carries its letter's error beside its value. */
export const redriveRecordsMax = 100

/** How long a redrive waits for its records to be folded, ms. */
export const redriveWaitMs = 10_000

/** Rounds of a redrive of a parked actor that records keep coming for. */
export const redriveRoundsMax = 50

/** Share of a batch's records that must fail for the batch to count against its partition. */
export const breakerShare = 0.5

/**
 * Records that must have failed in consecutive such batches before the partition is paused: more than one bad
 * submission of a person leaves, few enough to be looked at one by one.
 */
export const breakerFailuresMin = 20

/** Delay before a halted partition is tried again, ms; it doubles while the same place fails. */
export const haltDelayFirstMs = 1_000

/** The longest such delay: a fault that is mended is noticed within a minute. */
export const haltDelayMaxMs = 60_000

/** Without a commit for this long, a task that has work is unhealthy, ms. */
export const stallMsDefault = 15_000

/** Keys that the hot-key sketch of a node holds: any key with a 64th of the records is among them. */
export const hotKeysKept = 64

/** Hot keys that a node names. */
export const hotKeysShown = 5

/** Ids with several contents whose last one a verification remembers: what is beyond is not compared. */
export const revisedIdsMax = 100_000

/** How often a log is rewritten anew when another rewriting came first. */
export const rewriteTriesMax = 20

/** How long outputs stay after an erasure was passed, so that whoever follows them hears of it. */
export const followersMs = 1_000

/** How often a key is read again because records of it came meanwhile, before its erasure gives up. */
export const erasureTriesMax = 20

/** Bytes of the records of one key that may be said once more behind an erasure: they are one script call. */
export const erasureRestBytesMax = 256 * 1_024 * 1_024

/** Data keys that a process remembers, some 300 bytes each: those of all persons who are active. */
export const dataKeysKept = 50_000

/** Data keys that are read or wrapped anew at once. */
export const dataKeysPerRead = 500

/** How often a block is encrypted anew because an erasure came meanwhile, before its records are refused. */
export const appendTriesMax = 5
