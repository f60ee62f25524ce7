/**
 * Emissions of the outbox, encrypted: those of one key that stand together are one box, for a box costs more
 * than what is in it. Values without a key are nobody's and stay as they are.
 *
 *   emission   ['~box', key: str, box of the packed emissions, one after another]
 */
import type { Emission } from '../record/emission.js'
import { endOfValue } from '../record/extent.js'
import { decodeValue, encodeTriple } from '../record/pack.js'
import { encrypt, shutForGood } from './box.js'
import type { DataKeys, InForce } from './data-keys.js'

const boxOutput = '~box'
const outputStart = encodeTriple(boxOutput, '', null).subarray(0, 1 + 1 + boxOutput.length)

/** The packed emissions of a commit, the parts of one block. `open` names outputs that everyone may read. */
export function encodeEmissions(
  emitted: readonly Emission[], inForce: ReadonlyMap<string, InForce>, open: ReadonlySet<string>,
): Buffer[] {
  const parts: Buffer[] = []
  for (let i = 0; i < emitted.length;) {
    const { key, output, packed, isErased } = emitted[i]
    const found = open.has(output) ? undefined : inForce.get(key)
    if (!found) {
      parts.push(packed)
      i++
      continue
    }
    const run: Buffer[] = []
    for (; i < emitted.length && emitted[i].key === key && emitted[i].isErased === isErased
      && !open.has(emitted[i].output); i++) run.push(emitted[i].packed)
    const box = found.key && !isErased ? encrypt(found.key, Buffer.concat(run)) : shutForGood()
    parts.push(encodeTriple(boxOutput, key, box))
  }
  return parts
}

/** Blocks of the outbox with their boxes opened; what is erased, or cannot be opened, is left out. */
export async function openOutputs(keys: DataKeys, blocks: readonly Buffer[]): Promise<Buffer[]> {
  const cut = blocks.map(partsOf)
  const boxes = cut.flat().flatMap(({ box }) => (box ? [box] : []))
  if (boxes.length === 0) return [...blocks]
  const opened = (await keys.open(boxes)).values()
  return cut.map(parts => Buffer.concat(parts.flatMap(({ packed, box }) => {
    if (!box) return [packed]
    const found = opened.next().value
    return Buffer.isBuffer(found) ? [found] : []
  })))
}

interface Part {
  readonly packed: Buffer
  readonly box: readonly [key: string, box: Buffer] | undefined
}

function partsOf(block: Buffer): Part[] {
  const parts: Part[] = []
  for (let start = 0; start < block.length;) {
    const end = endOfValue(block, start)
    const packed = block.subarray(start, end)
    const isBox = packed.subarray(0, outputStart.length).equals(outputStart)
    const [, key, box] = isBox ? decodeValue(packed) as [string, string, Buffer] : []
    parts.push({ packed, box: key !== undefined && box !== undefined ? [key, box] : undefined })
    start = end
  }
  return parts
}
