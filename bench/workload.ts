/**
 * The workload of keyed benchmarks: which key each record has. Drawn once from a seed and shared by all
 * sides, so that they do the same work in the same order.
 */
import { hashText } from '../engine/index.js'

/** Keys of `records` records: `keys` different ones, Zipf-distributed with exponent `skew`. */
export function zipfKeys(options: { records: number, keys: number, skew: number, seed: number }): string[] {
  const { records, keys, skew, seed } = options
  const cumulative = new Float64Array(keys)
  let sum = 0
  for (let rank = 0; rank < keys; rank++) cumulative[rank] = sum += 1 / (rank + 1) ** skew
  const random = (i: number): number => hashText(`${seed}/${i}`) / 0x1_0000_0000
  return Array.from({ length: records }, (_, i) => `key-${rankOf(cumulative, random(i) * sum)}`)
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
