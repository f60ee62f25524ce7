/**
 * What the figures of a benchmark teach, and the reason of each loss, for its page. Kept beside the code that
 * measures, so that who changes the one sees the other. No figures here: those are generated.
 */

/** Sentences by the name of the report. */
export const remarks: Readonly<Record<string, readonly string[]>> = {
}
