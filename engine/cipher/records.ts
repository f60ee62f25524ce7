/**
 * Records of the log whose values are encrypted. Key and event time stay legible: scripts read them.
 *
 *   record   [key: str, eventTime, { '~box': box of the packed value }]
 *
 * A block whose boxes are opened is the block that would have been appended without encryption, but for
 * values that are erased (void) or cannot be decrypted (unreadable).
 */
import { encodeRecord } from '../record/block.js'
import { endOfValue } from '../record/extent.js'
import { decodeValue, encodeValue } from '../record/pack.js'
import { boxField, unreadableField, voidField, type LogRecord } from '../record/record.js'
import { encrypt, type DataKey } from './box.js'
import type { DataKeys, Opened } from './data-keys.js'

/** One entry of the log; `block` is what is opened. */
interface Block {
  readonly id: string
  readonly block: Buffer
}

/** How every value that is a box begins: a map of one, its name. */
const boxStart = encodeValue({ [boxField]: 0 }).subarray(0, -1)

/** A record as it stands in a block, from its packed value. */
export function encodeEncrypted(
  key: DataKey, { key: name, eventTime }: Omit<LogRecord, 'value'>, packedValue: Uint8Array,
): Buffer {
  return encodeRecord({ key: name, eventTime, value: { [boxField]: encrypt(key, packedValue) } })
}

/** Where a record and its value stand in a block. */
interface Place {
  readonly start: number
  readonly valueAt: number
  readonly end: number
  /** undefined: the value is no box. */
  readonly box: readonly [key: string, box: Buffer] | undefined
}

/** Entries with the values of their boxes in place. A block that cannot be read is left as it is. */
export async function openEntries<E extends Block>(keys: DataKeys, entries: readonly E[]): Promise<E[]> {
  const cut = entries.map(({ block }) => (block.includes(boxStart) ? placesIn(block) : []))
  const boxes = cut.flatMap(places => places.flatMap(({ box }) => (box ? [box] : [])))
  if (boxes.length === 0) return [...entries]
  const opened = (await keys.open(boxes)).values()
  return entries.map((entry, i) => {
    if (!cut[i].some(({ box }) => box)) return entry
    return { ...entry, block: Buffer.concat(cut[i].flatMap(place => openedRecord(entry, place, opened))) }
  })
}

function openedRecord({ block }: Block, place: Place, opened: Iterator<Opened>): Buffer[] {
  const { start, valueAt, end, box } = place
  if (!box) return [block.subarray(start, end)]
  const value = opened.next().value as Opened
  if (Buffer.isBuffer(value)) return [block.subarray(start, valueAt), value]
  const { eventTime } = decodeHead(block.subarray(start, valueAt))
  return [value === 'erased'
    ? encodeRecord({ key: '', eventTime, value: { [voidField]: 'record' } })
    : encodeRecord({ key: box[0], eventTime, value: { [unreadableField]: [value.code, value.message] } })]
}

function decodeHead(head: Buffer): { eventTime: number } {
  const [, eventTime] = decodeValue(Buffer.concat([head, encodeValue(null)])) as [string, number]
  return { eventTime }
}

function placesIn(block: Buffer): Place[] {
  const places: Place[] = []
  try {
    for (let start = 0; start < block.length;) {
      if (block[start] !== 0x93) return []
      const timeAt = endOfValue(block, start + 1)
      const valueAt = endOfValue(block, timeAt)
      const end = endOfValue(block, valueAt)
      const isBoxed = block.compare(boxStart, 0, boxStart.length, valueAt,
        Math.min(end, valueAt + boxStart.length)) === 0
      const key = isBoxed ? decodeValue(block.subarray(start + 1, timeAt)) as string : undefined
      places.push({ start, valueAt, end,
        box: key === undefined ? undefined : [key, binaryIn(block, valueAt + boxStart.length, end)] })
      start = end
    }
    return places
  } catch {
    return [] // whoever decodes it says BLOCK_CORRUPT
  }
}

/** The bytes of a packed binary that begins at `at`. */
function binaryIn(block: Buffer, at: number, end: number): Buffer {
  return block.subarray(at + 1 + (1 << (block[at] - 0xc4)), end)
}
