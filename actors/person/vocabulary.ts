/**
 * The person's vocabulary of tags: one spelling per tag, whatever its variants. It keeps enrichment from
 * inventing ten thousand tags for two thousand bookmarks: known tags are preferred, and new ones grow fewer
 * as the vocabulary grows.
 */
import type { MapCell } from '../../engine/index.js'
import { tagKey } from '../enrichment/index.js'

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
