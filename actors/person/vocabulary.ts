/**
 * The person's vocabulary of tags: one spelling per tag, whatever its variants. It keeps enrichment from
 * inventing ten thousand tags for two thousand bookmarks: known tags are preferred, and new ones grow fewer
 * as the vocabulary grows.
 */
import type { MapCell, MapIndex } from '../../engine/index.js'
import { tagKey } from '../enrichment/index.js'
import { hash32 } from '../text/index.js'

/** Spellings kept; a new tag beyond it is used but not remembered. */
const TAGS_KEPT_MAX = 3_000
/** New tags that one record may bring, by the size of the vocabulary. */
const ALLOWANCES: readonly (readonly [size: number, allowed: number])[] = [
  [200, 10],
  [500, 4],
  [1_000, 2],
]

/**
 * Remembers the person's own tags; enhanced tags come back in the person's spelling, new ones within the
 * allowance. In a large vocabulary only a record without any known tag brings a new one.
 */
export function spell(
  tags: MapCell<string>,
  given: readonly string[],
  enhanced: readonly string[],
): string[] {
  const keys = enhanced.map(tagKey)
  let allowance =
    ALLOWANCES.find(([size]) => tags.size < size)?.[1] ?? (keys.some(key => tags.has(key)) ? 0 : 1)
  for (const tag of given) learn(tags, tagKey(tag), tag)
  const chosen: string[] = []
  for (let i = 0; i < enhanced.length; i += 1) {
    const spelled = tags.get(keys[i])
    if (spelled === undefined && allowance === 0) continue
    if (spelled === undefined) {
      allowance -= 1
      learn(tags, keys[i], enhanced[i])
    }
    const tag = spelled ?? enhanced[i]
    if (!chosen.includes(tag) && !given.includes(tag)) chosen.push(tag)
  }
  return chosen
}

function learn(tags: MapCell<string>, key: string, tag: string): void {
  if (key !== '' && tags.size < TAGS_KEPT_MAX && !tags.has(key)) tags.put(key, tag)
}

/**
 * The spelling of a tag by the hash of its key. Follows the vocabulary (its cell tells every change); asleep
 * until a tag is asked for, which only records without tags do.
 */
export class TagsByHash implements MapIndex<string> {
  #keys: Map<number, readonly string[]> | undefined

  constructor(private readonly tags: MapCell<string>) {}

  changed(key: string, before: string | undefined, after: string | undefined): void {
    if (this.#keys === undefined || (before === undefined) === (after === undefined)) return
    const hash = hash32(key, 0)
    const others = (this.#keys.get(hash) ?? []).filter(other => other !== key)
    if (after === undefined && others.length === 0) this.#keys.delete(hash)
    else this.#keys.set(hash, after === undefined ? others : [...others, key].sort())
  }

  /** Spellings of the tags with this hash: one, as good as always. */
  spellings(hash: number): string[] {
    if (this.#keys === undefined) {
      this.#keys = new Map()
      for (const [key, tag] of this.tags.entries()) this.changed(key, undefined, tag)
    }
    return (this.#keys.get(hash) ?? []).flatMap(key => this.tags.get(key) ?? [])
  }
}
