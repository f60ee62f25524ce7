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
