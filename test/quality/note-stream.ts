/** Records of real persons, as the metrics about a person's memory keep them. */
import type { DataFolder } from './data-folder.js'
import type { RecordInput } from './pipeline.js'

type FileLine = RecordInput & { readonly user_id: string }

/** The notes of one person, oldest first. */
export function notesOf(data: DataFolder): RecordInput[] {
  return data.notes().map(line => withoutPerson(JSON.parse(line) as FileLine))
}

/** Persons with at least `least` list entries, by name: their first `most` entries, oldest first. */
export function personsOf(data: DataFolder, least: number, most: number): Map<string, RecordInput[]> {
  const persons = new Map<string, RecordInput[]>()
  for (const line of data.listEntries()) {
    const entry = JSON.parse(line) as FileLine
    const known = persons.get(entry.user_id)
    if (known === undefined) persons.set(entry.user_id, [withoutPerson(entry)])
    else if (known.length < most) known.push(withoutPerson(entry))
  }
  return new Map([...persons].filter(([, records]) => records.length >= least))
}

function withoutPerson({ user_id: _person, ...record }: FileLine): RecordInput {
  return record
}
