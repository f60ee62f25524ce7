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

/** Records that wait in an appender before it refuses more: two seconds at 100,000 a second. */
export const appenderRecordsMax = 200_000

/** Records appended to a partition and not folded yet, before the log says LOG_FULL. */
export const logUnreadRecordsMax = 50_000

/** Values emitted by a partition and not inserted by its slowest sink, before the task stops folding. */
export const outboxValuesMax = 200_000

/** How long an appender is remembered for repeated blocks, seconds: longer than any reconnection lasts. */
export const appenderMemorySeconds = 3_600

/** Entries of one partition that one read brings. */
export const readEntriesMax = 64

/** Entries that a task holds read but not folded; beyond it the partition is not read. */
export const taskEntriesMax = 256

/**
 * Time that a batch may be folded before it is committed, ms: bounds commit latency and the event loop's
 * stalls.
 */
export const foldBudgetMs = 25

/** Records of one commit, so that the script's arguments stay far below Redis' limits. */
export const commitRecordsMax = 4_000

/** Memory of the activations of one node before the least recently used are passivated. */
export const activationBytesMax = 512 * 1_024 * 1_024

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

/** Bytes that are read of a savepoint's file at once; frames are mostly smaller. */
export const savepointFrameBytesMax = 1_024 * 1_024

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

/** Records of one such group, so that many small blocks cost one trip to a thread. */
export const stageGroupRecordsMax = 256
