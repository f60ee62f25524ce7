/** MiniSearch alone: the same notes in one index in memory, no vectors, no tenants, no writes meanwhile. */
import MiniSearch from 'minisearch'
import type { Note } from '../reads/notes.js'

/** Builds the index; what is returned answers how many notes a question finds. */
export function indexWithMinisearch(notes: readonly Note[]): (question: string) => number {
  const index = new MiniSearch<Note>({ fields: ['highlight', 'note', 'tag'] })
  index.addAll(notes)
  return question => index.search(question).slice(0, 10).length
}
