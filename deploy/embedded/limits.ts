/**
 * Every bound of the embedded ClickHouse server, in one place, each with its reason.
 */

/**
 * Queries that run inside the engine at once. One thread of Node's four stays free for files and compression.
 */
export const runningQueriesMax = 3

/**
 * Queries that may wait for their turn; beyond it the answer is 503 with code 202, so that clients back off.
 */
export const waitingQueriesMax = 128

/** Bytes in which the head of an INSERT must end (ClickHouse's own max_query_size). */
export const headBytesMax = 256 * 1024

/**
 * Bytes of a statement that is not followed by data, VALUES lists included: it is held in memory and read by
 * the guard.
 */
export const statementBytesMax = 8 * 1024 * 1024

/** Bytes of data one INSERT may bring, unpacked: they wait on disk until the last one has arrived. */
export const insertBytesMax = 8 * 1024 * 1024 * 1024

/** Bytes of an answer that is built whole (see `QueryPlan`): it lives in memory until it is sent. */
export const wholeAnswerBytesMax = 512 * 1024 * 1024

/** Parts of a multipart form: a query, its parameters, nothing like a file upload. */
export const formPartsMax = 256

/** Sessions with a `session_id` that live at once: each holds a connection and its temporary tables. */
export const namedSessionsMax = 64
/** Seconds an unused session lives at most, whatever it asked for. */
export const sessionTimeoutSecondsMax = 3_600

/** How long a stop waits for running queries before it kills them. */
export const drainMsMax = 10_000

/**
 * How often a kill is repeated until the query has ended: it may not have reached the engine when it was
 * aborted.
 */
export const killRepeatMs = 100

/** From the exception block of a broken answer to the break, unless the client, maybe busy, leaves first. */
export const breakOffMs = 1_000

/** Seconds that a query of an analyst may run: many times what the slowest question of the docs takes. */
export const analystSeconds = 30

/**
 * From the engine's own end of such a query to ours, which also counts the wait for a place and for a slow
 * reader, ms.
 */
export const analystGraceMs = 30_000

/** Memory of a query of an analyst: a GROUP BY of some million keys, far from all of a small machine. */
export const analystMemoryBytes = 1_024 * 1_024 * 1_024

/** Rows of an answer to an analyst: a notebook takes it, a copy of everything is an export's work. */
export const analystResultRows = 1_000_000

/** Rows that a query of an analyst may read, sums over all its tables. */
export const analystReadRows = 1_000_000_000

/** Bytes of an answer to an analyst. */
export const analystResultBytes = 256 * 1_024 * 1_024

/** Threads of a query of an analyst, whatever the machine has. */
export const analystThreadsMax = 2

/** Places of the engine that analysts may take together: one is always left to the sinks. */
export const analystQueriesMax = 2
