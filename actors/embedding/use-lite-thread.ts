/** Runs in the thread of embedder-thread.ts: opens the embedder, then embeds what comes, call by call. */
import { parentPort } from 'node:worker_threads'
import { HinataError } from '../../engine/errors/index.js'
import type { ThreadAnswer } from './embedder-thread.js'
import { quantisedRows } from './quantise.js'
import { openUseLite } from './use-lite.js'

parentPort?.on('message', (texts: readonly string[]) => {
  answerTo(texts).then(answer => parentPort?.postMessage(answer), (error: unknown) => { throw error })
})

async function answerTo(texts: readonly string[]): Promise<ThreadAnswer> {
  try {
    const embedder = await openUseLite()
    return { vectors: quantisedRows(embedder, texts) }
  } catch (thrown) {
    if (!(thrown instanceof HinataError)) throw thrown
    return { failure: { code: thrown.code, details: thrown.details } }
  }
}
