/**
 * The workload of keyed benchmarks: which key each record has. Drawn once from a seed, written to a file, and
 * read from there by all sides, so that they do the same work in the same order.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { hashText } from '../../engine/index.js'

/** What is drawn: `keys` different ones, Zipf-distributed with exponent `skew`. */
export interface Draw {
  readonly records: number
  readonly keys: number
  readonly skew: number
  readonly seed: number
}

/** Writes the ranks of the drawn keys, 32 bits each. */
export function writeKeys(path: string, draw: Draw): void {
  writeFileSync(path, new Uint8Array(zipfRanks(draw).buffer))
}

/** The first `records` keys of a file; equal keys are one text, so that millions of them fit. */
export function readKeys(path: string, records: number): string[] {
  const bytes = readFileSync(path)
  if (bytes.byteLength < records * 4) throw new Error(`${path} has fewer than ${records} keys`)
  const keys = new Map<number, string>()
  const keyOf = (rank: number): string => {
    const key = keys.get(rank) ?? `key-${rank}`
    keys.set(rank, key)
    return key
  }
  return Array.from({ length: records }, (_, i) => keyOf(bytes.readUInt32LE(i * 4)))
}

/** Ranks of the keys of `records` records, the most frequent is 0. */
function zipfRanks({ records, keys, skew, seed }: Draw): Uint32Array {
  const cumulative = new Float64Array(keys)
  let sum = 0
  for (let rank = 0; rank < keys; rank++) cumulative[rank] = sum += 1 / (rank + 1) ** skew
  const random = (i: number): number => hashText(`${seed}/${i}`) / 0x1_0000_0000
  return Uint32Array.from({ length: records }, (_, i) => rankOf(cumulative, random(i) * sum))
}

function rankOf(cumulative: Float64Array, drawn: number): number {
  let low = 0
  let high = cumulative.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (cumulative[middle] < drawn) low = middle + 1
    else high = middle
  }
  return low
}
