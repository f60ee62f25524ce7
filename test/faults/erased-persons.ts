/**
 * Persons who are erased while processes die: each has records of words that nobody else has, so that what is
 * left of them is found wherever it is.
 */
import { ask, adminKey, get, post, recordOf } from '../gateway/system.js'
import { until } from '../support/until.js'
import type { ErasureRig } from './erasure-rig.js'

/** A person, or one of their records. */
export type Scope = 'person' | 'record'

/** What an erasure answers. */
export interface Receipt {
  readonly erasure_id: string
  readonly status: string
  readonly scope: Scope
  readonly files: string
  readonly removed: { readonly log_records: number } | null
}

/** Of each person. One of them is the one that is forgotten, in the scope `record`. */
const records = 4

/** The persons of one rig. */
export class ErasedPersons {
  readonly #rig: ErasureRig
  #persons = 0
  /** Records of all persons that were acknowledged. */
  acknowledged = 0

  constructor(rig: ErasureRig) {
    this.#rig = rig
  }

  /** A new person with records, folded. */
  async add(url: string): Promise<string> {
    const person = `p${this.#persons++}`
    const { body } = await post(url, '/api/hinata/submit', adminKey, {
      user_id: person,
      hinata_batch: Array.from({ length: records }, (_, i) => recordOf(`r${i}`, {
        highlight: `I want to learn ${wordOf(person, i)} cooking`, note: '', tag: [wordOf(person, i)],
      })),
    })
    await this.#rig.settled(person) // its partition may just have lost its node
    this.acknowledged += (body as { processed_count?: number }).processed_count ?? 0
    return person
  }

  /** Asks for an erasure. */
  async erase(url: string, person: string, scope: Scope): Promise<Receipt> {
    const path = scope === 'person' ? `/api/users/${person}` : `/api/hinata/r0?user_id=${person}`
    const { status, body } = await ask(url, path, adminKey, { method: 'DELETE' })
    if (status !== 200 && status !== 202) throw new Error(JSON.stringify(body))
    return body as Receipt
  }

  /** The receipt of an erasure, once it is done. Throws with what it says when it never is. */
  async receipt(url: string, id: string): Promise<Receipt> {
    let seen: unknown
    return until('the erasure is done', async () => {
      seen = (await get(url, `/api/erasures/${id}`, adminKey)).body
      return (seen as Receipt).status === 'done' ? seen as Receipt : null
    }).catch(() => {
      throw new Error(`never done: ${JSON.stringify(seen)}`)
    })
  }

  /** What is not as it must be after an erasure. */
  async wrongIn(url: string, person: string, receipt: Receipt): Promise<string[]> {
    const { scope, files, removed } = receipt
    const wrong = [
      ...(files === 'rewritten' ? [] : ['the files are not rewritten']),
      ...(removed?.log_records === records + 1 ? [] : [`the receipt says ${removed?.log_records} records`]),
    ]
    await this.#rig.settled(person) // what stays is folded behind the erasure
    for (let i = 0; i < records; i++) {
      const word = wordOf(person, i)
      const goes = scope === 'person' || i === 0
      const places = await this.#rig.placesOf(word)
      const { body } = await post(url, '/api/hinata/search', adminKey,
        { user_id: person, query_text: word, min_relevance_score: 0 })
      const isAnswered = JSON.stringify((body as { results?: unknown }).results ?? []).includes(word)
      if (goes && places.length > 0) wrong.push(`record ${i} is in ${places.join(' ')}`)
      if (goes && isAnswered) wrong.push(`record ${i} is found`)
      if (!goes && places.length === 0) wrong.push(`record ${i} is lost`)
    }
    return wrong
  }
}

function wordOf(person: string, i: number): string {
  return `zanzi${person}x${i}x`
}
