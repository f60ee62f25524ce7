/** The embedder that a run measures: chosen once, before anything is measured. */
import { openUseLite, quantisedRows, staticHash, type Embedder } from '../../actors/embedding/index.js'
import { requestOf, type Request } from '../../actors/psp/index.js'
import { embedders, settingsOfEmbedder, type EmbedderId } from '../../pipelines/hinata.js'

interface Chosen {
  readonly id: EmbedderId
  readonly embedder: Embedder
}

let chosen: Chosen = { id: 'static-hash', embedder: staticHash }

/** Chooses by name; undefined: the default one. Throws EMBEDDER_MISSING, and RangeError for another name. */
export async function chooseEmbedder(name: string | undefined): Promise<void> {
  const id = embedders.find(one => one === (name ?? embedders[0]))
  if (id === undefined) {
    throw new RangeError(`--embedder: one of ${embedders.join(', ')} expected, found ${name}`)
  }
  chosen = { id, embedder: id === 'use-lite' ? await openUseLite() : staticHash }
}

/** It. */
export function chosenEmbedder(): Embedder {
  return chosen.embedder
}

/** The settings of a pipeline that has it. */
export function chosenSettings(): Readonly<Record<string, number>> {
  return settingsOfEmbedder(chosen.id)
}

/** Has an embedder that remembers compute texts that will be asked for together, at a third of the time. */
export function foresee(texts: readonly string[]): void {
  if (chosen.id === 'use-lite') chosen.embedder.embedBatch(texts)
}

/** A request as the gateway reads it for persons of that pipeline. */
export function readRequest(text: string): Request {
  return requestOf(text, chosen.id === 'use-lite' ? quantisedRows(chosen.embedder, [text])[0] : undefined)
}
