/**
 * The stage of enrich-stage.ts in a pipeline with `use-lite`: statements and corrections also get what they
 * mean. Loading it opens the embedder, in the thread that loads it.
 */
import { openUseLite } from '../embedding/index.js'
import { stageWith } from './enrich-stage.js'

/** One StagedMessage per value, in order. */
export const run = stageWith(await openUseLite())
